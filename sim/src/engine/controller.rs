//! The controller: steps through the program and starts the other units.

use super::machine::{Machine, Sampled, fetch};
use super::max_pool::MaxPooling;
use crate::dram::Bursts;
use crate::outcome::Mode;
use lcsim_spec::Score;
use lcsim_spec::schedule::{Op, Unit};

/// The controller's action in one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControllerState {
    /// It fetches the instruction.
    Fetches,
    /// The instruction is of a block whose L-Net has no score yet.
    AwaitsScore,
    /// The array is at work.
    AwaitsArray,
    /// The gate unit is at work.
    AwaitsGate,
    /// Rows of a map are on their way from or to DRAM.
    AwaitsMoves,
    /// It starts the instruction.
    Starts,
    /// It steps over the instruction: the block is skipped.
    StepsOver,
    /// There is no further instruction.
    Stopped,
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

    /// The controller's action in this cycle.
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
        self.layers[op.layer.index()].executed = true;
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
        let live = job.list.map(|l| &self.gate.lists[l].channels[..]);
        let transfer = self.fetcher.gate(self.program, self.now, job, live, &mut self.activity);
        let bursts = self.program.config.dram.as_ref().map(Bursts::new);
        self.gate.start(gate, job, transfer.zip(bursts));
    }

    fn start_move(&mut self, job: usize) {
        let map = &self.program.off_chip[self.program.moves[job].map];
        let entries = map.list.map_or(map.shape.channels, |l| self.gate.lists[l].channels.len());
        self.fetcher.moves(self.program, self.now, job, entries, &mut self.activity);
    }
}
