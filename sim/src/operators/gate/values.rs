//! The values of a gate.

use super::scores::score;
use crate::fast::{Keep, Map, Run, WHOLE};
use crate::outcome::Mode;
use lcsim_spec::{Gate, GateDecision, Head, Score};

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
        let Head::OneLayer(fc) = &gate.head;
        let sums = self.buffers.pooling.fully_connected(fc, &x.read());
        let scores = sums.iter().enumerate().map(|(o, t)| score(*t, gate, o)).collect();
        self.trace.gates.push(GateDecision { gate: fc.name.clone(), scores });
        self.trace.gates.len() - 1
    }
}
