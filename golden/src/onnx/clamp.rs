//! Clip and Min: a ReLU with an upper bound (ReLU6) on maps, a score on the way from a pooled map.

use super::graph::{attribute, float};
use super::lower::{Lowered, MapId, Op, Stage, Value, Vector};
use super::proto::NodeProto;
use super::tensor::Tensor;
use crate::Error;

/// Lower and upper bound, as far as the node has them.
type Bounds = [Option<f32>; 2];

/// What a node clamps, and to what.
pub(super) fn operand<'l, 'a>(low: &'l Lowered<'a>, node: &NodeProto) -> Result<(&'l Value<'a>, Bounds), Error> {
    if node.op_type() == "Min" {
        return match (low.operand(node, 0)?, low.operand(node, 1)?) {
            (x, Value::Const(t)) | (Value::Const(t), x) if node.input.len() == 2 => Ok((x, [None, number(low, t)?])),
            _ => Err(low.graph.refuse(node, "the minimum of a number and a map or a gate's fully connected layer")),
        };
    }
    let bound = |name, i| match attribute(node, name) {
        Some(_) => Ok(float(node, name)),
        None => low.optional_tensor(node, i)?.map_or(Ok(None), |t| number(low, t)),
    };
    Ok((low.operand(node, 0)?, [bound("min", 1)?, bound("max", 2)?]))
}

/// A constant of one element.
fn number(low: &Lowered, t: &Tensor) -> Result<Option<f32>, Error> {
    Ok(t.floats(&low.graph.path)?.first().copied().filter(|_| t.dims.iter().all(|&d| d == 1)))
}

/// The upper bound of the ReLU that the node is on the map `x`, infinite if it has none.
pub(super) fn upper_bound(low: &Lowered, node: &NodeProto, x: MapId, [min, max]: Bounds) -> Result<f32, Error> {
    // After a ReLU the lower bound may be left out.
    let min = min.or(matches!(low.maps[x].op, Op::Relu { .. }).then_some(0.0));
    match (min, max.unwrap_or(f32::INFINITY)) {
        (Some(0.0), max) if max > 0.0 => Ok(max),
        _ => Err(wrong(low, node, "bounds 0 and above 0", [min, max])),
    }
}

/// The score of Clip, or of Clip or Min to 1 after a ReLU (or after a Clip to 0, which is one).
pub(super) fn score(low: &Lowered, node: &NodeProto, v: &Vector, [min, max]: Bounds) -> Result<Vector, Error> {
    // After a ReLU the lower bound may be left out.
    let bounds = [min.or(matches!(v.stage, Stage::AboveZero(_)).then_some(0.0)), max];
    if let (Stage::Linear(fc), [Some(0.0), None]) = (&v.stage, bounds) {
        return Ok(v.at(Stage::AboveZero(*fc)));
    }
    if bounds != [Some(0.0), Some(1.0)] {
        return Err(wrong(low, node, "bounds 0 and 1", bounds));
    }
    let (Stage::Linear(fc) | Stage::AboveZero(fc)) = v.stage else {
        return Err(low.graph.refuse(node, "a clamp directly after a gate's fully connected layer"));
    };
    Ok(v.at(Stage::Score(fc)))
}

fn wrong(low: &Lowered, node: &NodeProto, expected: &str, bounds: Bounds) -> Error {
    let [min, max] = bounds.map(|b| b.map_or("none".into(), |b| b.to_string()));
    low.graph.invalid(node, expected, format!("{min} and {max}"))
}
