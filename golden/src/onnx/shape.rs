//! Computes shapes: reshaping, axes that count from the end, and parts of a shape.

use super::graph::int;
use super::proto::NodeProto;
use super::view::MAX_RANK;

/// The sizes of a tensor after Flatten, Reshape, Squeeze or Unsqueeze. `axes` and `target` are
/// parameters of the node.
///
/// # Errors
/// The expected value.
pub(crate) fn reshaped(
    node: &NodeProto,
    dims: &[usize],
    axes: Option<&[i64]>,
    target: Option<&[i64]>,
) -> Result<Vec<usize>, &'static str> {
    let reshaped = match node.op_type() {
        "Flatten" => {
            let at = axis_of(int(node, "axis").unwrap_or(1), dims.len(), true).ok_or("an axis of the input")?;
            vec![dims[..at].iter().product(), dims[at..].iter().product()]
        }
        "Reshape" => resolved(target.unwrap_or_default(), dims, int(node, "allowzero") == Some(1))
            .ok_or("a shape of as many elements")?,
        "Squeeze" => match axes {
            None => dims.iter().copied().filter(|&d| d != 1).collect(),
            Some(axes) => {
                let at = axes_of(axes, dims.len()).filter(|at| at.iter().all(|&a| dims[a] == 1));
                let at = at.ok_or("axes of size 1")?;
                (0..dims.len()).filter(|a| !at.contains(a)).map(|a| dims[a]).collect()
            }
        },
        _ => {
            let axes = axes.unwrap_or_default();
            let rank = dims.len() + axes.len();
            let at = (rank <= MAX_RANK).then(|| axes_of(axes, rank)).flatten();
            let at = at.ok_or("distinct axes of the output")?;
            let mut old = dims.iter().copied();
            (0..rank).map(|a| if at.contains(&a) { 1 } else { old.next().unwrap_or(1) }).collect()
        }
    };
    if reshaped.len() > MAX_RANK { Err("at most 8 dimensions") } else { Ok(reshaped) }
}

/// Resolves an axis that may count from the end. `past` also allows the axis after the last.
pub(crate) fn axis_of(axis: i64, rank: usize, past: bool) -> Option<usize> {
    let axis = if axis < 0 { axis.checked_add(rank as i64)? } else { axis };
    usize::try_from(axis).ok().filter(|&a| a < rank + usize::from(past))
}

/// Resolves several axes, which have to be distinct.
pub(crate) fn axes_of(axes: &[i64], rank: usize) -> Option<Vec<usize>> {
    let few = Some(axes).filter(|axes| axes.len() <= rank)?;
    let mut at = few.iter().map(|&a| axis_of(a, rank, false)).collect::<Option<Vec<_>>>()?;
    at.sort_unstable();
    at.windows(2).all(|w| w[0] != w[1]).then_some(at)
}

/// The sizes that a Shape node returns.
pub(crate) fn part(node: &NodeProto, dims: &[usize]) -> Option<Vec<i64>> {
    let end = |name: &str, default: usize| match int(node, name) {
        None => default,
        Some(at) => at.saturating_add(if at < 0 { dims.len() as i64 } else { 0 }).clamp(0, dims.len() as i64) as usize,
    };
    let (start, end) = (end("start", 0), end("end", dims.len()));
    Some(dims.get(start..end.max(start))?.iter().map(|&d| d as i64).collect())
}

/// Resolves the target of a Reshape. 0 keeps a dimension, and -1 takes the remaining elements.
fn resolved(shape: &[i64], dims: &[usize], zero_is_zero: bool) -> Option<Vec<usize>> {
    let total: usize = dims.iter().product();
    let mut rest = None;
    let mut new = Vec::new();
    for (i, &d) in shape.iter().enumerate().take(MAX_RANK + 1) {
        new.push(match d {
            -1 if rest.is_none() => {
                rest = Some(i);
                1
            }
            0 if !zero_is_zero => *dims.get(i)?,
            d => usize::try_from(d).ok()?,
        });
    }
    let known = new.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).filter(|&n| n > 0)?;
    if let Some(i) = rest {
        new[i] = total / known;
    }
    (new.iter().try_fold(1usize, |n, &d| n.checked_mul(d))? == total).then_some(new)
}
