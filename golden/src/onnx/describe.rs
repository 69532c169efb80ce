//! Describes values for messages.

use super::graph::label;
use super::lowered::Lowered;
use super::value::{MapId, Op, Squash, Value, Vector};
use lcsim_spec::require::with_article;

impl Lowered<'_> {
    /// Describes a value.
    pub fn describe(&self, value: &Value) -> String {
        match value {
            Value::Map(p) if p.border.is_some() => format!("{}, padded", self.describe_map(p.map)),
            Value::Map(p) if !p.summed.is_empty() => {
                format!("an average of some pixels of {}", self.describe_map(p.map))
            }
            Value::Map(p) => self.describe_map(p.map),
            Value::Const(t) if t.name.is_empty() => "a constant".into(),
            Value::Const(t) => format!("constant `{}`", t.name),
            Value::Vector(v) => self.describe_vector(v),
        }
    }

    fn describe_vector(&self, v: &Vector) -> String {
        let Some((node, c)) = &v.layer else { return "a pooled map".into() };
        let layer = format!("the fully connected layer `{}`", label(&self.graph.nodes[*node]));
        match (c.is_free(), c.range()) {
            _ if v.squashed == Some(Squash::Softmax) => format!("a softmax of {layer}"),
            _ if v.squashed == Some(Squash::Sigmoid) => format!("a sigmoid of {layer}"),
            _ if c.step.is_some() => format!("a step of {layer}"),
            (true, _) => layer,
            (_, (0.0, f64::INFINITY)) => format!("a ReLU of {layer}"),
            _ if c.score().is_some() => format!("a score, {layer} clamped"),
            (_, (low, high)) => format!("{layer} clamped to {low}..{high}"),
        }
    }

    /// Describes a map.
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
            Op::Pool { node, .. } => format!("{} `{}`", self.pooling_name(node), name(node)),
        }
    }

    /// Describes a map without its inputs. So messages stay short, and the function does not
    /// recurse.
    fn kind(&self, id: MapId) -> String {
        let kind = match self.maps[id].op {
            Op::Input => "the image",
            Op::Conv { .. } | Op::Norm { .. } => "a convolution",
            Op::Pick { .. } => "a slice",
            Op::Relu { .. } => "a ReLU",
            Op::Scale { .. } => "a scaled map",
            Op::Sum { .. } => "a sum",
            Op::Pool { node, .. } => return with_article(self.pooling_name(node)),
        };
        kind.into()
    }
}
