//! A quantised (LC-)ResNet as the accelerator executes it.
//!
//! The order of [`QuantNetwork::layers`] is the order of execution. Names are unique and come from the ONNX nodes.

use crate::number::{ACC_BOUND, MULTIPLIER_END, POOLED_BITS, SHIFT_MAX};
use thiserror::Error;

/// Largest size of a map along any axis, and of a kernel.
const SIZE_MAX: usize = 1 << 14;

/// Channels x height x width of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Channels.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels a row.
    pub width: usize,
}

impl Shape {
    /// Pixels of one channel.
    pub fn pixels(self) -> usize {
        self.height * self.width
    }
    /// Elements of the map.
    pub fn len(self) -> usize {
        self.channels * self.pixels()
    }
    /// Whether the map has no element.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}

/// What an image looks like, and how its bytes become the `i8` that the first layer reads:
/// `q = round(((p / 255 - mean) / std) / scale)`, saturated to `i8`.
#[derive(Debug, Clone, PartialEq)]
pub struct InputSpec {
    /// Shape of an image.
    pub shape: Shape,
    /// Per channel, of pixels in [0, 1].
    pub mean: Vec<f32>,
    /// Per channel, of pixels in [0, 1].
    pub std: Vec<f32>,
    /// Real value of one step of the `i8`.
    pub scale: f32,
}

impl InputSpec {
    /// The real value that the network reads for byte `p` of channel `c`.
    pub fn normalize(&self, p: u8, c: usize) -> f32 {
        (f32::from(p) / 255.0 - self.mean[c]) / self.std[c]
    }
    /// The `i8` that the accelerator reads for byte `p` of channel `c`.
    pub fn quantize(&self, p: u8, c: usize) -> i8 {
        (self.normalize(p, c) / self.scale).round().clamp(-128.0, 127.0) as i8
    }
    /// A whole image, channel-major bytes, as the accelerator reads it.
    pub fn quantize_image(&self, image: &[u8]) -> Vec<i8> {
        let pixels = self.shape.pixels();
        image.iter().enumerate().map(|(i, &p)| self.quantize(p, i / pixels)).collect()
    }
}

/// A convolution. Its output map is stored before its ReLU.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    /// Unique name.
    pub name: String,
    /// Input map.
    pub input: Shape,
    /// Output map.
    pub output: Shape,
    /// Kernel height and width.
    pub kernel: [usize; 2],
    /// Vertical and horizontal stride.
    pub stride: [usize; 2],
    /// Zero padding above and to the left; what is needed below and to the right follows from the shapes.
    pub pad: [usize; 2],
    /// Whether readers of the output map (and its pool sums) apply ReLU to it.
    pub relu: bool,
    /// `[output channel][input channel][row][column]`.
    pub weights: Vec<i8>,
    /// Per output channel.
    pub bias: Vec<i32>,
    /// Per output channel; see [`crate::number`].
    pub multiplier: Vec<u16>,
    /// Per output channel; see [`crate::number`].
    pub shift: Vec<u8>,
}

impl Conv {
    /// Kernel taps.
    pub fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }
    /// Multiply-accumulates with everything live; taps that fall on padding count.
    pub fn dense_macs(&self) -> u64 {
        self.macs(self.input.channels, self.output.channels)
    }
    /// Multiply-accumulates with so many live channels.
    pub fn macs(&self, live_in: usize, live_out: usize) -> u64 {
        (live_in * live_out * self.taps() * self.output.pixels()) as u64
    }
    /// The weight of (output channel, input channel, tap).
    pub fn weight(&self, out: usize, inp: usize, tap: usize) -> i8 {
        self.weights[(out * self.input.channels + inp) * self.taps() + tap]
    }
}

/// A fully connected layer on pool sums: a gate (L-Net, C-Net) or the classifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Fc {
    /// Unique name.
    pub name: String,
    /// Inputs (channels of the pooled map).
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
    /// `[output][input]`.
    pub weights: Vec<i8>,
    /// Per output.
    pub bias: Vec<i32>,
    /// Per output; empty for the classifier, whose logits are the accumulators.
    pub multiplier: Vec<u16>,
    /// Per output; empty for the classifier.
    pub shift: Vec<u8>,
    /// Right shift of a pool sum before it is multiplied.
    pub pool_shift: u8,
}

/// A convolution of a block with its C-Net, if it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct GatedConv {
    /// The convolution.
    pub conv: Conv,
    /// Reads the convolution's input map, scores its output channels.
    pub gate: Option<Fc>,
}

