//! A float LC-Net as the import makes it from ONNX. `lcsim_spec::QuantNetwork` is its quantised
//! form.
//!
//! ```
//! use lcsim_golden::model::{Conv, Fc, Layer, Network};
//! use lcsim_spec::Shape;
//!
//! let input = Shape { channels: 1, height: 4, width: 4 };
//! let output = Shape { channels: 2, ..input };
//! let (name, kernel, stride, pad, relu) = ("stem".to_owned(), [3, 3], [1, 1], [1, 1], Some(f32::INFINITY));
//! let (depthwise, weights, bias) = (false, vec![0.1; 2 * 9], vec![0.0; 2]);
//! let stem = Conv { name, input, output, kernel, stride, pad, relu, depthwise, weights, bias };
//! let classifier = Fc { name: "fc".to_owned(), inputs: 2, outputs: 3, weights: vec![0.5; 6], bias: vec![0.0; 3] };
//! let (name, mean, std, layers) = ("tiny".to_owned(), vec![0.5], vec![0.25], vec![Layer::Conv(stem)]);
//! let network = Network { name, input, mean, std, layers, classifier };
//! network.validate("tiny")?;
//! assert_eq!(network.dense_macs(), 2 * 16 * 9 + 2 * 3);
//! # Ok::<(), lcsim_golden::Error>(())
//! ```

use crate::block;
use crate::kernel::Geometry;
use lcsim_spec::operators::convolution::Convolution;
use lcsim_spec::operators::depthwise;
use lcsim_spec::operators::gate::{self, Connected, Reads};
use lcsim_spec::require::{NetworkError, layer};
use lcsim_spec::{Decision, Shape, Windows, network};

/// A convolution. Its batch norm is folded into weights and biases.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    /// Unique name; the import takes it from the ONNX node.
    pub name: String,
    /// Input map.
    pub input: Shape,
    /// Output map.
    pub output: Shape,
    /// Kernel height and width.
    pub kernel: [usize; 2],
    /// Vertical and horizontal stride.
    pub stride: [usize; 2],
    /// Rows of zeros above the map, and columns of zeros to its left.
    pub pad: [usize; 2],
    /// The upper bound of the ReLU that follows: 6 for a ReLU6, infinite for a plain ReLU. In a
    /// block, the ReLU comes after the multiplication with the gate's score. The last convolution
    /// of a block has none.
    pub relu: Option<f32>,
    /// Whether output channel `i` reads only input channel `i`.
    pub depthwise: bool,
    /// `[output channel][input channel][row][column]`; of a depthwise convolution
    /// `[channel][row][column]`.
    pub weights: Vec<f32>,
    /// One for each output channel.
    pub bias: Vec<f32>,
}

/// A fully connected layer on a globally average-pooled map, of a gate or the classifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Fc {
    /// Unique name.
    pub name: String,
    /// The number of inputs: channels of the pooled map.
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
    /// `[output][input]`.
    pub weights: Vec<f32>,
    /// One for each output.
    pub bias: Vec<f32>,
}

/// A convolution of a block, and its C-Net if it has one.
pub type GatedConv = network::GatedConv<Conv, Fc>;
/// A residual block.
pub type Block = network::Block<Conv, Fc>;
/// A gate of a block or a convolution.
pub type Gate = gate::Gate<Fc>;
/// One step of the network.
pub type Layer = network::Layer<Conv, Fc>;

/// A float network.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// The name that reports show.
    pub name: String,
    /// Shape of an image.
    pub input: Shape,
    /// One mean for each channel, of pixels in [0, 1].
    pub mean: Vec<f32>,
    /// One standard deviation for each channel, of pixels in [0, 1].
    pub std: Vec<f32>,
    /// In the order of execution. The first layer is a convolution.
    pub layers: Vec<Layer>,
    /// The fully connected layer that reads the average-pooled last map.
    pub classifier: Fc,
}

impl Conv {
    /// The shapes and the geometry of the convolution.
    pub fn geometry(&self) -> Geometry {
        let Conv { input, output, kernel, stride, pad, depthwise, .. } = *self;
        Geometry { input, output, kernel, stride, pad, depthwise }
    }
    /// MACs with `live_in` live input channels and `live_out` live output channels. Taps on padding
    /// count.
    pub fn macs(&self, live_in: usize, live_out: usize) -> u64 {
        let read = if self.depthwise { depthwise::FAN_IN } else { live_in };
        [read, live_out, self.kernel[0], self.kernel[1], self.output.pixels()].iter().map(|&n| n as u64).product()
    }
    /// The upper bound of the ReLU, if it is finite.
    pub fn clip(&self) -> Option<f32> {
        self.relu.filter(|max| max.is_finite())
    }
}

