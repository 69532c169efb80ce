//! Computes when each instruction starts and ends, and what every cycle is charged to.
//!
//! The names are those of docs/microarchitecture.md, also the names of cycles. If a unit finishes
//! in a cycle, other units see it idle in the next.

use super::timeline::{Buffers, Counted, GateRun, Timeline};
use crate::counters::{Activity, lines};
use crate::outcome::Mode;
use lcsim_spec::schedule::{LayerId, Op, Program};
use lcsim_spec::{GateDecision, Score, timing};

impl<'a> Timeline<'a> {
    /// `decisions` has the gates that were evaluated, in order.
    pub fn run(program: &'a Program, decisions: &[GateDecision], mode: Mode, buffers: &'a mut Buffers) -> Counted {
        buffers.activities.clear();
        buffers.activities.resize(program.layers.len(), Activity::default());
        buffers.ends.clear();
        buffers.fetcher.reset();
        let channels = program.convs.iter().map(|job| job.output.channels).max().unwrap_or(0);
        buffers.channels.extend(buffers.channels.len()..channels);
        let mut timeline = Self {
            program,
            mode,
            layers: lines(program),
            buffers,
            fetched: timing::first_fetch(program.config.memory.instruction_words) as u64,
            idle: 0,
            gate: GateRun { layer: LayerId::new(0), classifier: false, started: 0, last: 0 },
            lscore: (Score::ONE, 0),
            charged: 0,
            quiet: None,
        };
        timeline.instructions(decisions);
        timeline.counted()
    }

    fn instructions(&mut self, decisions: &[GateDecision]) {
        let mut decisions = decisions.iter();
        for op in &self.program.ops {
            let mut at = self.fetched;
            if op.condition.needs_score() {
                at = at.max(self.lscore.1);
                if self.lscore.0 == Score::ZERO && self.mode == Mode::Gated {
                    if let Some(job) = op.unit.moves() {
                        self.skip_move(at, job);
                    }
                    self.charge_quiet(at + timing::DECISION_TO_START as u64, op.layer);
                    self.fetched = at + fetch(self.program);
                    continue;
                }
            }
            at = at.max(self.idle);
            if op.unit.gate().is_some() {
                at = at.max(self.gate.last + 1);
            }
            at = self.wait_for_moves(at, op);
            self.fetched = at + fetch(self.program);
            let start = at + timing::DECISION_TO_START as u64;
            self.charge_quiet(start, op.layer);
            self.layers[op.layer.index()].executed = true;
            self.execute(op.unit, start, &mut decisions);
        }
    }

    fn counted(mut self) -> Counted {
        let rests = self.fetched.max(self.idle).max(self.gate.last + 1);
        let last = self.program.ops.last().map_or(LayerId::new(0), |op| op.layer);
        self.charge_quiet(rests - 1, last);
        let cycles = rests.max(self.buffers.fetcher.moves_end(self.program, self.program.moves.len()));
        self.layers[last.index()].cycles.dram += cycles - rests;
        let Buffers { ends, activities, fetcher, .. } = self.buffers;
        // A stable sort, because the ends of the array are already in order, and so are those of
        // the gate unit.
        ends.sort_by_key(|end| (end.0, end.1));
        let ends = ends.iter().map(|&(cycle, _, layer)| (layer, cycle)).collect();
        fetcher.drop_ahead(self.program, activities);
        for (layer, activity) in self.layers.iter_mut().zip(activities) {
            layer.activity = *activity;
        }
        Counted { cycles, layers: self.layers, ends, dram_busy: fetcher.busy() }
    }

    /// Charges the cycles for which an instruction that could start in cycle `at` waits for rows of
    /// maps. Returns the cycle in which it starts.
    fn wait_for_moves(&mut self, at: u64, op: &Op) -> u64 {
        let ended = self.buffers.fetcher.moves_end(self.program, self.program.moves_before(op));
        if ended <= at {
            return at;
        }
        self.charge_quiet(at - 1, op.layer);
        self.layers[op.layer.index()].cycles.dram += ended - at;
        self.charged = ended;
        ended
    }

    /// Charges the cycles up to `at`, in which no unit of the array works. If a gate runs, they are
    /// charged to the gate. Otherwise they are charged to the controller, which waits with the
    /// instruction of `layer`.
    fn charge_quiet(&mut self, at: u64, layer: LayerId) {
        if let Some(cycle) = self.quiet.take_if(|cycle| *cycle <= at) {
            self.charge_range(cycle, cycle + 1, layer);
        }
        if self.charged <= at {
            self.charge_range(self.charged, at + 1, layer);
            self.charged = at + 1;
        }
    }

    /// Charges the cycles from `from` to `to` by the same rule.
    fn charge_range(&mut self, from: u64, to: u64, layer: LayerId) {
        let gate = self.gate;
        let until = (gate.last + 1).clamp(from, to);
        let since = (gate.started + 1).clamp(from, until);
        let cycles = &mut self.layers[gate.layer.index()].cycles;
        *(if gate.classifier { &mut cycles.classifier } else { &mut cycles.gate }) += until - since;
        self.layers[layer.index()].cycles.control += (since - from) + (to - until);
    }
}

/// The smallest number of cycles between two instructions.
fn fetch(program: &Program) -> u64 {
    timing::fetch(program.config.memory.instruction_words) as u64
}
