//! The network, in the style that is asked for.

use super::parts::{Rng, float, int, ints, model, node, tensor, value};
use lcsim_golden::onnx::proto::{AttributeProto, GraphProto, ModelProto, TensorProto, data_type};
use prost::Message;

/// How a fully connected layer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FcForm {
    /// Gemm with `[output][input]` weights.
    Gemm,
    /// Gemm with `[input][output]` weights.
    GemmTransposed,
    /// MatMul, then Add.
    MatMul,
    /// 1x1 Conv on the pooled map.
    Conv,
}

/// How a clamp is written: a score's to 0..1, a ReLU6.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClampForm {
    /// Clip with attributes, operator set 10.
    Attributes,
    /// Clip with inputs, operator set 13.
    Inputs,
    /// ReLU, then Min with 1, operator set 13.
    ReluMin,
    /// ReLU, then Clip with an upper bound only, operator set 13.
    ReluClip,
    /// Clip with a lower bound only, then one with an upper bound only, operator set 13.
    TwoClips,
}

/// How a network is written; the meaning does not depend on it, but for the last field.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Fully connected layers.
    pub fc: FcForm,
    /// Clamps.
    pub clamp: ClampForm,
    /// Batch normalisation as nodes of its own.
    pub norm: bool,
    /// ReduceMean instead of GlobalAveragePool.
    pub mean: bool,
    /// A pool for each gate, even on one map.
    pub own_pools: bool,
    /// Factors and terms the other way round, and the L-Net before the C-Net.
    pub swap: bool,
    /// Scores before the ReLU.
    pub score_first: bool,
    /// Softmax at the end.
    pub softmax: bool,
    /// Max pooling behind the stem, which changes the meaning.
    pub max_pool: bool,
}

/// A random network.
#[derive(Debug, Clone, Copy)]
pub struct Spec {
    /// Of weights and structure.
    pub seed: u64,
    /// Residual blocks.
    pub blocks: usize,
    /// Convolutions a branch: 2 for a BasicBlock, 3 for a Bottleneck.
    pub depth: usize,
    /// Height and width of the image.
    pub size: [usize; 2],
}

/// Collects nodes and constants.
#[derive(Debug)]
pub struct Builder {
    pub(super) graph: GraphProto,
    pub(super) rng: Rng,
    pub(super) style: Style,
}

impl Spec {
    /// A small network of two blocks with every kind of gate.
    pub const SMALL: Spec = Spec { seed: 7, blocks: 2, depth: 2, size: [8, 8] };
}

impl Style {
    /// As simple as possible.
    pub const PLAIN: Style = Style {
        fc: FcForm::Gemm,
        clamp: ClampForm::Inputs,
        norm: false,
        mean: false,
        own_pools: false,
        swap: false,
        score_first: false,
        softmax: false,
        max_pool: false,
    };

    /// The operator set that the style needs.
    pub fn opset(&self) -> i64 {
        if self.clamp == ClampForm::Attributes { 10 } else { 13 }
    }
}

/// The bytes of a random network with 3 input channels and 5 classes.
pub fn build(spec: &Spec, style: Style) -> Vec<u8> {
    network(spec, style).encode_to_vec()
}

/// A random network with 3 input channels and 5 classes.
pub fn network(spec: &Spec, style: Style) -> ModelProto {
    let mut b = Builder::new(spec, style);
    let mut channels = 2 + b.rng.below(6);
    let mut x = b.conv("stem", "image", [3, channels], 3, 1);
    x = b.node("Relu", "stem.relu", &[&x], vec![]);
    if style.max_pool {
        let attributes = vec![ints("kernel_shape", &[3, 2]), ints("strides", &[2, 1]), ints("pads", &[1, 0, 1, 1])];
        x = b.node("MaxPool", "stem.pool", &[&x], attributes);
    }
    for i in 0..spec.blocks {
        (x, channels) = b.block(&format!("block{i}"), &x, channels, spec.depth);
    }
    b.classes(&x, channels)
}

impl Builder {
    pub(super) fn new(spec: &Spec, style: Style) -> Self {
        let [h, w] = spec.size.map(|n| Some(n as i64));
        let graph = GraphProto {
            name: Some("random".into()),
            input: vec![value("image", &[Some(1), Some(3), h, w])],
            output: vec![value("logits", &[Some(1), Some(5)])],
            ..Default::default()
        };
        Self { graph, rng: Rng::new(spec.seed), style }
    }

