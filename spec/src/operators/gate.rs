//! Fully connected layers on pool sums: gates and the classifier.
//!
//! ```
//! use lcsim_spec::{Fc, Gate, Score};
//!
//! let layer = Fc {
//!     name: "block1.lnet".to_owned(),
//!     inputs: 2,
//!     outputs: 1,
//!     weights: vec![3, -2],
//!     bias: vec![0],
//!     multiplier: vec![1 << 14],
//!     shift: vec![4],
//!     pool_shift: 4,
//! };
//! let gate = Gate::clamp_scale(layer, Score::ZERO);
//! assert_eq!(gate.decision.with_threshold(Score::from_num(0.25)).threshold(), 0.25);
//! assert_eq!(gate.head.layers()[0].inputs, 2);
//! ```

use super::parameters::check_ranges;
use crate::number::{POOL_SHIFT_MAX, POOLED_BITS, STEP_LEAST, STEP_MULTIPLIER, Score};
use crate::require::{NetworkError, SIZE_MAX, layer, require, within};
use crate::shape::Shape;

/// A fully connected layer on pool sums, of a gate (L-Net or C-Net) or the classifier.
#[derive(Debug, Clone, PartialEq)]
pub struct Fc {
    /// Unique name.
    pub name: String,
    /// The number of inputs: channels of the pooled map.
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
    /// `[output][input]`.
    pub weights: Vec<i8>,
    /// One for each output.
    pub bias: Vec<i32>,
    /// One for each output. Empty for the classifier, because its logits are the accumulators.
    pub multiplier: Vec<u16>,
    /// One for each output. Empty for the classifier.
    pub shift: Vec<u8>,
    /// How far a pool sum is shifted right before it is multiplied.
    pub pool_shift: u8,
}

/// A gate of fully connected layers `F`. The head computes outputs from a pooled map, and the
/// decision turns them into scores. The gate's place in the network says what the scores are for: a
/// block, or the output channels of a convolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate<F = Fc> {
    /// The layers that compute the outputs.
    pub head: Head<F>,
    /// The rule that turns outputs into scores.
    pub decision: Decision,
}

/// The fully connected layers of a gate.
#[derive(Debug, Clone, PartialEq)]
pub enum Head<F = Fc> {
    /// One layer, on the pooled map.
    OneLayer(F),
    /// Two layers with a ReLU between them. The first one reads the pooled map. In a quantised
    /// network its outputs are scores that skip nothing, and the second layer reads them as it
    /// would read pool sums.
    TwoLayers(Box<[F; 2]>),
    /// None: something outside the accelerator makes the scores.
    Absent {
        /// The name of the gate.
        name: String,
        /// The number of scores.
        outputs: usize,
    },
}

/// The rule that turns the outputs of a gate's head into scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Clamps them to 0..1. A score of 0 skips; any other score is multiplied with the values.
    ClampScale {
        /// Scores below it count as 0.
        threshold: Score,
    },
    /// 1 where an output is above 0, and 0 elsewhere. So nothing is scaled.
    Step {
        /// Whether an output of 0 counts as above it. In a quantised network the bias says this.
        at_zero: bool,
    },
    /// Takes the scores that come with the image. The outputs of the head have no effect on values,
    /// but take their time.
    Given,
}

impl<F> Gate<F> {
    /// Makes a gate of one layer that clamps and scales.
    pub fn clamp_scale(layer: F, threshold: Score) -> Self {
        Self { head: Head::OneLayer(layer), decision: Decision::ClampScale { threshold } }
    }
}

impl<F: Connected> Gate<F> {
    /// The name of the gate: the name of the layer whose outputs become scores.
    pub fn name(&self) -> &str {
        match &self.head {
            Head::OneLayer(layer) => layer.name(),
            Head::TwoLayers(layers) => layers[1].name(),
            Head::Absent { name, .. } => name,
        }
    }

    /// The number of scores.
    pub fn outputs(&self) -> usize {
        match &self.head {
            Head::OneLayer(layer) => layer.sizes()[1],
            Head::TwoLayers(layers) => layers[1].sizes()[1],
            Head::Absent { outputs, .. } => *outputs,
        }
    }
}

impl<F> Head<F> {
    /// The layers in the order of execution. The first one reads the pooled map. The outputs of the
    /// last one become scores.
    pub fn layers(&self) -> &[F] {
        match self {
            Self::OneLayer(layer) => std::slice::from_ref(layer),
            Self::TwoLayers(layers) => &layers[..],
            Self::Absent { .. } => &[],
        }
    }
}

impl Decision {
    /// The rule for the outputs of a first layer: they become scores that skip nothing.
    pub const HIDDEN: Self = Self::ClampScale { threshold: Score::ZERO };

    /// Scores below it count as 0.
    pub fn threshold(self) -> Score {
        match self {
            Self::ClampScale { threshold } => threshold,
            Self::Step { .. } | Self::Given => Score::ZERO,
        }
    }

    /// The score that the score stage compares with: smaller ones become 0.
    pub fn least(self) -> Score {
        if let Self::Step { .. } = self { STEP_LEAST } else { self.threshold() }
    }

