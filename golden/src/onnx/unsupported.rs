//! Explains operators that lcsim does not understand: which networks use them, and what to write
//! instead.

use super::graph::{Graph, int};
use super::lowered::Lowered;
use super::proto::NodeProto;
use super::tensor::Tensor;
use super::value::{Value, Vector};
use super::{shape, slice};
use crate::Error;
use crate::operators;
use lcsim_spec::naming::Name;
use std::collections::HashSet;

impl Lowered<'_> {
    /// Makes the error for an operator that is not understood. It says what to write instead, for
    /// the networks that use the operator.
    pub fn unsupported(&self, node: &NodeProto) -> Error {
        let mut operands = node.input.iter().filter_map(|name| self.value(name));
        let computed = operands.clone().find(|v| !matches!(v, Value::Const(_)));
        let x = computed.or_else(|| operands.next());
        let found = x.map_or_else(|| "here".into(), |x| format!("of {}", self.describe(x)));
        if let Some(threshold) = self.threshold(node) {
            let instead = format!(
                "a score below a threshold that counts as 0 is what `{} {threshold}` of `{}` and `{}` does: leave the comparison \
                 out of the graph and multiply with the clamped score itself",
                Name::Threshold,
                Name::Run,
                Name::Quantize
            );
            return self.graph.refuse(node, found, instead);
        }
        if let Some(name) = self.activation(node, x) {
            let instead = format!(
                "{name} is an activation that is not simulated: behind a convolution stands ReLU, or a clip from 0 to a bound \
                 (ReLU6), and behind the addition of a block ReLU; train the network with `nn.ReLU` or `nn.ReLU6` instead"
            );
            return self.graph.refuse(node, found, instead);
        }
        let instead = match node.op_type() {
            "Sigmoid" | "Tanh" | "Exp" => {
                "scores are clamped affine maps: write `clamp(x, 0, 1)` or `hardsigmoid(x)`; sigmoid gates are not simulated yet"
            }
            "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "Equal" | "Where" | "ArgMax" | "OneHot"
            | "Round" | "Sign" => {
                let instead = format!(
                    "a gate that decides by a step compares the outputs of its layer, or their sigmoid, with one \
                     number, as `(z > 0).float()`; `{}` times every other gate by its masks",
                    Name::Decisions
                );
                return self.graph.refuse(node, found, instead);
            }
            "TopK" | "ScatterElements" | "GatherElements" => {
                "gates that keep the k largest scores are not simulated yet; a score is `clamp(x, 0, 1)`, and 0 skips"
            }
            "InstanceNormalization" | "GroupNormalization" | "LayerNormalization" => {
                "only batch normalisation folds into a convolution: train the network with `nn.BatchNorm2d`"
            }
            "LSTM" | "GRU" | "RNN" | "If" | "Loop" => "recurrent gates and control flow are not simulated",
            _ => {
                let poolings = operators::import::pooling_nodes();
                let instead = format!(
                    "a network is made of Conv, BatchNormalization, Relu, Clip, Add, {poolings}, Gemm or MatMul, and gates \
                     that Mul a score onto a map"
                );
                return self.graph.refuse(node, found, instead);
            }
        };
        self.graph.refuse(node, found, instead)
    }

    /// The activation that a node is, or whose sigmoid it is.
    fn activation(&self, node: &NodeProto, x: Option<&Value>) -> Option<&'static str> {
        let of_map = matches!(x, Some(Value::Map(_)));
        match node.op_type() {
            "Sigmoid" if self.graph.scales_its_input(node) => Some("SiLU, x * sigmoid(x),"),
            "HardSigmoid" if self.graph.scales_its_input(node) => Some("Hardswish, x * hardsigmoid(x),"),
            "Swish" => Some("SiLU, x * sigmoid(x),"),
            "HardSwish" => Some("Hardswish, x * hardsigmoid(x),"),
            "Sigmoid" | "HardSigmoid" | "Tanh" | "Exp" if of_map => Some("this, of a map,"),
            "Gelu" | "Erf" => Some("GELU"),
            "LeakyRelu" | "PRelu" | "Elu" | "Celu" | "Selu" | "Mish" | "Softplus" | "Softsign" | "ThresholdedRelu" => {
                Some("this")
            }
            _ => None,
        }
    }

    /// The threshold, if a comparison of a score with a constant sets smaller scores to 0, by a
    /// Where or by a product with the score.
    pub fn threshold(&self, node: &NodeProto) -> Option<f32> {
        let [left, right] = [0, 1].map(|i| node.input.get(i).and_then(|name| self.value(name)));
        let (score, bound, is_left) = match (left?, right?) {
            (Value::Vector(v), Value::Const(t)) => (v, t, true),
            (Value::Const(t), Value::Vector(v)) => (v, t, false),
            _ => return None,
        };
        let keeps = match node.op_type() {
            "Greater" | "GreaterOrEqual" => is_left,
            "Less" | "LessOrEqual" => !is_left,
            _ => return None,
        };
        let factors = score.layer.as_ref()?.1.score()?.factors;
        let same = factors.iter().all(|f| *f == factors[0]);
        let threshold = bound.number().map(|t| t / factors[0]).filter(|t| same && (0.0..=1.0).contains(t))?;
        let decisions = self.graph.cast(node);
        let is = |name: &str| decisions.contains(name);
        let is_score = |name: &str| {
            let Some(Value::Vector(Vector { layer: Some((layer, c)), .. })) = self.value(name) else { return false };
            score.layer.as_ref().is_some_and(|(own, clamped)| (own, clamped) == (layer, c))
        };
        let is_zero = |name: &str| matches!(self.value(name), Some(Value::Const(t)) if t.number() == Some(0.0));
        let used = self.graph.nodes.iter().any(|reader| match (reader.op_type(), &reader.input[..]) {
            ("Mul", [a, b]) => keeps && (is(a) && is_score(b) || is(b) && is_score(a)),
            ("Where", [c, a, b]) => {
                let (kept, dropped) = if keeps { (a, b) } else { (b, a) };
                is(c) && is_score(kept) && is_zero(dropped)
            }
            _ => false,
        });
        used.then_some(threshold as f32)
    }

    /// Makes the error for a second fully connected layer after that of `v`.
    pub fn second_layer(&self, node: &NodeProto, v: Vector) -> Error {
        let found = format!("of {}", self.describe(&Value::Vector(v)));
        let instead = if self.graph.is_last(node) {
            "the classifier is one fully connected layer on the average of the last map; classifiers of two layers are not \
             simulated: leave one out, and train the network again"
        } else {
            "a gate has one fully connected layer on a globally average-pooled map, or two with a ReLU between them"
        };
        self.graph.refuse(node, found, instead)
    }

    /// Makes the error for constants that do not fit the operator that computes with them.
    pub fn uncomputed(&self, node: &NodeProto) -> Error {
        let constants: Vec<&Tensor> = node
            .input
            .iter()
            .filter_map(|name| match self.value(name) {
                Some(Value::Const(t)) => Some(&**t),
                _ => None,
            })
            .collect();
        let whole = |i: usize| {
            let t = self.optional_tensor(node, i).ok().flatten()?;
            t.ints(&self.graph.path).ok().map(<[i64]>::to_vec)
        };
        match (node.op_type(), &constants[..]) {
            ("Slice", [x, ..]) => {
                if let Err((expected, found)) = slice::ranges(node, &x.dims, &whole) {
                    return self.graph.invalid(node, expected, found);
                }
            }
            ("Gather", [x, _]) => {
                let axis = shape::axis_of(int(node, "axis").unwrap_or(0), x.dims.len(), false);
                let size = axis.map_or(0, |axis| x.dims[axis]);
                let out = whole(1).and_then(|at| at.into_iter().find(|&i| shape::axis_of(i, size, false).is_none()));
                if let Some(out) = out {
                    return self.graph.invalid(node, format!("indices below {size}, of {:?}", x.dims), out);
                }
            }
            _ => {}
        }
        let sizes: Vec<String> = constants.iter().map(|t| format!("{:?}", t.dims)).collect();
        let found = format!("of constants of sizes {}", sizes.join(", "));
        let instead = "values, sizes and types of its operands have to suit it, and the result has to stay small";
        self.graph.refuse(node, found, instead)
    }
}

