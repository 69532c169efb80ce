//! What values and nodes are, for messages.

use super::graph::label;
use super::lower::Lowered;
use super::proto::NodeProto;
use super::value::{MapId, Op, Value, Vector};
use crate::Error;

impl Lowered<'_> {
    /// What a value is.
    pub fn describe(&self, value: &Value) -> String {
        match value {
            Value::Map(p) if p.border.is_some() => format!("{}, padded", self.describe_map(p.map)),
            Value::Map(p) if !p.summed.is_empty() => {
                format!("an average of some pixels of {}", self.describe_map(p.map))
            }
            Value::Map(p) => self.describe_map(p.map),
            Value::Const(t) => format!("constant `{}`", t.name),
            Value::Vector(v) => self.describe_vector(v),
        }
    }

    fn describe_vector(&self, v: &Vector) -> String {
        let Some((node, c)) = &v.layer else { return "a pooled map".into() };
        let layer = format!("the fully connected layer `{}`", label(&self.graph.nodes[*node]));
        match (c.is_free(), c.range()) {
            _ if v.softmax => format!("a softmax of {layer}"),
            (true, _) => layer,
            (_, (0.0, f64::INFINITY)) => format!("a ReLU of {layer}"),
            _ if c.score().is_some() => format!("a score, {layer} clamped"),
            (_, (low, high)) => format!("{layer} clamped to {low}..{high}"),
        }
    }

    /// What a map is.
    pub fn describe_map(&self, id: MapId) -> String {
        let name = |node: usize| label(&self.graph.nodes[node]);
        match self.maps[id].op {
            Op::Input => "the image".into(),
            Op::Conv { node, .. } => format!("convolution `{}`", name(node)),
            Op::Pick { node, .. } => format!("slice `{}`", name(node)),
            Op::Norm { x, .. } => format!("an affine map of {}", self.kind(x)),
            Op::Relu { x, .. } => format!("ReLU of {}", self.kind(x)),
            Op::Scale { score, .. } => format!("a map scaled by gate `{}`", name(self.scores[score].node)),
            Op::Sum { node, .. } => format!("sum `{}`", name(node)),
            Op::MaxPool { node, .. } => format!("max pooling `{}`", name(node)),
        }
    }

    /// A map without its inputs, so that messages stay short and nothing recurses.
    fn kind(&self, id: MapId) -> &'static str {
        match self.maps[id].op {
            Op::Input => "the image",
            Op::Conv { .. } | Op::Norm { .. } => "a convolution",
            Op::Pick { .. } => "a slice",
            Op::Relu { .. } => "a ReLU",
            Op::Scale { .. } => "a scaled map",
            Op::Sum { .. } => "a sum",
            Op::MaxPool { .. } => "a max pooling",
        }
    }

    /// An operator that is not understood, with what to write instead, for the family of networks that uses it.
    pub fn unsupported(&self, node: &NodeProto) -> Error {
        let found = match self.operand(node, 0) {
            Ok(x) => format!("of {}", self.describe(x)),
            Err(_) => "here".into(),
        };
        let instead = match node.op_type() {
            "Sigmoid" | "HardSwish" | "Tanh" | "Exp" => {
                "scores are clamped affine maps: write `clamp(x, 0, 1)` or `hardsigmoid(x)`; sigmoid gates are not simulated yet"
            }
            "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "Equal" | "Where" | "ArgMax" | "OneHot"
            | "Round" => "gates that decide by a step are not simulated yet; a score is `clamp(x, 0, 1)`, and 0 skips",
            "TopK" | "ScatterElements" | "GatherElements" => {
                "gates that keep the k largest scores are not simulated yet; a score is `clamp(x, 0, 1)`, and 0 skips"
            }
            "LSTM" | "GRU" | "RNN" | "If" | "Loop" => "recurrent gates and control flow are not simulated",
            _ => {
                "a network is made of Conv, BatchNormalization, Relu, Clip, Add, MaxPool, one global average pooling, Gemm \
                 or MatMul, and gates that Mul a score onto a map"
            }
        };
        self.graph.refuse(node, found, instead)
    }
}