/// A residual block: `y = shortcut(x) + L * C_n * conv_n(... C_1 * relu(conv_1(x)))`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Unique name.
    pub name: String,
    /// Reads the block's input map, scores the residual branch.
    pub lnet: Option<Fc>,
    /// The branch: two convolutions in a BasicBlock, three in a Bottleneck; at least two.
    pub convs: Vec<GatedConv>,
    /// Projection; without one, the stream is updated in place.
    pub shortcut: Option<Conv>,
    /// Whether readers of the block's output apply ReLU to it.
    pub relu: bool,
}

/// One step of the network.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// A convolution outside any block.
    Conv(Conv),
    /// A residual block.
    Block(Block),
}

/// A quantised network.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantNetwork {
    /// For reports.
    pub name: String,
    /// What an image looks like.
    pub input: InputSpec,
    /// In order of execution; the first is a convolution.
    pub layers: Vec<Layer>,
    /// Reads the pooled last map.
    pub classifier: Fc,
    /// Real value of one step of a logit.
    pub logit_scale: f32,
}

/// A network that contradicts itself.
#[derive(Debug, Error, PartialEq)]
#[error("layer {layer}: {what}: expected {expected}, found {found}")]
pub struct NetworkError {
    /// The layer's name.
    pub layer: String,
    /// The property that is wrong.
    pub what: &'static str,
    /// What it had to be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

impl QuantNetwork {
    /// All convolutions in order of execution (a block's shortcut before its last convolution).
    pub fn convs(&self) -> impl Iterator<Item = &Conv> {
        self.layers.iter().flat_map(|layer| -> Vec<&Conv> {
            match layer {
                Layer::Conv(c) => vec![c],
                Layer::Block(b) => {
                    let last = b.convs.len() - 1;
                    let early = b.convs[..last].iter().map(|g| &g.conv);
                    early.chain(&b.shortcut).chain([&b.convs[last].conv]).collect()
                }
            }
        })
    }

    /// All gates: (gate, whether it is an L-Net), in order of evaluation.
    pub fn gates(&self) -> impl Iterator<Item = (&Fc, bool)> {
        self.layers.iter().flat_map(|layer| -> Vec<(&Fc, bool)> {
            match layer {
                Layer::Conv(_) => vec![],
                Layer::Block(b) => {
                    let cnets = b.convs.iter().filter_map(|g| g.gate.as_ref()).map(|g| (g, false));
                    b.lnet.iter().map(|g| (g, true)).chain(cnets).collect()
                }
            }
        })
    }

    /// MACs of convolutions and classifier with every gate open; the gates' own are not in it.
    pub fn dense_macs(&self) -> u64 {
        self.convs().map(Conv::dense_macs).sum::<u64>() + self.classifier.weights.len() as u64
    }

    /// The same network without any gate.
    pub fn ungated(&self) -> QuantNetwork {
        let mut plain = self.clone();
        for layer in &mut plain.layers {
            if let Layer::Block(b) = layer {
                b.lnet = None;
                b.convs.iter_mut().for_each(|g| g.gate = None);
            }
        }
        plain
    }

    /// Checks every shape, length and range, so that later stages need not.
    ///
    /// # Errors
    /// Names the first layer that contradicts itself or its neighbour.
    pub fn validate(&self) -> Result<(), NetworkError> {
        for (what, values) in [("mean", &self.input.mean), ("std", &self.input.std)] {
            require("input", what, self.input.shape.channels, values.len())?;
        }
        let names =
            self.convs().map(|c| &c.name).chain(self.gates().map(|(g, _)| &g.name)).chain([&self.classifier.name]);
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            require(name, "layers of this name", 1, 1 + usize::from(!seen.insert(name)))?;
        }
        check_size("input", self.input.shape)?;
        let starts_with_conv = matches!(self.layers.first(), Some(Layer::Conv(_)));
        require(&self.name, "a convolution as first layer", true, starts_with_conv)?;
        let (mut map, mut relu) = (self.input.shape, false);
        for layer in &self.layers {
            (map, relu) = match layer {
                Layer::Conv(c) => (check_conv(c, map)?, c.relu),
                Layer::Block(b) => (check_block(b, map, relu)?, b.relu),
            }
        }
        check_fc(&self.classifier, map, self.classifier.outputs, false)
    }
}

fn require<T: PartialEq + ToString>(
    layer: &str,
    what: &'static str,
    expected: T,
    found: T,
) -> Result<(), NetworkError> {
    if expected == found {
        return Ok(());
    }
    Err(NetworkError { layer: layer.into(), what, expected: expected.to_string(), found: found.to_string() })
}