    /// The classifier on the last map, and the model.
    pub(super) fn classes(mut self, x: &str, channels: usize) -> ModelProto {
        let pooled = self.pool("head", x, true);
        let logits = self.fc("classes", &pooled, channels, 5, false, 0.0);
        let logits = if self.style.fc == FcForm::Conv {
            self.node("Flatten", "classes.flat", &[&logits], vec![int("axis", 1)])
        } else {
            logits
        };
        let last = if self.style.softmax { "Softmax" } else { "Identity" };
        self.node(last, "logits", &[&logits], if self.style.softmax { vec![int("axis", 1)] } else { vec![] });
        model(self.graph, self.style.opset())
    }

    pub(super) fn node(&mut self, op: &str, name: &str, inputs: &[&str], attribute: Vec<AttributeProto>) -> String {
        self.graph.node.push(node(op, inputs, name, attribute));
        name.to_owned()
    }

    pub(super) fn constant(&mut self, name: String, dims: &[usize], values: Vec<f32>) -> String {
        self.graph.initializer.push(tensor(&name, dims, values));
        name
    }

    pub(super) fn random(&mut self, count: usize, scale: f32, offset: f32) -> Vec<f32> {
        (0..count).map(|_| offset + scale * self.rng.float()).collect()
    }

    /// A node of two operands in either order.
    pub(super) fn pair(&mut self, op: &str, name: &str, a: &str, b: &str) -> String {
        let operands = if self.style.swap { [b, a] } else { [a, b] };
        self.node(op, name, &operands, vec![])
    }

    pub(super) fn conv(&mut self, name: &str, x: &str, channels: [usize; 2], kernel: usize, stride: usize) -> String {
        self.grouped(name, x, channels, kernel, stride, vec![])
    }

    /// A convolution whose outputs read `inp` channels each.
    pub(super) fn grouped(
        &mut self,
        name: &str,
        x: &str,
        [inp, out]: [usize; 2],
        kernel: usize,
        stride: usize,
        mut attributes: Vec<AttributeProto>,
    ) -> String {
        let scale = 1.7 / ((inp * kernel * kernel) as f32).sqrt();
        let weights = self.random(out * inp * kernel * kernel, scale, 0.0);
        let weights = self.constant(format!("{name}.weight"), &[out, inp, kernel, kernel], weights);
        let bias = self.random(out, 0.2, 0.0);
        let bias = self.constant(format!("{name}.bias"), &[out], bias);
        let (k, s, p) = (kernel as i64, stride as i64, (kernel / 2) as i64);
        attributes.extend([ints("kernel_shape", &[k; 2]), ints("strides", &[s; 2]), ints("pads", &[p; 4])]);
        let y = self.node("Conv", name, &[x, &weights, &bias], attributes);
        if !self.style.norm {
            return y;
        }
        let mut inputs = vec![y];
        for (what, scale, offset) in [("scale", 0.3, 1.0), ("shift", 0.1, 0.0), ("mean", 0.1, 0.0), ("var", 0.5, 1.0)] {
            let values = self.random(out, scale, offset);
            inputs.push(self.constant(format!("{name}.bn.{what}"), &[out], values));
        }
        let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
        self.node("BatchNormalization", &format!("{name}.bn"), &inputs, vec![float("epsilon", 1e-3)])
    }

    /// A pooled map in the shape that the fully connected layer reads.
    pub(super) fn pool(&mut self, name: &str, x: &str, fresh: bool) -> String {
        let name = if fresh || self.style.own_pools { name.to_owned() } else { format!("{x}.shared") };
        let flat = self.style.fc != FcForm::Conv;
        let end = if flat { format!("{name}.flat") } else { format!("{name}.pool") };
        if self.graph.node.iter().any(|n| n.output[0] == end) {
            return end;
        }
        let pooled = format!("{name}.pool");
        if self.style.mean {
            self.node("ReduceMean", &pooled, &[x], vec![ints("axes", &[2, -1]), int("keepdims", 1)]);
        } else {
            self.node("GlobalAveragePool", &pooled, &[x], vec![]);
        }
        if flat { self.node("Flatten", &end, &[&pooled], vec![int("axis", 1)]) } else { end }
    }

    pub(super) fn fc(&mut self, name: &str, x: &str, inp: usize, out: usize, gate: bool, offset: f32) -> String {
        let scale = if gate { 1.5 } else { 1.0 } / (inp as f32).sqrt();
        let weights = self.random(inp * out, scale, 0.0);
        let dims: &[usize] = match self.style.fc {
            FcForm::Gemm => &[out, inp],
            FcForm::GemmTransposed | FcForm::MatMul => &[inp, out],
            FcForm::Conv => &[out, inp, 1, 1],
        };
        let weights = self.constant(format!("{name}.weight"), dims, weights);
        let bias = self.random(out, 0.6, offset);
        let bias = self.constant(format!("{name}.bias"), &[out], bias);
        match self.style.fc {
            FcForm::Gemm => self.node("Gemm", name, &[x, &weights, &bias], vec![int("transB", 1)]),
            FcForm::GemmTransposed => self.node("Gemm", name, &[x, &weights, &bias], vec![]),
            FcForm::Conv => self.node("Conv", name, &[x, &weights, &bias], vec![ints("kernel_shape", &[1, 1])]),
            FcForm::MatMul => {
                let product = self.node("MatMul", name, &[x, &weights], vec![]);
                self.pair("Add", &format!("{name}.biased"), &product, &bias)
            }
        }
    }

