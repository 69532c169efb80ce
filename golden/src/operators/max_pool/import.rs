//! MaxPool.

use crate::Error;
use crate::onnx::affine::Affine;
use crate::onnx::graph::ints;
use crate::onnx::lowered::{Lower, Lowered};
use crate::onnx::maps;
use crate::onnx::proto::NodeProto;
use crate::onnx::value::{Border, Op, Value};
use crate::onnx::windows::{pair, windows};
use crate::operators::pooling::import::{Import, Place};
use lcsim_spec::{MaxPool, Pooling, Shape, Windows};

/// Its nodes.
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

    fn windows(&self, low: &Lowered, node: &NodeProto, input: Shape, border: Border) -> Result<Windows, Error> {
        low.graph.fixed(node, "storage_order", 0)?;
        if ints(node, "kernel_shape").is_none() {
            return Err(low.graph.invalid(node, "kernel_shape of 2 positive numbers", "none"));
        }
        windows(low, node, input, input.channels, pair(low, node, "kernel_shape")?, border)
    }

    fn passes(&self, affine: &Affine) -> bool {
        affine.factor.iter().all(|f| *f > 0.0)
    }

    fn recognise(&self, low: &Lowered, node: &NodeProto, at: Place) -> Result<Pooling, Error> {
        // A ReLU behind it is the same as one in front of it, where the layer that it reads has its
        // own.
        match at.behind.is_some_and(|behind| at.front.is_none_or(|front| behind < front)) {
            true => Err(low.graph.invalid(node, "ReLU in front of the max pooling", "behind it")),
            false => Ok(Pooling::Max(MaxPool)),
        }
    }
}

fn lower(low: &mut Lowered, i: usize, node: &NodeProto) -> Result<Value, Error> {
    let p = maps::operand(low, node, 0)?;
    let (border, value) = p.border.unwrap_or_default();
    // A maximum never comes from values below those of all pixels.
    let below = value == f64::NEG_INFINITY || value <= 0.0 && matches!(low.maps[p.map].op, Op::Relu { .. });
    if p.border.is_some() && !below {
        return Err(low.graph.refuse(node, format!("of a map padded with {value}"), "pad with minus infinity"));
    }
    let windows = Nodes.windows(low, node, low.maps[p.map].shape, border)?;
    let map = low.map(Op::Pool { x: p.map, node: i, border }, windows.output);
    Ok(low.shown(map))
}