/// What the import recognised of a network, for users to check. If an exporter has dropped a gate,
/// nothing else shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Convolutions, shortcuts included.
    pub convs: usize,
    /// Residual blocks.
    pub blocks: usize,
    /// Poolings between layers.
    pub poolings: usize,
    /// Gates of blocks.
    pub lnets: usize,
    /// Gates of channels.
    pub cnets: usize,
    /// Blocks without any gate.
    pub ungated_blocks: usize,
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |n: usize, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        write!(f, "{}, {}", count(self.convs, "convolution"), count(self.blocks, "block"))?;
        if self.poolings > 0 {
            write!(f, ", {}", count(self.poolings, "pooling"))?;
        }
        if self.lnets + self.cnets == 0 {
            return write!(f, ", no gates");
        }
        let parts = [
            (self.lnets, count(self.lnets, "L-Net")),
            (self.cnets, count(self.cnets, "C-Net")),
            (self.ungated_blocks, format!("{} without a gate", count(self.ungated_blocks, "block"))),
        ];
        parts.iter().filter(|part| part.0 > 0).try_for_each(|(_, text)| write!(f, ", {text}"))
    }
}

impl Summary {
    /// Counts the layers of a float or a quantised network.
    pub fn of<C, F>(layers: &[network::Layer<C, F>]) -> Self {
        let blocks = || layers.iter().filter_map(block::of);
        let cnets = |b: &network::Block<C, F>| b.convs.iter().filter(|g| g.gate.is_some()).count();
        Self {
            convs: layers.iter().map(|l| l.convs().len()).sum(),
            blocks: blocks().count(),
            poolings: layers.iter().filter(|l| matches!(l, network::Layer::Pool(_))).count(),
            lnets: blocks().filter(|b| b.lnet.is_some()).count(),
            cnets: blocks().map(cnets).sum(),
            ungated_blocks: blocks().filter(|b| b.lnet.is_none() && cnets(b) == 0).count(),
        }
    }
}

impl Network {
    /// Counts the layers, blocks and gates of the network.
    pub fn summary(&self) -> Summary {
        Summary::of(&self.layers)
    }

    /// All convolutions in the order of execution.
    pub fn convs(&self) -> impl Iterator<Item = &Conv> {
        self.layers.iter().flat_map(Layer::convs)
    }

    /// MACs of convolutions and classifier if every gate is open. The MACs of the gates themselves
    /// are not counted.
    pub fn dense_macs(&self) -> u64 {
        let convs = self.convs().map(|c| c.macs(c.input.channels, c.output.channels));
        convs.sum::<u64>() + self.classifier.weights.len() as u64
    }
}

impl Convolution for Conv {
    fn name(&self) -> &str {
        &self.name
    }
    fn windows(&self) -> Windows {
        let Conv { input, output, kernel, stride, pad, .. } = *self;
        Windows { input, output, kernel, stride, pad }
    }
    fn is_depthwise(&self) -> bool {
        self.depthwise
    }
    fn lengths(&self) -> [usize; 2] {
        [self.weights.len(), self.bias.len()]
    }
    fn check(&self) -> Result<(), NetworkError> {
        let item = layer(&self.name);
        // A value that is not a number is not above anything.
        if let Some(max) = self.relu.filter(|max| max.is_nan() || *max <= 0.0) {
            return Err(NetworkError::new(item, "upper bound of the ReLU", "above 0", max));
        }
        finite(&item, &self.weights, &self.bias)
    }
}

impl Connected for Fc {
    fn name(&self) -> &str {
        &self.name
    }
    fn sizes(&self) -> [usize; 2] {
        [self.inputs, self.outputs]
    }
    fn lengths(&self) -> [usize; 2] {
        [self.weights.len(), self.bias.len()]
    }
    fn check(&self, _: Reads, _: Option<Decision>) -> Result<(), NetworkError> {
        finite(&layer(&self.name), &self.weights, &self.bias)
    }
}

fn finite(item: &str, weights: &[f32], bias: &[f32]) -> Result<(), NetworkError> {
    match weights.iter().chain(bias).find(|w| !w.is_finite()) {
        Some(found) => Err(NetworkError::new(item, "weights and biases", "finite numbers", *found)),
        None => Ok(()),
    }
}
