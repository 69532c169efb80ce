//! The values that one inference computed. Tests compare `golden`, `sim` and `hdl` on them.

use crate::number::Score;

/// The decision of one gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateDecision {
    /// The gate's name.
    pub gate: String,
    /// One for each output. An L-Net has one.
    pub scores: Vec<Score>,
}

impl GateDecision {
    /// The outputs with a score above 0, in ascending order.
    pub fn live(&self) -> impl Iterator<Item = usize> {
        self.scores.iter().enumerate().filter(|(_, s)| **s > Score::ZERO).map(|(c, _)| c)
    }
}

/// All values of one inference that the accelerator stores.
///
/// ```
/// use lcsim_spec::{GateDecision, Score, Trace};
///
/// let scores = vec![Score::from_num(0.5), Score::ZERO, Score::ONE];
/// let gate = GateDecision { gate: "cnet1".to_owned(), scores };
/// assert_eq!(gate.live().collect::<Vec<_>>(), [0, 2]);
/// let trace = Trace { gates: vec![gate], maps: vec![], logits: vec![3, 7, 7] };
/// assert_eq!(trace.class(), 1, "the first of equal logits");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Trace {
    /// The decisions in the order of evaluation. Gates of a skipped branch are not evaluated and
    /// have no entry.
    pub gates: Vec<GateDecision>,
    /// The stored output maps `[channel][row][column]` with the names of their convolutions, in the
    /// order of execution. Skipped channels are 0, unless the map is the residual stream. For the
    /// last convolution of a block, the map is the residual stream after the addition. A
    /// convolution that was not executed has no entry.
    pub maps: Vec<(String, Vec<i8>)>,
    /// The classifier's accumulators.
    pub logits: Vec<i32>,
}

impl Trace {
    /// The index of the largest logit; of equal logits, the first.
    pub fn class(&self) -> usize {
        (0..self.logits.len()).rev().max_by_key(|&i| self.logits[i]).unwrap_or(0)
    }
}
