//! The values of a gate.

use super::scores::score;
use crate::fast::{Keep, Map, Run, WHOLE};
use crate::outcome::Mode;
use lcsim_spec::{Decision, Gate, GateDecision, Score, given};

impl Run<'_> {
    /// Evaluates the C-Net of a convolution. Returns the channels that the convolution computes.
    pub(crate) fn keep(&mut self, gate: Option<&Gate>, x: &Map) -> Keep {
        let Some(gate) = gate else { return WHOLE };
        let decision = self.gate(gate, x);
        let scores = &self.trace.gates[decision].scores;
        let listed = |c: &usize| self.mode == Mode::ForcedOpen || scores[*c] > Score::ZERO;
        let mut live = self.buffers.lists.pop().unwrap_or_default();
        live.clear();
        live.extend((0..scores.len()).filter(listed));
        Keep { live: Some(live), decision: Some(decision), lscore: Score::ONE }
    }

    /// Evaluates a gate. Returns the index of its decision in the trace.
    pub(crate) fn gate(&mut self, gate: &Gate, x: &Map) -> usize {
        let layers = gate.head.layers();
        let scores = match (gate.decision, layers.last()) {
            (Decision::ClampScale { threshold }, Some(fc)) => {
                let sums = self.buffers.pooling.head(layers, &x.read());
                sums.iter().enumerate().map(|(o, t)| score(*t, fc, o, threshold)).collect()
            }
            (Decision::Step { .. }, Some(_)) => {
                let sums = self.buffers.pooling.head(layers, &x.read());
                sums.iter().map(|t| if *t > 0 { Score::ONE } else { Score::ZERO }).collect()
            }
            _ => given::scores(self.given, gate.name()).to_vec(),
        };
        self.trace.gates.push(GateDecision { gate: gate.name().into(), scores });
        self.trace.gates.len() - 1
    }
}
