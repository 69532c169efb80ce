//! A quantised (LC-)ResNet as the accelerator executes it.
//!
//! The order of [`QuantNetwork::layers`] is the order of execution. Names are unique and come from
//! the ONNX nodes.

use crate::file::quoted;
use crate::number::Score;
use thiserror::Error;

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
    /// Zero padding above and to the left; what is needed below and to the right follows from the
    /// shapes.
    pub pad: [usize; 2],
    /// Whether readers of the output map (and its pool sums) apply ReLU to it.
    pub relu: bool,
    /// Each output channel reads the input channel of its own number alone.
    pub depthwise: bool,
    /// `[output channel][input channel][row][column]`; of a depthwise convolution
    /// `[channel][row][column]`.
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
        let read = if self.depthwise { 1 } else { live_in };
        (read * live_out * self.taps() * self.output.pixels()) as u64
    }
    /// Input channels that an output channel reads.
    pub fn fan_in(&self) -> usize {
        if self.depthwise { 1 } else { self.input.channels }
    }
    /// The weight of (output channel, input channel, tap).
    pub fn weight(&self, out: usize, inp: usize, tap: usize) -> i8 {
        match self.depthwise {
            true if out != inp => 0,
            true => self.weights[out * self.taps() + tap],
            false => self.weights[(out * self.input.channels + inp) * self.taps() + tap],
        }
    }
}

/// The maximum of each window, channel by channel; what lies outside the map does not take part.
/// Values are compared as they are stored, before their ReLU, so that the output has the ReLU and
/// the scale of its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaxPool {
    /// Unique name.
    pub name: String,
    /// Input map.
    pub input: Shape,
    /// Output map, of as many channels.
    pub output: Shape,
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Vertical and horizontal stride.
    pub stride: [usize; 2],
    /// Rows above and columns to the left that the first windows reach beyond the map.
    pub pad: [usize; 2],
}

impl MaxPool {
    /// Pixels of a window.
    pub fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Rows or columns (`axis` 0 or 1) of the input map under window `o` of that axis.
    pub fn window(&self, axis: usize, o: usize) -> std::ops::Range<usize> {
        let size = [self.input.height, self.input.width][axis];
        let from = o * self.stride[axis];
        from.saturating_sub(self.pad[axis])..(from + self.kernel[axis]).saturating_sub(self.pad[axis]).min(size)
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
    /// Scores below it count as 0; 0 in the classifier.
    pub threshold: Score,
}

/// A convolution of a block with its C-Net, if it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct GatedConv<C = Conv, F = Fc> {
    /// The convolution.
    pub conv: C,
    /// Reads the convolution's input map, scores its output channels.
    pub gate: Option<F>,
}

/// A residual block, of convolutions `C` and gates `F`:
/// `y = shortcut(x) + L * C_n * conv_n(... C_1 * relu(conv_1(x)))`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block<C = Conv, F = Fc> {
    /// Unique name.
    pub name: String,
    /// Reads the block's input map, scores the residual branch.
    pub lnet: Option<F>,
    /// The branch: two convolutions in a BasicBlock, three in a Bottleneck; at least two.
    pub convs: Vec<GatedConv<C, F>>,
    /// Projection; without one, the stream is updated in place.
    pub shortcut: Option<C>,
    /// Whether readers of the block's output apply ReLU to it.
    pub relu: bool,
}

/// One step of the network.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer<C = Conv, F = Fc> {
    /// A convolution outside any block.
    Conv(C),
    /// A residual block.
    Block(Block<C, F>),
    /// Max pooling.
    MaxPool(MaxPool),
}

impl<C, F> Layer<C, F> {
    /// Its convolutions in order of execution: a block's shortcut before its last convolution.
    pub fn convs(&self) -> Vec<&C> {
        match self {
            Layer::Conv(c) => vec![c],
            Layer::Block(b) => {
                let mut order: Vec<_> = b.convs.iter().map(|g| &g.conv).collect();
                let last = order.pop();
                order.into_iter().chain(&b.shortcut).chain(last).collect()
            }
            Layer::MaxPool(_) => vec![],
        }
    }
}

/// A quantised network.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantNetwork {
    /// For reports.
    pub name: String,
    /// Shape and pixel scale of an image.
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
#[error("{}: {what}: expected {expected}, found {found}", quoted(item))]
pub struct NetworkError {
    /// The layer or block, with its name, or what else is wrong.
    pub item: String,
    /// The property that is wrong.
    pub what: &'static str,
    /// The expected value.
    pub expected: String,
    /// The found value.
    pub found: String,
}

impl QuantNetwork {
    /// All convolutions in order of execution.
    pub fn convs(&self) -> impl Iterator<Item = &Conv> {
        self.layers.iter().flat_map(Layer::convs)
    }

    /// All max poolings in order of execution.
    pub fn max_pools(&self) -> impl Iterator<Item = &MaxPool> {
        self.layers.iter().filter_map(|layer| if let Layer::MaxPool(p) = layer { Some(p) } else { None })
    }

    /// All gates: (gate, whether it is an L-Net), in order of evaluation.
    pub fn gates(&self) -> impl Iterator<Item = (&Fc, bool)> {
        self.layers.iter().flat_map(|layer| -> Vec<(&Fc, bool)> {
            match layer {
                Layer::Conv(_) | Layer::MaxPool(_) => vec![],
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

    /// The largest threshold of a gate.
    pub fn threshold(&self) -> Score {
        self.gates().map(|(gate, _)| gate.threshold).max().unwrap_or(Score::ZERO)
    }

    /// The same network with a threshold in every gate: scores below it count as 0.
    pub fn with_threshold(&self, threshold: Score) -> QuantNetwork {
        let mut net = self.clone();
        for layer in &mut net.layers {
            if let Layer::Block(b) = layer {
                let gates = b.lnet.iter_mut().chain(b.convs.iter_mut().filter_map(|g| g.gate.as_mut()));
                gates.for_each(|gate| gate.threshold = threshold);
            }
        }
        net
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
}

/// Largest possible |pooled value| of a map of so many pixels.
pub fn pooled_max(pixels: usize, pool_shift: u8) -> i64 {
    ((pixels as i64 * 128) + (1 << pool_shift >> 1)) >> pool_shift
}
