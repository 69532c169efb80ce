//! When each instruction starts and ends, and what every cycle is charged to.
//!
//! The terms are those of docs/microarchitecture.md. A cycle is named as there; a unit that
//! finishes in one is seen idle in the next.

use super::conv::{self, List, Start};
use super::{counts, pass};
use crate::counters::{Activity, LayerCount, lines};
use crate::dram::{Bursts, Fetcher};
use crate::outcome::Mode;
use lcsim_spec::schedule::{GateJob, MaxPoolJob, Op, Program, Purpose, Unit};
use lcsim_spec::timing::{self, ARRAY_SEEN, GateStage, IMAGE_WRITE, WINDOW_TAIL};
use lcsim_spec::{GateDecision, Score};

/// Cycles and counts of an image.
pub(super) struct Counted {
    pub cycles: u64,
    pub layers: Vec<LayerCount>,
    pub ends: Vec<(usize, u64)>,
    pub dram_busy: u64,
}

/// What an image fills, used again by the next one.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    activities: Vec<Activity>,
    /// Cycle, whether of the array, layer. Those of one cycle in the order in which they are
    /// observed.
    ends: Vec<(u64, bool, usize)>,
    lists: [List; 2],
    /// Cycle in which the last input of each group of a gate's outputs is read.
    groups: Vec<u64>,
    conv: pass::Buffers,
    fetcher: Fetcher,
    /// All channels that a convolution has at most.
    channels: Vec<usize>,
}

/// The gate unit's job: it runs in the cycles `started + 1 ..= last`.
#[derive(Debug, Clone, Copy)]
struct GateRun {
    layer: usize,
    classifier: bool,
    started: u64,
    last: u64,
}

pub(super) struct Timeline<'a> {
    program: &'a Program,
    mode: Mode,
    layers: Vec<LayerCount>,
    buffers: &'a mut Buffers,
    /// First cycle in which the controller may start the next instruction, and in which it sees the
    /// array idle.
    fetched: u64,
    idle: u64,
    gate: GateRun,
    /// The L-Net's score, and from which cycle it shows.
    lscore: (Score, u64),
    /// Cycles before this one are charged, except `quiet` ones, in which nothing of the array was
    /// at work.
    charged: u64,
    quiet: Option<u64>,
}

