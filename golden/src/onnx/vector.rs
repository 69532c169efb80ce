//! Operators on vectors: pooling, biases and reshaping.

use super::graph::{Graph, int};
use super::lower::{FcRef, Lowered, Stage, Value, Vector};
use super::proto::NodeProto;
use super::tensor::Tensor;
use crate::Error;

/// Longest shape that a vector may take.
const MAX_RANK: usize = 8;

/// A shape of up to 4 dimensions as it broadcasts to a map's 4; anything longer stays as it is.
pub(super) fn padded(dims: &[usize]) -> Vec<usize> {
    let mut padded = vec![1; 4usize.saturating_sub(dims.len())];
    padded.extend(dims);
    padded
}

/// The pooled map of GlobalAveragePool, or of ReduceMean over both spatial axes.
pub(super) fn pooled(low: &Lowered, node: &NodeProto) -> Result<Vector, Error> {
    let &Value::Map(x) = low.operand(node, 0)? else {
        return Err(low.graph.refuse(node, "the average of a map"));
    };
    let mut keep = true;
    if node.op_type() == "ReduceMean" {
        let axes = low.ints_or_input(node, "axes", 1)?.unwrap_or_default();
        let mut spatial: Vec<i64> =
            axes.iter().take(MAX_RANK).map(|&a| if a < 0 { a.saturating_add(4) } else { a }).collect();
        spatial.sort_unstable();
        if spatial != [2, 3] {
            return Err(low.graph.invalid(node, "axes 2 and 3", format!("{axes:?}")));
        }
        keep = int(node, "keepdims") != Some(0);
    }
    let channels = low.maps[x].shape.channels;
    let dims = if keep { vec![1, channels, 1, 1] } else { vec![1, channels] };
    Ok(Vector { stage: Stage::Pooled, pool: x, dims })
}

/// A fully connected layer after the node `add` (at index `i`) adds the constant `t`.
pub(super) fn biased(graph: &Graph, add: &NodeProto, i: usize, v: &Vector, t: &Tensor) -> Result<Vector, Error> {
    let Stage::Linear(FcRef { node, bias: None }) = v.stage else {
        return Err(graph.refuse(add, "one bias directly after a fully connected layer"));
    };
    // Gemm and Conv may have a bias as their third input; two biases would need to be merged.
    if graph.nodes[node].input.len() > 2 {
        return Err(graph.refuse(add, "one bias a fully connected layer"));
    }
    t.floats(&graph.path)?;
    if t.dims.len() > v.dims.len() || padded(&t.dims) != padded(&v.dims) {
        return Err(graph.invalid(add, format!("a bias of dimensions {:?}", v.dims), format!("{:?}", t.dims)));
    }
    Ok(v.at(Stage::Linear(FcRef { node, bias: Some(i) })))
}

/// The shape of a vector after Flatten, Reshape, Squeeze or Unsqueeze.
pub(super) fn reshaped(low: &Lowered, node: &NodeProto, dims: &[usize]) -> Result<Vec<usize>, Error> {
    let wrong = |expected: &str, found: &[i64]| low.graph.invalid(node, expected, format!("{found:?} for {dims:?}"));
    let channels: usize = dims.iter().product();
    let reshaped = match node.op_type() {
        "Flatten" => {
            let axis = int(node, "axis").unwrap_or(1);
            let at = axis_of(axis, dims.len(), true).ok_or_else(|| wrong("an axis of the input", &[axis]))?;
            vec![dims[..at].iter().product(), dims[at..].iter().product()]
        }
        "Reshape" => {
            let shape = low.tensor(node, 1)?.ints(&low.graph.path)?;
            target(shape, dims, int(node, "allowzero") == Some(1))
                .ok_or_else(|| wrong("a shape of as many elements", shape))?
        }
        "Squeeze" => match low.ints_or_input(node, "axes", 1)? {
            None => dims.iter().copied().filter(|&d| d != 1).collect(),
            Some(axes) => {
                let at = axes_of(axes, dims.len()).filter(|at| at.iter().all(|&a| dims[a] == 1));
                let at = at.ok_or_else(|| wrong("axes of size 1", axes))?;
                (0..dims.len()).filter(|a| !at.contains(a)).map(|a| dims[a]).collect()
            }
        },
        _ => {
            let axes = low.ints_or_input(node, "axes", 1)?.unwrap_or_default();
            let rank = dims.len() + axes.len();
            let at = (rank <= MAX_RANK).then(|| axes_of(axes, rank)).flatten();
            let at = at.ok_or_else(|| wrong("distinct axes of the output", axes))?;
            let mut old = dims.iter().copied();
            (0..rank).map(|a| if at.contains(&a) { 1 } else { old.next().unwrap_or(1) }).collect()
        }
    };
    if reshaped.len() > MAX_RANK || reshaped.iter().any(|&d| d != 1 && d != channels) {
        return Err(low.graph.invalid(node, "one axis of channels", format!("{reshaped:?}")));
    }
    Ok(reshaped)
}

/// An axis that may count from the end; `past` allows the one after the last.
fn axis_of(axis: i64, rank: usize, past: bool) -> Option<usize> {
    let axis = if axis < 0 { axis.checked_add(rank as i64)? } else { axis };
    usize::try_from(axis).ok().filter(|&a| a < rank + usize::from(past))
}

/// Several distinct axes.
fn axes_of(axes: &[i64], rank: usize) -> Option<Vec<usize>> {
    let few = Some(axes).filter(|axes| axes.len() <= rank)?;
    let mut at = few.iter().map(|&a| axis_of(a, rank, false)).collect::<Option<Vec<_>>>()?;
    at.sort_unstable();
    at.windows(2).all(|w| w[0] != w[1]).then_some(at)
}

/// The target of a Reshape: 0 keeps a dimension, -1 is what is left.
fn target(shape: &[i64], dims: &[usize], zero_is_zero: bool) -> Option<Vec<usize>> {
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
