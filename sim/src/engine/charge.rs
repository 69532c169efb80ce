//! Charges each cycle to a layer and a reason.

use super::controller::ControllerState;
use super::machine::{Machine, Sampled};
use crate::counters::Spent;
use lcsim_spec::schedule::{LayerId, Target};

impl Machine<'_> {
    /// Charges this cycle to a layer and a reason.
    pub(crate) fn account(&mut self, sampled: &Sampled) {
        let (layer, spent) = self.spent(sampled);
        self.layers[layer.index()].cycles.spend(spent);
    }

    pub(crate) fn spent(&self, sampled: &Sampled) -> (LayerId, Spent) {
        let job = &self.program.convs[self.conv];
        let gate = sampled.gate_running.map(|g| &self.program.gates[g]);
        let view = self.loader_view();
        if self.image_fetched.is_some() {
            return (LayerId::new(0), Spent::Input);
        }
        if let Some(unit) = &self.pooler {
            return (self.program.pools[unit.job].layer, Spent::Pooling);
        }
        if self.slots.at(self.now, 0).valid {
            return (job.layer, Spent::Compute);
        }
        if self.slots.at(self.now, 0).waits || self.streamer.held() {
            return (job.layer, Spent::BankConflict);
        }
        if self.loader.waits_for_gate(&view) {
            // The loader sees a list's end later than the gate unit does.
            let layer = self.gate.last().map_or(job.layer, |gate| self.program.gates[gate].layer);
            return (layer, Spent::Gate);
        }
        if self.loader.waits_for_dram(self.now) {
            return (job.layer, Spent::Dram);
        }
        if self.loader.busy() {
            return (job.layer, Spent::Weights);
        }
        if self.draining > 0 {
            return (job.layer, Spent::Drain);
        }
        // A cycle at the stop is charged to the layer before it.
        let layer = self.program.ops.get(self.pc).or(self.program.ops.last()).map_or(job.layer, |op| op.layer);
        if self.controller(sampled) == ControllerState::AwaitsMoves || self.rests(sampled) {
            return (layer, Spent::Dram);
        }
        match gate {
            Some(g) if g.target == Target::Classes => (g.layer, Spent::Classifier),
            Some(g) => (g.layer, Spent::Gate),
            None => (layer, Spent::Control),
        }
    }
}
