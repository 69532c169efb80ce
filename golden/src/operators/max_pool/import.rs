//! Imports MaxPool.

use crate::Error;
use crate::onnx::affine::Affine;
use crate::onnx::lowered::{Lower, Lowered};
use crate::onnx::maps;
use crate::onnx::proto::NodeProto;
use crate::onnx::value::{Op, Value};
use crate::onnx::windows::of_kernel;
use crate::operators::pooling::import::{Import, Relus, Site};
use lcsim_spec::{MaxPool, Pooling, Windows};

/// The nodes of max pooling.
pub(crate) struct Nodes;

impl Import for Nodes {
    fn node(&self) -> &'static str {
        "MaxPool"
    }

    fn name(&self) -> &'static str {
        "max pooling"
    }

    fn lower(&self) -> Lower {
        lower
    }

    fn windows(&self, at: &Site) -> Result<Windows, Error> {
        at.low.graph.fixed(at.node, "storage_order", 0)?;
        of_kernel(at.low, at.node, at.input, at.border)
    }

    fn passes(&self, _: &Site, affine: &Affine) -> bool {
        affine.factor.iter().all(|f| *f > 0.0)
    }

    fn recognise(&self, at: &Site, relus: Relus) -> Result<Pooling, Error> {
        // A ReLU after the pooling has the same effect as one before it. So it can move there, if
        // the layer that the pooling reads has its own ReLU.
        match relus.behind.is_some_and(|behind| relus.front.is_none_or(|front| behind < front)) {
            true => Err(at.low.graph.invalid(at.node, "ReLU in front of the max pooling", "behind it")),
            false => Ok(Pooling::Max(MaxPool)),
        }
    }
}

fn lower(low: &mut Lowered, i: usize, node: &NodeProto) -> Result<Value, Error> {
    let p = maps::operand(low, node, 0)?;
    let (border, value) = p.border.unwrap_or_default();
    // Padding with a value that is below all pixels has no effect on a maximum.
    let below = value == f64::NEG_INFINITY || value <= 0.0 && matches!(low.maps[p.map].op, Op::Relu { .. });
    if p.border.is_some() && !below {
        return Err(low.graph.refuse(node, format!("of a map padded with {value}"), "pad with minus infinity"));
    }
    let windows = Nodes.windows(&Site { low, node, input: low.maps[p.map].shape, border })?;
    let map = low.map(Op::Pool { x: p.map, node: i, border }, windows.output);
    Ok(low.shown(map))
}
