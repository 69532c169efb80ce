//! A float (LC-)ResNet, as imported from ONNX: the float twin of `lcsim_spec::QuantNetwork`.

use crate::Error;
use crate::kernel::Geometry;
use lcsim_spec::Shape;
use lcsim_spec::network::{self, NetworkError, require};
use std::collections::HashSet;

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
    /// The upper bound of the ReLU that follows: 6 of a ReLU6, infinite of a plain ReLU (in a block: behind the gate's score; none
    /// behind the last convolution of a block).
    pub relu: Option<f32>,
    /// Each output channel reads the input channel of its own number alone.
    pub depthwise: bool,
    /// `[output channel][input channel][row][column]`; of a depthwise convolution `[channel][row][column]`.
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
pub type GatedConv = network::GatedConv<Conv, Fc>;
/// A residual block.
pub type Block = network::Block<Conv, Fc>;
/// One step of the network.
pub type Layer = network::Layer<Conv, Fc>;

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

impl Conv {
    /// Where it reads and writes.
    pub fn geometry(&self) -> Geometry {
        let Conv { input, output, kernel, stride, pad, depthwise, .. } = *self;
        Geometry { input, output, kernel, stride, pad, depthwise }
    }
    /// Multiply-accumulates with so many live channels; taps that fall on padding count.
    pub fn macs(&self, live_in: usize, live_out: usize) -> u64 {
        let read = if self.depthwise { 1 } else { live_in };
        [read, live_out, self.kernel[0], self.kernel[1], self.output.pixels()].iter().map(|&n| n as u64).product()
    }
    /// The upper bound of a ReLU that clips.
    pub fn clip(&self) -> Option<f32> {
        self.relu.filter(|max| max.is_finite())
    }
}

/// What of a network was recognised, for people to check: a gate that an exporter dropped leaves no other trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Convolutions, shortcuts included.
    pub convs: usize,
    /// Residual blocks.
    pub blocks: usize,
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
        match self {
            Summary { lnets: 0, cnets: 0, .. } => write!(f, ", no gates"),
            _ => {
                write!(f, ", {}, {}", count(self.lnets, "L-Net"), count(self.cnets, "C-Net"))?;
                write!(f, ", {} without a gate", count(self.ungated_blocks, "block"))
            }
        }
    }
}

impl Network {
    /// What was recognised of it.
    pub fn summary(&self) -> Summary {
        let blocks = || self.layers.iter().filter_map(|l| if let Layer::Block(b) = l { Some(b) } else { None });
        let cnets = |b: &Block| b.convs.iter().filter(|g| g.gate.is_some()).count();
        Summary {
            convs: self.convs().count(),
            blocks: blocks().count(),
            lnets: blocks().filter(|b| b.lnet.is_some()).count(),
            cnets: blocks().map(cnets).sum(),
            ungated_blocks: blocks().filter(|b| b.lnet.is_none() && cnets(b) == 0).count(),
        }
    }

    /// All convolutions in order of execution.
    pub fn convs(&self) -> impl Iterator<Item = &Conv> {
        self.layers.iter().flat_map(Layer::convs)
    }

    /// MACs of convolutions and classifier with every gate open; the gates' own are not in it.
    pub fn dense_macs(&self) -> u64 {
        let convs = self.convs().map(|c| c.macs(c.input.channels, c.output.channels));
        convs.sum::<u64>() + self.classifier.weights.len() as u64
    }

    /// Checks every shape, length, name and number, so that later stages need not.
    ///
    /// # Errors
    /// Names the first layer that contradicts itself or its neighbour; `path` is for the message.
    pub fn validate(&self, path: &str) -> Result<(), Error> {
        self.check().map_err(|source| Error::Network { path: path.into(), source })
    }

