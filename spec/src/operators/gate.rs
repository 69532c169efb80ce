//! Fully connected layers on pool sums: gates, and the classifier.

use super::parameters::check_ranges;
use crate::number::{POOL_SHIFT_MAX, POOLED_BITS, Score};
use crate::require::{NetworkError, SIZE_MAX, layer, require, within};
use crate::shape::Shape;

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

/// A gate, of fully connected layers `F`: the head computes outputs from a pooled map, and the
/// decision makes scores of them. What the scores are about follows from where the gate stands: the
/// block, or the output channels of a convolution.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate<F = Fc> {
    /// Computes the outputs.
    pub head: Head<F>,
    /// Makes scores of them.
    pub decision: Decision,
}

/// The fully connected layers of a gate.
///
/// A head of two layers is another variant: whoever takes a head apart then fails to compile until
/// it handles both.
#[derive(Debug, Clone, PartialEq)]
pub enum Head<F = Fc> {
    /// One layer, on the pooled map.
    OneLayer(F),
}

/// What a gate makes of the outputs of its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// Clamps them to 0..1. What is 0 is skipped; anything else is multiplied by its score.
    ClampScale {
        /// Scores below it count as 0.
        threshold: Score,
    },
}

impl<F> Gate<F> {
    /// A gate of one layer that clamps and scales.
    pub fn clamp_scale(layer: F, threshold: Score) -> Self {
        Self { head: Head::OneLayer(layer), decision: Decision::ClampScale { threshold } }
    }
}

impl<F: Connected> Gate<F> {
    /// Its name: that of the layer whose outputs become scores.
    pub fn name(&self) -> &str {
        self.head.output().name()
    }
}

impl<F> Head<F> {
    /// The same head, of borrowed layers.
    pub fn as_ref(&self) -> Head<&F> {
        let Self::OneLayer(layer) = self;
        Head::OneLayer(layer)
    }

    /// The layer that reads the pooled map.
    pub fn input(&self) -> &F {
        let Self::OneLayer(layer) = self;
        layer
    }

    /// The layer whose outputs become scores.
    pub fn output(&self) -> &F {
        let Self::OneLayer(layer) = self;
        layer
    }

    /// A head of other layers, made one by one in the order of their execution.
    ///
    /// # Errors
    /// The first one of `make`.
    pub fn try_map<G, E>(self, mut make: impl FnMut(F) -> Result<G, E>) -> Result<Head<G>, E> {
        let Self::OneLayer(layer) = self;
        Ok(Head::OneLayer(make(layer)?))
    }

    /// All layers, in the order of their execution.
    pub fn layers(&self) -> impl Iterator<Item = &F> {
        let Self::OneLayer(layer) = self;
        std::iter::once(layer)
    }
}

impl Decision {
    /// Scores below it count as 0.
    pub fn threshold(self) -> Score {
        let Self::ClampScale { threshold } = self;
        threshold
    }

    /// The same decision with another threshold.
    #[must_use]
    pub fn with_threshold(self, threshold: Score) -> Self {
        let Self::ClampScale { .. } = self;
        Self::ClampScale { threshold }
    }
}

/// A fully connected layer of a float or a quantised network.
pub trait Connected {
    /// Its name.
    fn name(&self) -> &str;
    /// Inputs and outputs.
    fn sizes(&self) -> [usize; 2];
    /// How many weights and how many biases there are.
    fn lengths(&self) -> [usize; 2];
    /// What only networks of its kind demand of a gate (`scored`) or the classifier on the map
    /// `map`.
    ///
    /// # Errors
    /// Names what is wrong.
    fn check(&self, map: Shape, scored: bool) -> Result<(), NetworkError>;
}

/// Checks a gate of `outputs` scores on a map of shape `map`.
///
/// # Errors
/// Names what is wrong.
pub(crate) fn check_gate<F: Connected>(gate: &Gate<F>, map: Shape, outputs: usize) -> Result<(), NetworkError> {
    let Head::OneLayer(fc) = &gate.head;
    check_fc(fc, map, outputs, true)?;
    match gate.decision.threshold() {
        threshold if threshold > Score::ONE => {
            Err(NetworkError::new(layer(fc.name()), "threshold", "at most 1", threshold))
        }
        _ => Ok(()),
    }
}

/// Checks a fully connected layer with `outputs` outputs on a map of shape `map`: of a gate if it
/// is `scored`, else the classifier.
///
/// # Errors
/// Names what is wrong.
pub(crate) fn check_fc(f: &impl Connected, map: Shape, outputs: usize, scored: bool) -> Result<(), NetworkError> {
    let item = layer(f.name());
    let ([inputs, found], [weights, biases]) = (f.sizes(), f.lengths());
    require(&item, "inputs", map.channels, inputs)?;
    require(&item, "outputs", outputs, found)?;
    within(&item, "outputs", 1..=SIZE_MAX, &[outputs])?;
    require(&item, "weights", inputs * outputs, weights)?;
    require(&item, "biases", outputs, biases)?;
    f.check(map, scored)
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
    fn check(&self, map: Shape, scored: bool) -> Result<(), NetworkError> {
        let item = layer(&self.name);
        let scores = if scored { self.outputs } else { 0 };
        require(&item, "multipliers", scores, self.multiplier.len())?;
        require(&item, "shifts", scores, self.shift.len())?;
        within(&item, "pool shift", 0..=usize::from(POOL_SHIFT_MAX), &[usize::from(self.pool_shift)])?;
        let most = pooled_max(map.pixels(), self.pool_shift);
        within(&item, "largest pooled value", 0..=(1 << POOLED_BITS) - 1, &[most as usize])?;
        check_ranges(&item, &self.weights, most, &self.bias, &self.multiplier, &self.shift)
    }
}

/// Largest possible |pooled value| of a map of so many pixels.
pub fn pooled_max(pixels: usize, pool_shift: u8) -> i64 {
    ((pixels as i64 * 128) + (1 << pool_shift >> 1)) >> pool_shift
}