fn check_block(b: &Block, input: Shape, input_relu: bool) -> Result<Shape, NetworkError> {
    let [_, .., last] = &b.convs[..] else {
        return require(&b.name, "two convolutions or more", true, false).map(|()| input);
    };
    if let Some(lnet) = &b.lnet {
        check_fc(lnet, input, 1, true)?;
    }
    let mut map = input;
    for g in &b.convs {
        if let Some(gate) = &g.gate {
            check_fc(gate, map, g.conv.output.channels, true)?;
        }
        map = check_conv(&g.conv, map)?;
    }
    let short = b.shortcut.as_ref().map_or(Ok(input), |s| check_conv(s, input))?;
    require(&last.conv.name, "output shape equal to the shortcut's", short.to_string(), map.to_string())?;
    // A skipped branch leaves the stored stream and its pool sums as they are, so readers treat both alike.
    let keeps_relu = b.relu == input_relu || b.shortcut.is_some();
    require(&b.name, "ReLU after the addition if and only if after the block's input", true, keeps_relu)?;
    Ok(map)
}

/// Keeps every later product of sizes far from overflow.
fn check_size(name: &str, s: Shape) -> Result<(), NetworkError> {
    let within = [s.channels, s.height, s.width].iter().all(|&n| n <= SIZE_MAX);
    require(name, "channels, height and width of at most 16384", true, within)?;
    require(name, "map of at most 2^30 elements", true, s.len() <= 1 << 30)
}

fn check_conv(c: &Conv, input: Shape) -> Result<Shape, NetworkError> {
    let name = &c.name;
    require(name, "input shape", input.to_string(), c.input.to_string())?;
    check_size(name, c.output)?;
    let positive = c.kernel.iter().chain(&c.stride).all(|&n| n > 0) && !c.input.is_empty() && !c.output.is_empty();
    require(name, "kernel, stride and shapes above 0", true, positive)?;
    require(name, "kernel of at most 16384 taps along an axis", true, c.kernel.iter().all(|&k| k <= SIZE_MAX))?;
    require(name, "stride of at most 16384", true, c.stride.iter().all(|&s| s <= SIZE_MAX))?;
    require(name, "padding below the kernel size", true, c.pad.iter().zip(&c.kernel).all(|(p, k)| p < k))?;
    let outputs = c.output.channels;
    require(name, "weights", outputs * c.input.channels * c.taps(), c.weights.len())?;
    for (what, n) in [("biases", c.bias.len()), ("multipliers", c.multiplier.len()), ("shifts", c.shift.len())] {
        require(name, what, outputs, n)?;
    }
    check_ranges(name, &c.weights, 128, &c.bias, &c.multiplier, &c.shift)?;
    Ok(c.output)
}

fn check_fc(f: &Fc, map: Shape, outputs: usize, scored: bool) -> Result<(), NetworkError> {
    require(&f.name, "inputs", map.channels, f.inputs)?;
    require(&f.name, "outputs", outputs, f.outputs)?;
    require(&f.name, "outputs above 0 and of at most 16384", true, (1..=SIZE_MAX).contains(&outputs))?;
    require(&f.name, "weights", f.inputs * f.outputs, f.weights.len())?;
    require(&f.name, "biases", f.outputs, f.bias.len())?;
    let scored = if scored { outputs } else { 0 };
    require(&f.name, "multipliers", scored, f.multiplier.len())?;
    require(&f.name, "shifts", scored, f.shift.len())?;
    require(&f.name, "pool shift of 5 bits", true, f.pool_shift <= SHIFT_MAX)?;
    let pooled_max = pooled_max(map.pixels(), f.pool_shift);
    require(&f.name, "pooled values of 15 bits", true, pooled_max < 1 << POOLED_BITS)?;
    check_ranges(&f.name, &f.weights, pooled_max, &f.bias, &f.multiplier, &f.shift)
}

/// Largest possible |pooled value| of a map of so many pixels.
pub fn pooled_max(pixels: usize, pool_shift: u8) -> i64 {
    ((pixels as i64 * 128) + (1 << pool_shift >> 1)) >> pool_shift
}

/// Largest possible accumulator, multiplier and shift of each output.
fn check_ranges(name: &str, w: &[i8], x_max: i64, bias: &[i32], m: &[u16], s: &[u8]) -> Result<(), NetworkError> {
    let fan_in = w.len() / bias.len().max(1);
    for (o, &b) in bias.iter().enumerate() {
        let bound: i64 = w[o * fan_in..(o + 1) * fan_in].iter().map(|&w| i64::from(w).abs() * x_max).sum();
        let bound = bound + i64::from(b).abs();
        if bound >= ACC_BOUND {
            return Err(NetworkError {
                layer: name.into(),
                what: "largest |accumulator| + |bias|",
                expected: format!("below {ACC_BOUND}"),
                found: bound.to_string(),
            });
        }
    }
    require(name, "multipliers of 15 bits", true, m.iter().all(|&m| u32::from(m) < MULTIPLIER_END))?;
    require(name, "shifts of 5 bits", true, s.iter().all(|&s| s <= SHIFT_MAX))
}
