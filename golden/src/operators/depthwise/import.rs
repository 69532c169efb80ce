//! Imports depthwise convolution: a Conv with as many groups as channels.

use crate::Error;
use crate::onnx::graph::int;
use crate::onnx::lowered::Lowered;
use crate::onnx::proto::NodeProto;

/// Whether each output channel of a Conv node reads its own input channel.
pub(crate) fn is_depthwise(low: &Lowered, node: &NodeProto, channels: usize) -> Result<bool, Error> {
    match int(node, "group") {
        None | Some(1) => Ok(false),
        Some(group) if usize::try_from(group) == Ok(channels) => Ok(true),
        Some(group) => Err(low.graph.invalid(node, format!("group = 1, or {channels} (depthwise)"), group)),
    }
}
