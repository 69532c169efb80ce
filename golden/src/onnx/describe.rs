//! What values are, for messages.

use super::graph::label;
use super::lower::{Lowered, MapId, Op, Stage, Value};

impl Lowered<'_> {
    /// What a value is.
    pub fn describe(&self, value: &Value) -> String {
        match value {
            Value::Map(id) => self.describe_map(*id),
            Value::Const(t) => format!("constant `{}`", t.name),
            Value::Vector(v) => match v.stage {
                Stage::Pooled => "a pooled map".into(),
                Stage::Linear(fc) => format!("the fully connected layer `{}`", label(&self.graph.nodes[fc.node])),
                Stage::AboveZero(_) | Stage::Score(_) => "a gate's score".into(),
                Stage::Probability(_) => "a softmax".into(),
            },
        }
    }

    /// What a map is.
    pub fn describe_map(&self, id: MapId) -> String {
        let name = |node: usize| label(&self.graph.nodes[node]);
        match self.maps[id].op {
            Op::Input => "the image".into(),
            Op::Conv { node, .. } => format!("convolution `{}`", name(node)),
            Op::Norm { node, .. } => format!("batch normalisation `{}`", name(node)),
            Op::Relu { x, .. } => format!("ReLU of {}", self.kind(x)),
            Op::Scale { fc, .. } => format!("a map scaled by gate `{}`", name(fc.node)),
            Op::Sum { node, .. } => format!("sum `{}`", name(node)),
            Op::MaxPool { node, .. } => format!("max pooling `{}`", name(node)),
        }
    }

    /// A map without its inputs, so that messages stay short and nothing recurses.
    fn kind(&self, id: MapId) -> &'static str {
        match self.maps[id].op {
            Op::Input => "the image",
            Op::Conv { .. } | Op::Norm { .. } => "a convolution",
            Op::Relu { .. } => "a ReLU",
            Op::Scale { .. } => "a scaled map",
            Op::Sum { .. } => "a sum",
            Op::MaxPool { .. } => "a max pooling",
        }
    }
}
