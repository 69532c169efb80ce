//! The edge of ONNX: finds the operator that a node belongs to.

use super::pooling::import::{Import, Site};
use super::{convolution, gate};
use crate::onnx::lowered::{Lower, Lowered};
use crate::onnx::proto::NodeProto;
use crate::onnx::value::{Border, MapId};
use crate::onnx::vectors;

/// Makes a list of the poolings from their table.
macro_rules! forms {
    ($($variant:ident(super::$room:ident::$name:ident) $what:literal)*) => {
        /// The ONNX form of each pooling.
        const POOLINGS: &[&dyn Import] = &[$(&super::$room::import::Nodes),*];
    };
}

lcsim_spec::poolings!(forms);

/// Finds the function that gives a node its meaning. `None` if the node belongs to no operator.
pub(crate) fn node(low: &Lowered, node: &NodeProto) -> Option<Lower> {
    Some(match node.op_type() {
        "Conv" if low.reads_a_vector(node) => gate::import::layer,
        "Conv" => convolution::import::node,
        "Gemm" | "MatMul" => gate::import::layer,
        "Softmax" | "LogSoftmax" => gate::import::softmax,
        "GlobalAveragePool" | "ReduceMean" | "ReduceSum" => vectors::average,
        op => return pooling_of(op).map(Import::lower),
    })
}

/// Whether the result of a node has the form of its operand, as far as this is known.
pub(crate) fn is_elementwise(node: &NodeProto) -> bool {
    let op = node.op_type();
    !matches!(op, "Conv" | "Gemm" | "MatMul" | "Shape" | "Size") && pooling_of(op).is_none()
}

/// The ONNX operators of all poolings, for messages.
pub(crate) fn pooling_nodes() -> String {
    POOLINGS.iter().map(|pooling| pooling.node()).collect::<Vec<_>>().join(", ")
}

fn pooling_of(op: &str) -> Option<&'static dyn Import> {
    POOLINGS.iter().copied().find(|pooling| pooling.node() == op)
}

impl Lowered<'_> {
    /// The ONNX form of the pooling that a node computes.
    pub fn pooling(&self, node: usize) -> Option<&'static dyn Import> {
        let op = self.graph.nodes[node].op_type();
        POOLINGS.iter().copied().find(|pooling| pooling.node() == op || pooling.of_maps().contains(&op))
    }

    /// A node that reads the map `x` with a border.
    pub fn site(&self, x: MapId, node: usize, border: Border) -> Site<'_> {
        Site { low: self, node: &self.graph.nodes[node], input: self.maps[x].shape, border }
    }

    /// The name of the pooling that a node computes, for messages.
    pub fn pooling_name(&self, node: usize) -> &'static str {
        self.pooling(node).map_or("pooling", Import::name)
    }
}
