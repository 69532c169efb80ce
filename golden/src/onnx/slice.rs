//! Computes the range that a Slice node takes of each dimension.

use super::graph::ints;
use super::proto::NodeProto;
use super::shape::axis_of;

/// A part of a dimension: `start`, `start + step`, ..., in total `count` indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    /// The first index.
    pub start: usize,
    /// The distance of two indices. It is not 0; if it is negative, the indices descend.
    pub step: i64,
    /// The number of indices.
    pub count: usize,
}

impl Range {
    /// The index of the element at `place` of the result.
    pub fn at(&self, place: usize) -> usize {
        (self.start as i64 + place as i64 * self.step) as usize
    }

    /// Whether it is the whole of a dimension of this size.
    pub fn is_all(&self, size: usize) -> bool {
        (self.start, self.step, self.count) == (0, 1, size)
    }
}

/// The range that the node takes of each dimension of a tensor with the sizes `dims`. `input`
/// returns its constant inputs.
///
/// # Errors
/// The expected and the found value, if the inputs are no constants or describe no slice.
pub(crate) fn ranges(
    node: &NodeProto,
    dims: &[usize],
    input: &dyn Fn(usize) -> Option<Vec<i64>>,
) -> Result<Vec<Range>, (String, String)> {
    let computed = |name: &str| (format!("constant {name}"), "computed ones".to_owned());
    let part = |name: &str, i: usize| match ints(node, name).map(<[i64]>::to_vec).or_else(|| input(i)) {
        None if node.input.get(i).is_some_and(|n| !n.is_empty()) => Err(computed(name)),
        part => Ok(part),
    };
    let [starts, ends] = [("starts", 1), ("ends", 2)].map(|(name, i)| part(name, i)?.ok_or_else(|| computed(name)));
    let (starts, ends) = (starts?, ends?);
    let axes = part("axes", 3)?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = part("steps", 4)?.unwrap_or_else(|| vec![1; starts.len()]);
    let counts = [starts.len(), ends.len(), axes.len(), steps.len()];
    if counts != [starts.len(); 4] {
        return Err(("as many starts as ends, axes and steps".into(), format!("{counts:?}")));
    }
    let mut ranges: Vec<Range> = dims.iter().map(|&count| Range { start: 0, step: 1, count }).collect();
    for (i, &axis) in axes.iter().enumerate() {
        let at = axis_of(axis, dims.len(), false);
        let at = at.ok_or_else(|| (format!("axes of {dims:?}"), axis.to_string()))?;
        let taken = range(dims[at] as i64, starts[i], ends[i], steps[i]);
        ranges[at] = taken.ok_or_else(|| ("steps that are not 0".into(), format!("{steps:?}")))?;
    }
    Ok(ranges)
}

fn range(size: i64, start: i64, end: i64, step: i64) -> Option<Range> {
    let from_end = |v: i64| if v < 0 { v.saturating_add(size) } else { v };
    let (start, end) = (from_end(start), from_end(end));
    let (start, distance) = match step {
        0 => return None,
        1.. => (start.clamp(0, size), end.clamp(0, size) - start.clamp(0, size)),
        _ => (start.clamp(0, size - 1), start.clamp(0, size - 1) - end.clamp(-1, size - 1)),
    };
    let step_size = usize::try_from(step.unsigned_abs()).ok()?;
    let count = usize::try_from(distance).unwrap_or(0).div_ceil(step_size);
    // A step that is larger than the dimension is never taken.
    Some(Range { start: usize::try_from(start).ok()?, step: step.clamp(-size.max(1), size.max(1)), count })
}