impl<'a> Timeline<'a> {
    /// `decisions`: of the gates that were evaluated, in order.
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
            fetched: fetch(program) - 1,
            idle: 0,
            gate: GateRun { layer: 0, classifier: false, started: 0, last: 0 },
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
            if op.predicated {
                at = at.max(self.lscore.1);
                if self.lscore.0 == Score::ZERO && self.mode == Mode::Gated {
                    if let Unit::Move(job) = op.unit {
                        self.buffers.fetcher.skip_move(self.program, at, job);
                    }
                    self.charge_quiet(at, op.layer);
                    self.fetched = at + fetch(self.program);
                    continue;
                }
            }
            at = at.max(self.idle);
            if let Unit::Gate(_) = op.unit {
                at = at.max(self.gate.last + 1);
            }
            at = self.wait_for_moves(at, op);
            self.charge_quiet(at, op.layer);
            self.fetched = at + fetch(self.program);
            self.layers[op.layer.index()].executed = true;
            match op.unit {
                Unit::LoadImage => self.image(at),
                Unit::Conv(index) => self.conv(at, index),
                Unit::MaxPool(index) => self.max_pool(at, &self.program.max_pools[index]),
                Unit::Move(index) => self.moves(at, index),
                Unit::Gate(index) => {
                    let job = &self.program.gates[index];
                    let scores = match job.purpose {
                        Purpose::Classifier => &[],
                        _ => decisions.next().map_or(&[][..], |d| &d.scores),
                    };
                    self.gate(at, job, scores);
                }
            }
        }
    }

    fn counted(mut self) -> Counted {
        let rests = self.fetched.max(self.idle).max(self.gate.last + 1);
        let last = self.program.ops.last().map_or(0, |op| op.layer);
        self.charge_quiet(rests - 1, last);
        let cycles = rests.max(self.buffers.fetcher.moves_end(self.program, self.program.moves.len()));
        self.layers[last].cycles.dram += cycles - rests;
        let Buffers { ends, activities, fetcher, .. } = self.buffers;
        // The array's are in order, and so are the gate unit's.
        ends.sort_by_key(|end| (end.0, end.1));
        let ends = ends.iter().map(|&(cycle, _, layer)| (layer, cycle)).collect();
        fetcher.drop_ahead(self.program, activities);
        for (layer, activity) in self.layers.iter_mut().zip(activities) {
            layer.activity = *activity;
        }
        Counted { cycles, layers: self.layers, ends, dram_busy: fetcher.busy() }
    }

    /// Charges what an instruction that could start in cycle `at` waits for rows of maps; gives the
    /// cycle in which it starts.
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

    fn moves(&mut self, at: u64, index: usize) {
        let job = &self.program.moves[index];
        let map = &self.program.off_chip[job.map];
        let Buffers { activities, lists, fetcher, .. } = &mut *self.buffers;
        let entries = map.list.map_or(map.shape.channels, |l| lists[l].entries.len());
        fetcher.moves(self.program, at, index, entries, activities);
        counts::moves(&mut activities[job.layer.index()], self.program, job, entries);
    }

    /// Charges the cycles up to `at` in which nothing of the array is at work: to the gate that
    /// runs, or else to the controller, which waits with the instruction of `layer`.
    fn charge_quiet(&mut self, at: u64, layer: usize) {
        if let Some(cycle) = self.quiet.take_if(|cycle| *cycle <= at) {
            self.charge_range(cycle, cycle + 1, layer);
        }
        if self.charged <= at {
            self.charge_range(self.charged, at + 1, layer);
            self.charged = at + 1;
        }
    }

    /// The same of the cycles from `from` to `to`.
    fn charge_range(&mut self, from: u64, to: u64, layer: usize) {
        let gate = self.gate;
        let until = (gate.last + 1).clamp(from, to);
        let since = (gate.started + 1).clamp(from, until);
        let cycles = &mut self.layers[gate.layer].cycles;
        *(if gate.classifier { &mut cycles.classifier } else { &mut cycles.gate }) += until - since;
        self.layers[layer].cycles.control += (since - from) + (to - until);
    }

    /// The image port: a word is written in the cycle after it has been fetched.
    fn image(&mut self, at: u64) {
        let words = self.program.image_depth() as u64;
        let works = words + IMAGE_WRITE as u64;
        self.charged = at + 1 + works;
        self.idle = self.charged + ARRAY_SEEN as u64;
        self.buffers.ends.push((self.idle, true, 0));
        let layer = &mut self.layers[0];
        layer.cycles.input = works;
        layer.live = self.program.image.channels as u64;
        self.buffers.activities[0].scratch_write = (self.program.image.len() * self.program.image_copies) as u64;
    }

    /// The unit of max pooling: the windows of each word of the banks, two cycles until the last is
    /// written, and the pool sums.
    fn max_pool(&mut self, at: u64, job: &MaxPoolJob) {
        let windows = &job.windows;
        let (channels, pixels) = (windows.output.channels, windows.output.pixels());
        let flushed = if job.pool.is_some() { channels } else { 0 };
        let words = channels.div_ceil(self.program.config.banks());
        let cycles = words * (pixels * windows.taps() + WINDOW_TAIL) + flushed;
        self.charged = at + 1 + cycles as u64;
        self.idle = self.charged + ARRAY_SEEN as u64;
        self.buffers.ends.push((self.idle, true, job.layer));
        let layer = &mut self.layers[job.layer.index()];
        layer.cycles.pooling += cycles as u64;
        layer.live = channels as u64;
        counts::max_pool(&mut self.buffers.activities[job.layer.index()], job);
    }

    /// Notes the cycle in which the last input of each group of outputs is read. A group takes as
    /// long as its inputs enter, which may wait for their weights, or as its predecessor's outputs
    /// leave.
    fn groups(&mut self, at: u64, job: &GateJob) {
        let Buffers { activities, lists, groups: lasts, fetcher, .. } = &mut *self.buffers;
        let live = job.list.map(|l| &lists[l].entries[..]);
        let macs = self.program.config.gate.macs;
        let slots = live.map_or(job.inputs, <[usize]>::len).max(1);
        let groups = job.outputs.div_ceil(macs);
        lasts.clear();
        let transfer = fetcher.gate(self.program, at, job, live, activities);
        let Some((transfer, dram)) = transfer.zip(self.program.config.dram.as_ref()) else {
            lasts.extend((0..groups).map(|group| at + (group * timing::gate_period(slots, macs) + slots) as u64));
            return;
        };
        let (mut bursts, mut read) = (Bursts::new(dram), at);
        for group in 0..groups {
            for slot in 0..slots {
                read += 1;
                if let Some(input) = live.map_or(Some(slot), |l| l.get(slot).copied()) {
                    bursts.touch((group * job.inputs + input) * macs, macs);
                    read = read.max(transfer.arrival(bursts.count));
                }
            }
            lasts.push(read);
            read += (timing::gate_period(slots, macs) - slots) as u64;
        }
    }

    fn gate(&mut self, at: u64, job: &GateJob, scores: &[Score]) {
        let inputs = job.list.map_or(job.inputs, |l| self.buffers.lists[l].entries.len());
        let macs = self.program.config.gate.macs;
        self.groups(at, job);
        let Buffers { ends, lists, groups, activities, .. } = &mut *self.buffers;
        let stage = if job.purpose == Purpose::Classifier { GateStage::Shift } else { GateStage::Score };
        let leaves = |output: usize| groups[output / macs] + timing::gate_output(stage, output % macs) as u64;
        let last = leaves(job.outputs - 1);
        self.gate = GateRun { layer: job.layer, classifier: job.purpose == Purpose::Classifier, started: at, last };
        ends.push((last + 1, false, job.layer));
        let mut listed = 0;
        match job.purpose {
            Purpose::Classifier => {}
            Purpose::LNet => self.lscore = (scores[0], last + 1),
            Purpose::CNet(list) => {
                let lives = |o: &usize| self.mode == Mode::ForcedOpen || scores[*o] > Score::ZERO;
                lists[list].fill((0..job.outputs).filter(lives).map(|o| (o, leaves(o) + 1)), last + 1);
                listed = lists[list].entries.len();
            }
        }
        let layer = &mut self.layers[job.layer.index()];
        layer.live = match job.purpose {
            Purpose::Classifier => job.outputs,
            _ => scores.iter().filter(|s| **s > Score::ZERO).count(),
        } as u64;
        layer.skips = job.purpose == Purpose::LNet && scores == [Score::ZERO] && self.mode == Mode::Gated;
        counts::gate(&mut activities[job.layer.index()], job, macs, inputs, listed);
    }

    fn conv(&mut self, at: u64, index: usize) {
        let job = &self.program.convs[index];
        let layer = &mut self.layers[job.layer.index()];
        let skips = self.lscore.0 == Score::ZERO && self.mode == Mode::Gated;
        let Buffers { activities, lists, conv, fetcher, channels, .. } = &mut *self.buffers;
        let start = Start { program: self.program, conv: index, lists, channels, skips, at };
        let ran = conv::run(&start, fetcher, activities, layer, conv);
        self.layers[self.gate.layer.index()].cycles.gate += ran.gate;
        (self.charged, self.quiet) = (ran.idle, ran.quiet);
        self.idle = ran.idle + ARRAY_SEEN as u64;
        self.buffers.ends.push((self.idle, true, job.layer));
    }
}

/// Cycles that an instruction takes the controller at least.
fn fetch(program: &Program) -> u64 {
    timing::fetch(program.config.memory.instruction_words) as u64
}