    /// Returns the decision with another threshold, if it has one.
    #[must_use]
    pub fn with_threshold(self, threshold: Score) -> Self {
        match self {
            Self::ClampScale { .. } => Self::ClampScale { threshold },
            Self::Step { .. } | Self::Given => self,
        }
    }
}

/// The common interface of float and quantised fully connected layers, by which both are checked.
pub trait Connected {
    /// Its name.
    fn name(&self) -> &str;
    /// The number of inputs and the number of outputs.
    fn sizes(&self) -> [usize; 2];
    /// The number of weights and the number of biases.
    fn lengths(&self) -> [usize; 2];
    /// Runs the checks that only this kind of network needs. `decision` is that of the layer's
    /// gate; the classifier has none.
    ///
    /// # Errors
    /// Names the property that is wrong.
    fn check(&self, reads: Reads, decision: Option<Decision>) -> Result<(), NetworkError>;
}

/// The inputs of a fully connected layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The pool sums of a map of this shape.
    Map(Shape),
    /// The scores of this number of outputs of the layer before.
    Layer(usize),
}

impl Reads {
    /// The number of inputs.
    fn inputs(self) -> usize {
        match self {
            Self::Map(map) => map.channels,
            Self::Layer(outputs) => outputs,
        }
    }

    /// The largest possible magnitude of an input that is shifted right by `pool_shift`.
    pub fn most(self, pool_shift: u8) -> i64 {
        match self {
            Self::Map(map) => pooled_max(map.pixels(), pool_shift),
            Self::Layer(_) => (i64::from(Score::ONE.to_bits()) + (1 << pool_shift >> 1)) >> pool_shift,
        }
    }
}

/// Checks a gate with `outputs` scores that reads a map of shape `map`.
///
/// # Errors
/// Names the property that is wrong.
pub(crate) fn check_gate<F: Connected>(gate: &Gate<F>, map: Shape, outputs: usize) -> Result<(), NetworkError> {
    let item = layer(gate.name());
    match &gate.head {
        Head::OneLayer(fc) => check_fc(fc, Reads::Map(map), outputs, Some(gate.decision))?,
        Head::TwoLayers(layers) => {
            let [first, second] = &**layers;
            let between = first.sizes()[1];
            check_fc(first, Reads::Map(map), between, Some(Decision::HIDDEN))?;
            check_fc(second, Reads::Layer(between), outputs, Some(gate.decision))?;
        }
        Head::Absent { outputs: found, .. } => {
            require(&item, "outputs", outputs, *found)?;
            if gate.decision != Decision::Given {
                return Err(NetworkError::new(
                    item,
                    "decision",
                    "scores that are given, as it has no layers",
                    "another",
                ));
            }
        }
    }
    match gate.decision.threshold() {
        threshold if threshold > Score::ONE => Err(NetworkError::new(item, "threshold", "at most 1", threshold)),
        _ => Ok(()),
    }
}

/// Checks a fully connected layer with `outputs` outputs. `decision` is that of its gate; the
/// classifier has none.
///
/// # Errors
/// Names the property that is wrong.
pub(crate) fn check_fc(
    f: &impl Connected,
    reads: Reads,
    outputs: usize,
    decision: Option<Decision>,
) -> Result<(), NetworkError> {
    let item = layer(f.name());
    let ([inputs, found], [weights, biases]) = (f.sizes(), f.lengths());
    require(&item, "inputs", reads.inputs(), inputs)?;
    require(&item, "outputs", outputs, found)?;
    within(&item, "outputs", 1..=SIZE_MAX, &[outputs])?;
    require(&item, "weights", inputs * outputs, weights)?;
    require(&item, "biases", outputs, biases)?;
    f.check(reads, decision)
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
    fn check(&self, reads: Reads, decision: Option<Decision>) -> Result<(), NetworkError> {
        let item = layer(&self.name);
        let scores = if decision.is_some() { self.outputs } else { 0 };
        require(&item, "multipliers", scores, self.multiplier.len())?;
        require(&item, "shifts", scores, self.shift.len())?;
        within(&item, "pool shift", 0..=usize::from(POOL_SHIFT_MAX), &[usize::from(self.pool_shift)])?;
        let most = reads.most(self.pool_shift);
        within(&item, "largest pooled value", 0..=(1 << POOLED_BITS) - 1, &[most as usize])?;
        if let Some(Decision::Step { at_zero }) = decision {
            let multiplier = self.multiplier.iter().copied().find(|m| *m != STEP_MULTIPLIER);
            let shift = self.shift.iter().copied().max().unwrap_or(0);
            require(&item, "steps at an output of 0", 0, at_zero.into())?;
            require(
                &item,
                "multiplier of a step",
                STEP_MULTIPLIER.into(),
                multiplier.unwrap_or(STEP_MULTIPLIER).into(),
            )?;
            require(&item, "shift of a step", 0, shift.into())?;
        }
        check_ranges(&item, &self.weights, most, &self.bias, &self.multiplier, &self.shift)
    }
}

/// The largest possible magnitude of a pooled value, for a map of `pixels` pixels.
pub fn pooled_max(pixels: usize, pool_shift: u8) -> i64 {
    ((pixels as i64 * 128) + (1 << pool_shift >> 1)) >> pool_shift
}