    fn check(&self) -> Result<(), NetworkError> {
        let mut map = self.input;
        for (what, values) in [("mean", &self.mean), ("std", &self.std)] {
            require("input", what, map.channels, values.len())?;
        }
        let first_is_conv = matches!(self.layers.first(), Some(Layer::Conv(_)));
        require("network", "a convolution before the first block", true, first_is_conv)?;
        let mut names = HashSet::new();
        let mut clipped = false;
        for layer in &self.layers {
            map = match layer {
                Layer::Conv(c) => {
                    clipped = c.clip().is_some();
                    check_conv(c, map, &mut names)?
                }
                Layer::Block(b) => {
                    // The sum shares the steps of what it is added to, and so where these end.
                    let free = !std::mem::take(&mut clipped) || b.shortcut.is_some();
                    require(&b.name, "a projection, or an input that no ReLU6 clips", true, free)?;
                    check_block(b, map, &mut names)?
                }
                Layer::MaxPool(p) => {
                    require(&p.name, "unique name", true, names.insert(&p.name))?;
                    p.check(map)?
                }
            };
        }
        check_fc(&self.classifier, map.channels, self.classifier.outputs, &mut names)
    }
}

fn check_block<'a>(b: &'a Block, input: Shape, names: &mut HashSet<&'a str>) -> Result<Shape, NetworkError> {
    require(&b.name, "unique name", true, names.insert(&b.name))?;
    require(&b.name, "at least one convolution", true, !b.convs.is_empty())?;
    if let Some(lnet) = &b.lnet {
        check_fc(lnet, input.channels, 1, names)?;
    }
    let mut map = input;
    let mut gated = false;
    for (i, g) in b.convs.iter().enumerate() {
        // As the accelerator demands of the quantised network.
        let dense = !g.conv.depthwise || !gated && g.gate.is_none();
        require(&g.conv.name, "no C-Net on a depthwise convolution, nor on the one before it", true, dense)?;
        gated = g.gate.is_some();
        if let Some(gate) = &g.gate {
            check_fc(gate, map.channels, g.conv.output.channels, names)?;
        }
        require(&g.conv.name, "no ReLU before the addition", false, g.conv.relu.is_some() && i + 1 == b.convs.len())?;
        map = check_conv(&g.conv, map, names)?;
    }
    let short = b.shortcut.as_ref().map_or(Ok(input), |s| check_conv(s, input, names))?;
    require(&b.name, "branch output shape equal to the shortcut's", short.to_string(), map.to_string())?;
    Ok(map)
}

fn check_conv<'a>(c: &'a Conv, input: Shape, names: &mut HashSet<&'a str>) -> Result<Shape, NetworkError> {
    let name = &c.name;
    require(name, "unique name", true, names.insert(name))?;
    require(name, "input shape", input.to_string(), c.input.to_string())?;
    let positive = c.kernel.iter().chain(&c.stride).all(|&n| n > 0) && !c.input.is_empty() && !c.output.is_empty();
    require(name, "kernel, stride and shapes above 0", true, positive)?;
    require(name, "padding below the kernel size", true, c.pad.iter().zip(&c.kernel).all(|(p, k)| p < k))?;
    if c.depthwise {
        require(name, "output channels", c.input.channels, c.output.channels)?;
    }
    let weights = c.output.channels * c.geometry().fan_in() * c.kernel[0] * c.kernel[1];
    require(name, "weights", weights, c.weights.len())?;
    require(name, "a ReLU with an upper bound above 0", true, c.relu.is_none_or(|max| max > 0.0))?;
    require(name, "biases", c.output.channels, c.bias.len())?;
    require(name, "finite weights and biases", true, c.weights.iter().chain(&c.bias).all(|w| w.is_finite()))?;
    Ok(c.output)
}

fn check_fc<'a>(f: &'a Fc, inputs: usize, outputs: usize, names: &mut HashSet<&'a str>) -> Result<(), NetworkError> {
    require(&f.name, "unique name", true, names.insert(&f.name))?;
    require(&f.name, "inputs", inputs, f.inputs)?;
    require(&f.name, "outputs", outputs, f.outputs)?;
    require(&f.name, "weights", f.inputs * f.outputs, f.weights.len())?;
    require(&f.name, "biases", f.outputs, f.bias.len())?;
    require(&f.name, "finite weights and biases", true, f.weights.iter().chain(&f.bias).all(|w| w.is_finite()))
}
