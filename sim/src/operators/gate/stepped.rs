//! A gate in the `stepped` engine: how it starts, and the values that it gave.

use crate::dram::Bursts;
use crate::engine::Machine;
use crate::operators::gate::GateView;
use crate::outcome::Mode;
use lcsim_spec::schedule::{Op, Target};
use lcsim_spec::{Decision, GateDecision, Score, given};

impl Machine<'_> {
    /// Starts a gate.
    pub(crate) fn start_gate(&mut self, gate: usize) {
        let job = &self.program.gates[gate];
        let given = match job.decision {
            Some(Decision::Given) => given::scores(self.given, &self.program.layer(job.layer).name),
            _ => &[],
        };
        self.gate.given.clear();
        self.gate.given.extend_from_slice(given);
        if job.fc.is_none() {
            let forced_open = self.mode == Mode::ForcedOpen;
            return self.gate.take_given(gate, job, forced_open, &mut self.activity[job.layer.index()]);
        }
        let live = job.list.map(|l| &self.gate.lists[l.index()].channels[..]);
        let transfer = self.fetcher.gate(self.program, self.now, job, live, &mut self.activity);
        let bursts = self.program.config.dram.as_ref().map(Bursts::new);
        self.gate.start(gate, job, transfer.zip(bursts));
    }

    /// The gate unit's clock edge.
    pub(crate) fn tick_gate(&mut self) {
        let forced_open = self.mode == Mode::ForcedOpen;
        let view = GateView { program: self.program, pool: &self.pool, now: self.now, forced_open };
        self.gate.tick(&view, &mut self.activity);
    }

    /// Records the decision of a gate that has ended.
    pub(crate) fn end_gate(&mut self, op: Op, gate: usize) {
        let job = &self.program.gates[gate];
        if job.target == Target::Classes {
            self.layers[op.layer.index()].live = job.outputs as u64;
            self.trace.logits = self.gate.logits.clone();
            return;
        }
        if job.target == Target::Hidden {
            return;
        }
        let scores = self.gate.scores.clone();
        self.layers[op.layer.index()].live = scores.iter().filter(|s| **s > Score::ZERO).count() as u64;
        if let Target::Block(_) = job.target {
            self.layers[op.layer.index()].skips = scores == [Score::ZERO] && self.mode == Mode::Gated;
        }
        self.trace.gates.push(GateDecision { gate: self.program.layers[op.layer.index()].name.clone(), scores });
    }
}
