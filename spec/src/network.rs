//! A quantised (LC-)ResNet as the accelerator executes it.
//!
//! The order of [`QuantNetwork::layers`] is the order of execution. Names are unique and come from
//! the ONNX nodes.

use crate::number::Score;
use crate::operators::convolution::Conv;
use crate::operators::gate::{Fc, Gate};
use crate::operators::image::InputSpec;
use crate::operators::pool::Pool;

/// A convolution of a block with its C-Net, if it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct GatedConv<C = Conv, F = Fc> {
    /// The convolution.
    pub conv: C,
    /// Reads the convolution's input map, scores its output channels.
    pub gate: Option<Gate<F>>,
}

/// A residual block, of convolutions `C` and gates `F`:
/// `y = shortcut(x) + L * C_n * conv_n(... C_1 * relu(conv_1(x)))`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block<C = Conv, F = Fc> {
    /// Unique name.
    pub name: String,
    /// Reads the block's input map, scores the residual branch.
    pub lnet: Option<Gate<F>>,
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
    /// A pooling.
    Pool(Pool),
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
            Layer::Pool(_) => vec![],
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

impl QuantNetwork {
    /// All convolutions in order of execution.
    pub fn convs(&self) -> impl Iterator<Item = &Conv> {
        self.layers.iter().flat_map(Layer::convs)
    }

    /// All gates: (gate, whether it is an L-Net), in order of evaluation.
    pub fn gates(&self) -> impl Iterator<Item = (&Gate, bool)> {
        self.layers.iter().flat_map(|layer| -> Vec<(&Gate, bool)> {
            match layer {
                Layer::Conv(_) | Layer::Pool(_) => vec![],
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
        self.gates().map(|(gate, _)| gate.decision.threshold()).max().unwrap_or(Score::ZERO)
    }

    /// The same network with a threshold in every gate: scores below it count as 0.
    pub fn with_threshold(&self, threshold: Score) -> QuantNetwork {
        let mut net = self.clone();
        for layer in &mut net.layers {
            if let Layer::Block(b) = layer {
                let gates = b.lnet.iter_mut().chain(b.convs.iter_mut().filter_map(|g| g.gate.as_mut()));
                gates.for_each(|gate| gate.decision = gate.decision.with_threshold(threshold));
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
