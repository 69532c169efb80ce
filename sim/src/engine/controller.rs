//! The controller: steps through the program and starts the other units.

use super::machine::{Machine, Sampled, fetch};
use crate::outcome::Mode;
use lcsim_spec::Score;
use lcsim_spec::schedule::Op;

/// What the controller does in one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ControllerState {
    /// It fetches an instruction.
    Fetches,
    /// It waits for the L-Net's score of the instruction's block.
    AwaitsScore,
    /// It waits until the array is idle.
    AwaitsArray,
    /// It waits until the gate unit is idle.
    AwaitsGate,
    /// It waits for rows of a map on their way from or to DRAM.
    AwaitsMoves,
    /// It starts the unit of the instruction.
    Starts,
    /// It steps over the instruction, because the block is skipped.
    StepsOver,
    /// It is at the end of the program.
    Stopped,
}

impl Machine<'_> {
    pub(crate) fn tick_controller(&mut self, sampled: &Sampled) {
        match self.controller(sampled) {
            ControllerState::Fetches => self.fetching -= 1,
            ControllerState::Starts => {
                self.start(self.program.ops[self.pc]);
                self.step_on();
            }
            ControllerState::StepsOver => {
                if let Some(job) = self.program.ops[self.pc].unit.moves() {
                    self.skip_move(job);
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
    pub(crate) fn controller(&self, sampled: &Sampled) -> ControllerState {
        if self.fetching > 0 {
            return ControllerState::Fetches;
        }
        let Some(op) = self.program.ops.get(self.pc) else { return ControllerState::Stopped };
        let depends = op.condition.needs_score();
        match sampled.lscore {
            None if depends => ControllerState::AwaitsScore,
            Some(s) if depends && s == Score::ZERO && self.mode == Mode::Gated => ControllerState::StepsOver,
            _ if sampled.array_busy => ControllerState::AwaitsArray,
            _ if op.unit.gate().is_some() && sampled.gate_running.is_some() => ControllerState::AwaitsGate,
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
        self.start_unit(op.unit);
        self.observe_unit(op);
    }
}
