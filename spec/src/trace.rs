//! What one inference computed: the common ground on which `golden`, `sim` and `hdl` are compared.

use crate::number::Score;

/// The decision of one gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateDecision {
    /// The gate's name.
    pub gate: String,
    /// One for each output; an L-Net has one.
    pub scores: Vec<Score>,
}

impl GateDecision {
    /// Outputs whose score is above 0, in order.
    pub fn live(&self) -> impl Iterator<Item = usize> {
        self.scores.iter().enumerate().filter(|(_, s)| **s > Score::ZERO).map(|(c, _)| c)
    }
}

/// All values of one inference that the accelerator materialises.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// In order of evaluation; gates of a skipped branch are not evaluated, and absent.
    pub gates: Vec<GateDecision>,
    /// (name of the convolution, its stored output map `[channel][row][column]`), in order of
    /// execution; dead channels of a map that is no residual stream are 0. For the last convolution
    /// of a block it is the residual stream after the addition. A convolution that was not executed
    /// is absent.
    pub maps: Vec<(String, Vec<i8>)>,
    /// The classifier's accumulators.
    pub logits: Vec<i32>,
}

impl Trace {
    /// Index of the largest logit, the first of equals.
    pub fn class(&self) -> usize {
        (0..self.logits.len()).rev().max_by_key(|&i| self.logits[i]).unwrap_or(0)
    }
}