    /// A gate on map `x`: its score as `[1, outputs, 1, 1]`.
    pub(super) fn gate(&mut self, name: &str, x: &str, inp: usize, out: usize) -> String {
        let pooled = self.pool(name, x, false);
        let y = self.fc(name, &pooled, inp, out, true, 0.4);
        let score = self.clamp(name, "score", &y, 1.0);
        if self.style.fc == FcForm::Conv {
            return score;
        }
        let shape = TensorProto {
            name: Some(format!("{name}.shape")),
            dims: vec![4],
            data_type: Some(data_type::INT64),
            int64_data: vec![1, -1, 1, 1],
            ..Default::default()
        };
        self.graph.initializer.push(shape);
        self.node("Reshape", &format!("{name}.shaped"), &[&score, &format!("{name}.shape")], vec![])
    }

    /// `y` clamped to 0..`max`; `what` completes the name of the result.
    pub(super) fn clamp(&mut self, name: &str, what: &str, y: &str, max: f32) -> String {
        let clamped = format!("{name}.{what}");
        if self.style.clamp == ClampForm::Attributes {
            return self.node("Clip", &clamped, &[y], vec![float("min", 0.0), float("max", max)]);
        }
        let high = self.constant(format!("{name}.max"), &[], vec![max]);
        let half = format!("{name}.half");
        match self.style.clamp {
            ClampForm::ReluMin => {
                let half = self.node("Relu", &half, &[y], vec![]);
                self.pair("Min", &clamped, &half, &high)
            }
            ClampForm::ReluClip => {
                let half = self.node("Relu", &half, &[y], vec![]);
                self.node("Clip", &clamped, &[&half, "", &high], vec![])
            }
            ClampForm::TwoClips => {
                let low = self.constant(format!("{name}.min"), &[], vec![0.0]);
                let half = self.node("Clip", &half, &[y, &low], vec![]);
                self.node("Clip", &clamped, &[&half, "", &high], vec![])
            }
            ClampForm::Inputs | ClampForm::Attributes => {
                let low = self.constant(format!("{name}.min"), &[], vec![0.0]);
                self.node("Clip", &clamped, &[y, &low, &high], vec![])
            }
        }
    }

    /// A block with random channels, stride, kernels and gates; its output and number of channels.
    pub(super) fn block(&mut self, name: &str, x: &str, inp: usize, depth: usize) -> (String, usize) {
        let stride = 1 + self.rng.below(2);
        let out = if self.rng.below(2) == 0 { inp } else { 2 + self.rng.below(8) };
        let (lnet, input) = (self.rng.below(3) > 0, x.to_owned());
        let (mut x, mut channels) = (input.clone(), inp);
        for i in 0..depth {
            let last = i + 1 == depth;
            let next = if last { out } else { 2 + self.rng.below(6) };
            let kernel = if depth == 3 && i != 1 { 1 } else { [1, 3, 5][self.rng.below(3)] };
            let stride = if i == depth / 3 { stride } else { 1 };
            let mut y = self.conv(&format!("{name}.conv{i}"), &x, [channels, next], kernel, stride);
            let mut scores = Vec::new();
            if self.rng.below(3) > 0 {
                scores.push(self.gate(&format!("{name}.cnet{i}"), &x, channels, next));
            }
            if last && lnet {
                scores.push(self.gate(&format!("{name}.lnet"), &input, inp, 1));
            }
            if self.style.swap {
                scores.reverse();
            }
            if !last && !self.style.score_first {
                y = self.node("Relu", &format!("{name}.relu{i}"), &[&y], vec![]);
            }
            for (j, score) in scores.iter().enumerate() {
                y = self.pair("Mul", &format!("{name}.kept{i}{j}"), &y, score);
            }
            if !last && self.style.score_first {
                y = self.node("Relu", &format!("{name}.relu{i}"), &[&y], vec![]);
            }
            (x, channels) = (y, next);
        }
        let short = if stride == 1 && out == inp && self.rng.below(4) > 0 {
            input
        } else {
            self.conv(&format!("{name}.shortcut"), &input, [inp, out], 1, stride)
        };
        let sum = self.pair("Add", &format!("{name}.add"), &x, &short);
        (self.node("Relu", &format!("{name}.out"), &[&sum], vec![]), out)
    }
}