impl Graph {
    /// Whether the result of a node is multiplied with the node's input.
    fn scales_its_input(&self, node: &NodeProto) -> bool {
        let (Some(x), Some(y)) = (node.input.first(), node.output.first()) else { return false };
        self.nodes.iter().any(|n| n.op_type() == "Mul" && n.input.contains(x) && n.input.contains(y))
    }

    /// The names of a node's result, before and after casts.
    fn cast<'n>(&'n self, node: &'n NodeProto) -> HashSet<&'n str> {
        let mut names: HashSet<&str> = node.output.iter().map(String::as_str).collect();
        for cast in self.nodes.iter().filter(|n| n.op_type() == "Cast") {
            if cast.input.iter().any(|name| names.contains(name.as_str())) {
                names.extend(cast.output.iter().map(String::as_str));
            }
        }
        names
    }

    /// Whether a result reaches an output of the graph without any other computed value. Logits do,
    /// and scores do not.
    pub fn is_last(&self, node: &NodeProto) -> bool {
        let mut names: HashSet<&str> = node.output.iter().map(String::as_str).collect();
        for reader in &self.nodes {
            let known = |name: &String| name.is_empty() || self.tensors.contains_key(name);
            let mut computed = reader.input.iter().filter(|name| !known(name)).peekable();
            if computed.peek().is_some() && computed.all(|name| names.contains(name.as_str())) {
                names.extend(reader.output.iter().map(String::as_str));
            }
        }
        self.outputs.iter().any(|output| names.contains(output.as_str()))
    }
}
