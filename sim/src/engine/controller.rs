//! The controller: steps through the program and starts the other units.

use super::max_pool::MaxPooling;
use super::record::ControllerState;
use super::{Machine, Sampled};
use crate::Mode;
use crate::dram::Bursts;
use lcsim_spec::schedule::{Op, Program, Unit};
use lcsim_spec::{Score, timing};

/// Cycles in which a fetched instruction waits: the memory shows its first word already.
pub(super) fn fetch(program: &Program) -> usize {
    timing::fetch(program.config.memory.instruction_words) - 1
}

impl Machine<'_> {
    pub(super) fn tick_controller(&mut self, sampled: &Sampled) {
        match self.controller(sampled) {
            ControllerState::Fetches => self.fetching -= 1,
            ControllerState::Starts => {
                self.start(self.program.ops[self.pc]);
                self.step_on();
            }
            ControllerState::StepsOver => {
                if let Unit::Move(job) = self.program.ops[self.pc].unit {
                    self.fetcher.skip_move(self.program, self.now, job);
                }
                self.step_on();
            }
            ControllerState::AwaitsScore
            | ControllerState::AwaitsArray
            | ControllerState::AwaitsMoves
            | ControllerState::AwaitsGate
            | ControllerState::Stopped => {}
        }
    }

    /// What the controller does in this cycle.
    pub(super) fn controller(&self, sampled: &Sampled) -> ControllerState {
        if self.fetching > 0 {
            return ControllerState::Fetches;
        }
        let Some(op) = self.program.ops.get(self.pc) else { return ControllerState::Stopped };
        match sampled.lscore {
            None if op.predicated => ControllerState::AwaitsScore,
            Some(s) if op.predicated && s == Score::ZERO && self.mode == Mode::Gated => ControllerState::StepsOver,
            _ if sampled.array_busy => ControllerState::AwaitsArray,
            _ if matches!(op.unit, Unit::Gate(_)) && sampled.gate_running.is_some() => ControllerState::AwaitsGate,
            _ if self.now < self.fetcher.moves_end(self.program, self.program.moves_before(op)) => {
                ControllerState::AwaitsMoves
            }
            _ => ControllerState::Starts,
        }
    }

    fn step_on(&mut self) {
        self.pc += 1;
        self.fetching = fetch(self.program);
    }

    fn start(&mut self, op: Op) {
        self.layers[op.layer].executed = true;
        match op.unit {
            Unit::LoadImage => (self.image_fetched, self.array_busy) = (Some(0), true),
            Unit::Conv(conv) => {
                (self.conv, self.array_busy) = (conv, true);
                self.loader.start(conv);
            }
            Unit::Gate(gate) => self.start_gate(gate),
            Unit::Move(job) => self.start_move(job),
            Unit::MaxPool(job) => {
                let banks = self.program.config.banks();
                (self.max_pooling, self.array_busy) = (Some(MaxPooling::new(job, banks)), true);
            }
        }
        self.begin_observing(op);
    }

    fn start_gate(&mut self, gate: usize) {
        let job = &self.program.gates[gate];
        let live = job.list.map(|l| self.gate.lists[l].entries.iter().map(|e| e.0).collect::<Vec<_>>());
        let transfer = self.fetcher.gate(self.program, self.now, job, live.as_deref(), &mut self.activity);
        let bursts = self.program.config.dram.as_ref().map(Bursts::new);
        self.gate.start(gate, job, transfer.zip(bursts));
    }
}
