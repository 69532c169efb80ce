//! The controller: steps through the program and starts the other units. It decides in one cycle,
//! and acts in the next (`timing::DECISION_TO_START`).

use super::machine::{Decided, Machine, Sampled, fetch};
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
    /// It decides to start the unit of the instruction.
    DecidesToStart,
    /// It decides to step over the instruction, because the block is skipped.
    DecidesToStepOver,
    /// It starts the unit of the instruction.
    Starts,
    /// It steps over the instruction.
    StepsOver,
    /// It is at the end of the program.
    Stopped,
}

impl Machine<'_> {
    pub(crate) fn tick_controller(&mut self, sampled: &Sampled) {
        match self.controller(sampled) {
            ControllerState::Fetches => self.fetching -= 1,
            ControllerState::DecidesToStart => self.decided = Some(Decided::Starts),
            ControllerState::DecidesToStepOver => {
                if let Some(job) = self.program.ops[self.pc].unit.moves() {
                    self.skip_move(job);
                }
                self.decided = Some(Decided::StepsOver);
            }
            ControllerState::Starts => {
                self.start(self.program.ops[self.pc]);
                self.step_on();
            }
            ControllerState::StepsOver => self.step_on(),
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
        match self.decided {
            Some(Decided::Starts) => return ControllerState::Starts,
            Some(Decided::StepsOver) => return ControllerState::StepsOver,
            None => {}
        }
        let Some(op) = self.program.ops.get(self.pc) else { return ControllerState::Stopped };
        let depends = op.condition.needs_score();
        match sampled.lscore {
            None if depends => ControllerState::AwaitsScore,
            Some(s) if depends && s == Score::ZERO && self.mode == Mode::Gated => ControllerState::DecidesToStepOver,
            _ if sampled.array_busy => ControllerState::AwaitsArray,
            _ if op.unit.gate().is_some() && sampled.gate_running.is_some() => ControllerState::AwaitsGate,
            _ if self.now < self.fetcher.moves_end(self.program, self.program.moves_before(op)) => {
                ControllerState::AwaitsMoves
            }
            _ => ControllerState::DecidesToStart,
        }
    }

    fn step_on(&mut self) {
        self.pc += 1;
        self.decided = None;
        self.fetching = fetch(self.program);
    }

    fn start(&mut self, op: Op) {
        self.layers[op.layer.index()].executed = true;
        self.start_unit(op.unit);
        self.observe_unit(op);
    }
}
