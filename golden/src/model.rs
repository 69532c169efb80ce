//! A float (LC-)ResNet, as imported from ONNX: the float twin of `lcsim_spec::QuantNetwork`.

use lcsim_spec::Shape;

/// A convolution, batch norm folded.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    /// Unique name (of the ONNX node).
    pub name: String,
    /// Input map.
    pub input: Shape,
    /// Output map.
    pub output: Shape,
    /// Kernel height and width.
    pub kernel: [usize; 2],
    /// Vertical and horizontal stride.
    pub stride: [usize; 2],
    /// Zero padding above and to the left.
    pub pad: [usize; 2],
    /// Whether ReLU follows (in a block: before the gate's score; false for the last convolution of a block).
    pub relu: bool,
    /// `[output channel][input channel][row][column]`.
    pub weights: Vec<f32>,
    /// Per output channel.
    pub bias: Vec<f32>,
}

/// A fully connected layer on a globally average-pooled map: a gate or the classifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Fc {
    /// Unique name.
    pub name: String,
    /// Inputs.
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
    /// `[output][input]`.
    pub weights: Vec<f32>,
    /// Per output.
    pub bias: Vec<f32>,
}

/// A convolution of a block with its C-Net, if it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct GatedConv {
    /// The convolution.
    pub conv: Conv,
    /// Reads the convolution's input map, scores its output channels.
    pub gate: Option<Fc>,
}

/// A residual block.
#[derive(Debug, Clone, PartialEq)]
pub struct Block {
    /// Unique name.
    pub name: String,
    /// Reads the block's input map, scores the residual branch.
    pub lnet: Option<Fc>,
    /// The branch, at least one convolution.
    pub convs: Vec<GatedConv>,
    /// Projection shortcut.
    pub shortcut: Option<Conv>,
    /// Whether ReLU follows the addition.
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

/// A float network.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    /// For reports.
    pub name: String,
    /// Shape of an image.
    pub input: Shape,
    /// Per channel, of pixels in [0, 1].
    pub mean: Vec<f32>,
    /// Per channel, of pixels in [0, 1].
    pub std: Vec<f32>,
    /// In order of execution; the first is a convolution.
    pub layers: Vec<Layer>,
    /// Reads the pooled last map.
    pub classifier: Fc,
}
