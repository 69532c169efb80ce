//! A quantised LC-Net as the accelerator executes it.
//!
//! [`QuantNetwork::layers`] is in the order of execution. Names are unique; the import takes them
//! from the ONNX nodes.
//!
//! ```
//! use lcsim_spec::{Conv, Fc, InputSpec, Layer, QuantNetwork, Shape};
//! #
//! # fn fc(outputs: usize) -> Fc {
//! #     let (name, weights, bias) = ("fc".to_owned(), vec![1; 2 * outputs], vec![0; outputs]);
//! #     Fc { name, inputs: 2, outputs, weights, bias, multiplier: vec![], shift: vec![], pool_shift: 2 }
//! # }
//!
//! let input = Shape { channels: 1, height: 4, width: 4 };
//! let stem = Conv {
//!     name: "stem".to_owned(),
//!     input,
//!     output: Shape { channels: 2, ..input },
//!     kernel: [3, 3],
//!     stride: [1, 1],
//!     pad: [1, 1],
//!     relu: true,
//!     depthwise: false,
//!     weights: vec![1; 2 * 9],
//!     bias: vec![0; 2],
//!     multiplier: vec![1 << 14; 2],
//!     shift: vec![4; 2],
//! };
//! let network = QuantNetwork {
//!     name: "tiny".to_owned(),
//!     input: InputSpec { shape: input, mean: vec![0.0], std: vec![1.0], scale: 1.0 / 127.0 },
//!     layers: vec![Layer::Conv(stem)],
//!     classifier: fc(3),
//!     logit_scale: 1.0,
//! };
//! network.validate()?;
//! assert_eq!(network.dense_macs(), 2 * 16 * 9 + 2 * 3);
//! # Ok::<(), lcsim_spec::NetworkError>(())
//! ```

use crate::number::Score;
use crate::operators::convolution::Conv;
use crate::operators::gate::{Fc, Gate};
use crate::operators::image::InputSpec;
use crate::operators::pool::Pool;

/// A convolution of a block, and its C-Net if it has one.
#[derive(Debug, Clone, PartialEq)]
pub struct GatedConv<C = Conv, F = Fc> {
    /// The convolution.
    pub conv: C,
    /// The C-Net: it reads the convolution's input map and gives each output channel a score.
    pub gate: Option<Gate<F>>,
}

/// A residual block of convolutions `C` and gates of layers `F`: `y = shortcut(x) + L * C_n *
/// conv_n(... C_1 * relu(conv_1(x)))`.
#[derive(Debug, Clone, PartialEq)]
pub struct Block<C = Conv, F = Fc> {
    /// Unique name.
    pub name: String,
    /// The L-Net: it reads the block's input map and gives the branch one score.
    pub lnet: Option<Gate<F>>,
    /// The branch: two convolutions in a BasicBlock, three in a Bottleneck; at least two.
    pub convs: Vec<GatedConv<C, F>>,
    /// The projection. Without one, the branch is added to the stream in place.
    pub shortcut: Option<C>,
    /// Whether readers of the block's output apply ReLU to it.
    pub relu: bool,
}

impl<C, F> Block<C, F> {
    /// The gates of the block in the order of evaluation.
    pub fn gates(&self) -> impl Iterator<Item = &Gate<F>> {
        self.lnet.iter().chain(self.convs.iter().filter_map(|g| g.gate.as_ref()))
    }

    /// The same gates, to be changed.
    pub fn gates_mut(&mut self) -> impl Iterator<Item = &mut Gate<F>> {
        self.lnet.iter_mut().chain(self.convs.iter_mut().filter_map(|g| g.gate.as_mut()))
    }
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
    /// The layer's convolutions in the order of execution. A block's shortcut runs before its last
    /// convolution.
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
    /// The name that reports show.
    pub name: String,
    /// Shape of an image, and how its pixels become `i8`.
    pub input: InputSpec,
    /// In the order of execution. The first layer is a convolution.
    pub layers: Vec<Layer>,
    /// The fully connected layer that reads the pool sums of the last map.
    pub classifier: Fc,
    /// The real value of one step of a logit.
    pub logit_scale: f32,
}

impl QuantNetwork {
    /// All convolutions in the order of execution.
    pub fn convs(&self) -> impl Iterator<Item = &Conv> {
        self.layers.iter().flat_map(Layer::convs)
    }

    /// All gates in the order of evaluation: (gate, whether it is an L-Net).
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

    /// MACs of the convolutions and the classifier if every gate is open. The MACs of the gates
    /// themselves are not counted.
    pub fn dense_macs(&self) -> u64 {
        self.convs().map(Conv::dense_macs).sum::<u64>() + self.classifier.weights.len() as u64
    }

    /// The largest threshold of all gates.
    pub fn threshold(&self) -> Score {
        self.gates().map(|(gate, _)| gate.decision.threshold()).max().unwrap_or(Score::ZERO)
    }

    /// Returns the network with this threshold in every gate. Scores below it count as 0.
    pub fn with_threshold(&self, threshold: Score) -> QuantNetwork {
        let mut net = self.clone();
        for layer in &mut net.layers {
            if let Layer::Block(b) = layer {
                b.gates_mut().for_each(|gate| gate.decision = gate.decision.with_threshold(threshold));
            }
        }
        net
    }

    /// Returns the network without its gates.
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
