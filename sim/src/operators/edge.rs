//! The edge: the only file that tells operators apart. It starts the unit of each instruction.

use crate::engine::Machine;
use crate::fast::Timeline;
use lcsim_spec::GateDecision;
use lcsim_spec::schedule::{Op, Target, Unit};

impl Machine<'_> {
    /// Starts the unit of an instruction.
    pub(crate) fn start_unit(&mut self, unit: Unit) {
        match unit {
            Unit::LoadImage => self.start_image(),
            Unit::Conv(conv) => self.start_conv(conv),
            Unit::Gate(gate) => self.start_gate(gate),
            Unit::Pool(pool) => self.start_pool(pool),
            Unit::Move(job) => self.start_move(job),
        }
    }

    /// Records the values of an instruction that has ended.
    pub(crate) fn end_unit(&mut self, op: Op) {
        match op.unit {
            Unit::LoadImage => self.end_image(op),
            Unit::Conv(conv) => self.end_conv(op, conv),
            Unit::Gate(gate) => self.end_gate(op, gate),
            Unit::Pool(pool) => self.end_pool(op, pool),
            Unit::Move(_) => {}
        }
    }

    /// Remembers the instruction until its unit is idle. Moves have no values to record.
    pub(crate) fn observe_unit(&mut self, op: Op) {
        match op.unit {
            Unit::Gate(_) => self.open.gate = Some(op),
            Unit::LoadImage | Unit::Conv(_) | Unit::Pool(_) => self.open.array = Some(op),
            Unit::Move(_) => {}
        }
    }
}

impl Timeline<'_> {
    /// Runs the unit of an instruction that starts in cycle `at`.
    pub(crate) fn execute<'d>(&mut self, unit: Unit, at: u64, decisions: &mut impl Iterator<Item = &'d GateDecision>) {
        match unit {
            Unit::LoadImage => self.image(at),
            Unit::Conv(index) => self.conv(at, index),
            Unit::Pool(index) => self.pool(at, index),
            Unit::Move(index) => self.moves(at, index),
            Unit::Gate(index) => {
                let job = &self.program.gates[index];
                let scores = match job.target {
                    Target::Classes | Target::Hidden => &[],
                    Target::Block(_) | Target::Channels(_) => decisions.next().map_or(&[][..], |d| &d.scores),
                };
                self.gate(at, job, scores);
            }
        }
    }
}
