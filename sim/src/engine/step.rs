//! The `stepped` engine: every register, every cycle. It is the definition of what a network costs.
//!
//! A cycle has two phases. First every signal that crosses units is sampled from registers; then each unit takes its
//! clock edge, consumers before producers, so that no unit sees a value of the same edge.

mod array;
mod charge;
mod columns;
mod controller;
mod gate;
mod loader;
mod max_pool;
mod memory;
mod moves;
mod observe;
mod record;
mod slot;
mod streamer;

use crate::Mode;
use crate::counters::{Activity, LayerCount, lines};
use crate::dram::Fetcher;
use array::Array;
use columns::{Columns, Stores};
use gate::{GateUnit, GateView};
use lcsim_spec::schedule::{ConvJob, Memory, Program, pool_region};
use lcsim_spec::timing::DECISION_TO_SLOT;
use lcsim_spec::{Score, Trace, timing};
use loader::{Loader, LoaderView};
pub use loader::{LoaderState, Place};
pub(crate) use loader::{copies, rest};
use max_pool::MaxPooling;
use memory::Banked;
use moves::Mover;
pub use record::{ControllerState, Cycle};
use slot::SlotHistory;
use streamer::Streamer;

/// What one image gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Class of the largest logit.
    pub class: usize,
    /// Values.
    pub trace: Trace,
    /// Cycles from the first word of the image to the last logit.
    pub cycles: u64,
    /// In the order of the report's lines.
    pub layers: Vec<LayerCount>,
    /// Line of the report of each instruction, and the cycle at which it had ended; skipped ones are absent.
    pub ends: Vec<(usize, u64)>,
    /// Cycles in which bytes arrived from DRAM.
    pub dram_busy: u64,
}

/// What stands in the memories between two clock edges.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// For each convolution, by name: its output region in channel order. Before it is written, what stood there before.
    pub maps: Vec<(String, Vec<i8>)>,
    /// Both live lists: channels and scores.
    pub lists: [Vec<(usize, Score)>; 2],
    /// The L-Net's score, once it is there.
    pub lscore: Option<Score>,
    /// Logits that have left the gate unit.
    pub logits: Vec<i32>,
}

/// Signals that cross units, as the registers hold them at the beginning of a cycle.
struct Sampled {
    array_busy: bool,
    gate_running: Option<usize>,
    lscore: Option<Score>,
}

pub(crate) struct Machine<'a> {
    program: &'a Program,
    mode: Mode,
    now: u64,
    image: &'a [i8],
    stream: Banked,
    scratch: Banked,
    pool: Vec<i32>,
    slots: SlotHistory,
    /// What the banks gave each row, with its swap flag: behind the bank's register, in front of the array.
    fetched: Vec<(i8, bool)>,
    array: Array,
    columns: Columns,
    loader: Loader,
    streamer: Streamer,
    gate: GateUnit,
    /// Words of the image that have been fetched, while it is loaded.
    image_fetched: Option<usize>,
    max_pooling: Option<MaxPooling>,
    fetcher: Fetcher,
    mover: Mover,
    /// Cycles until everything issued to the array is written back and pooled.
    draining: usize,
    /// Whether the array was busy in the cycle before, or has just been started: what the controller sees.
    array_busy: bool,
    /// Current convolution; the array's units keep working on it until it is drained.
    conv: usize,
    pc: usize,
    /// Cycles until the controller has fetched the instruction, and the program memory shows what is behind it.
    fetching: usize,
    /// Last cycle of a slot with a pixel or a swap, and of one that leaves through the requantise stage.
    last_slot: u64,
    last_emission: u64,
    activity: Vec<Activity>,
    layers: Vec<LayerCount>,
    open: observe::Open,
    trace: Trace,
    ends: Vec<(usize, u64)>,
}

impl<'a> Machine<'a> {
    pub fn new(program: &'a Program, image: &'a [i8], mode: Mode) -> Self {
        let config = &program.config;
        let (rows, cols) = (config.array.rows, config.array.cols);
        Self {
            program,
            mode,
            now: 0,
            image,
            stream: Banked::new(config.banks(), config.stream_depth()),
            scratch: Banked::new(config.banks(), config.scratch_depth()),
            pool: vec![0; 3 * config.gate.channels],
            slots: SlotHistory::new(timing::slot_ends(rows, cols)),
            fetched: vec![(0, false); rows],
            array: Array::new(rows, cols),
            columns: Columns::new(config),
            loader: Loader::new(),
            streamer: Streamer::default(),
            gate: GateUnit::new(config.gate.macs),
            image_fetched: None,
            max_pooling: None,
            fetcher: Fetcher::default(),
            mover: Mover::new(program, image),
            draining: 0,
            array_busy: false,
            conv: 0,
            pc: 0,
            fetching: controller::fetch(program),
            last_slot: 0,
            last_emission: 0,
            activity: vec![Activity::default(); program.layers.len()],
            layers: lines(program),
            open: observe::Open::default(),
            trace: Trace::default(),
            ends: vec![],
        }
    }

    pub fn keep_maps(mut self) -> Self {
        self.open.keep_maps = true;
        self
    }

    pub fn run(mut self) -> Outcome {
        while self.step() {}
        self.outcome()
    }

    /// What stands in the memories after so many cycles, or at the end if that comes first.
    pub fn probe(mut self, cycles: u64) -> Probe {
        while self.now < cycles && self.step() {}
        self.peek()
    }

    /// One cycle; false if nothing is left to do.
    fn step(&mut self) -> bool {
        let sampled = self.sample();
        self.observe_ends(&sampled);
        if self.rests(&sampled) && self.now >= self.fetcher.moves_end(self.program, self.program.moves.len()) {
            return false;
        }
        self.account(&sampled);
        self.tick(&sampled);
        self.now += 1;
        true
    }

    /// The program is at its end, and nothing is at work but moves.
    fn rests(&self, sampled: &Sampled) -> bool {
        let stops = self.pc == self.program.ops.len() && self.fetching == 0;
        stops && !sampled.array_busy && sampled.gate_running.is_none()
    }

    fn sample(&self) -> Sampled {
        Sampled { array_busy: self.array_busy, gate_running: self.gate.running(), lscore: self.gate.lscore }
    }

    fn busy(&self) -> bool {
        self.image_fetched.is_some()
            || self.max_pooling.is_some()
            || self.loader.busy()
            || self.streamer.busy()
            || self.draining > 0
    }

    fn tick(&mut self, sampled: &Sampled) {
        self.array_busy = self.busy();
        let job = &self.program.convs[self.conv];
        if self.now <= self.last_slot + self.slot_ends() {
            self.tick_columns(job);
            self.array.tick();
            self.feed_rows(job);
        }
        self.loader.commit(self.program, &self.columns, &mut self.array, &mut self.activity[job.layer]);
        self.tick_streamer_and_loader(job, sampled);
        self.tick_image();
        self.tick_max_pooling();
        let forced_open = self.mode == Mode::ForcedOpen;
        let view = GateView { program: self.program, pool: &self.pool, now: self.now, forced_open };
        self.gate.tick(&view, &mut self.activity);
        self.tick_controller(sampled);
        self.tick_moves();
    }

    fn slot_ends(&self) -> u64 {
        timing::slot_ends(self.program.config.array.rows, self.program.config.array.cols) as u64
    }

    fn tick_columns(&mut self, job: &ConvJob) {
        let emits = self.now <= self.last_emission + self.slot_ends();
        let activity = &mut self.activity[job.layer];
        if emits {
            let pool_base = pool_region(job.dst) * self.program.config.gate.channels;
            let (stream, scratch) = (&mut self.stream, &mut self.scratch);
            let mut stores = Stores { stream, scratch, pool: &mut self.pool, pool_base };
            self.columns.emit(self.now, &self.slots, job, &mut stores, activity);
        }
        self.columns.accumulate(self.now, &self.slots, &self.array, activity);
    }

    /// Each row reads its bank for the slot that reaches it, and hands the operand of the slot before, with its swap flag, to
    /// its first PE.
    fn feed_rows(&mut self, job: &ConvJob) {
        let rows = self.program.config.array.rows;
        for r in 0..rows {
            let slot = self.slots.at(self.now, r);
            let mut operand = 0;
            if slot.valid && (slot.idle_rows..slot.rows).contains(&r) {
                let activity = &mut self.activity[job.layer];
                activity.macs += if job.depthwise { 1 } else { slot.cols as u64 };
                // The operand passes `cols` PEs (1 byte each), which each write a partial sum (4 bytes).
                activity.register_bytes += 5 * slot.cols as u64;
                if let Some(offset) = input_offset(job, slot.corner, slot.tap + r / slot.tap_rows) {
                    let (memory, read) = match job.src.memory {
                        Memory::Stream => (&mut self.stream, &mut activity.stream_read),
                        Memory::Scratch => (&mut self.scratch, &mut activity.scratch_read),
                    };
                    *read += 1;
                    operand = memory.read(self.now, slot.bank + r, slot.word + offset);
                    if job.src_relu {
                        operand = operand.max(0);
                    }
                }
            } else if slot.valid {
                // Rows without an input pass the partial sums on.
                self.activity[job.layer].register_bytes += 4 * slot.cols as u64;
            }
            let (operand, swap) = std::mem::replace(&mut self.fetched[r], (operand, slot.swap));
            self.array.feed(r, operand, swap);
        }
    }

    fn tick_streamer_and_loader(&mut self, job: &ConvJob, sampled: &Sampled) {
        self.draining = self.draining.saturating_sub(1);
        let lscore = sampled.lscore.unwrap_or(Score::ONE);
        let skips = lscore == Score::ZERO && self.mode == Mode::Gated;
        let view = LoaderView { program: self.program, lists: &self.gate.lists, lscore, skips, now: self.now };
        let issue = self.streamer.tick(job, self.program.config.array.cols, self.loader.ready());
        self.loader.tick(&view, &mut self.columns, &mut self.fetcher, &mut self.activity);
        let array = &self.program.config.array;
        if issue.slot.valid && issue.slot.last {
            self.last_emission = self.now + DECISION_TO_SLOT as u64;
            self.draining = timing::drain(array.rows, array.cols, self.columns.set(issue.slot.parity).interval());
        }
        if issue.slot.valid || issue.swap {
            self.last_slot = self.now + DECISION_TO_SLOT as u64;
        }
        if issue.swap {
            self.loader.swapped(array);
        }
        self.slots.set(self.now + DECISION_TO_SLOT as u64, issue.slot);
    }

    /// One word a cycle into the scratch memory: the channels of a pixel, in as many copies as rows can use.
    fn tick_image(&mut self) {
        let Some(fetched) = self.image_fetched else { return };
        let (shape, region) = (self.program.image, self.program.image_region);
        let (words, pixels, banks) = (self.program.image_words(), shape.pixels(), self.program.config.banks());
        self.image_fetched = (fetched < words * pixels).then_some(fetched + 1);
        // A word is written in the cycle after it has been fetched.
        let Some(word) = fetched.checked_sub(1) else { return };
        let (pixel, part) = (word / words, word % words);
        for copy in 0..self.program.image_copies {
            for entry in (part * banks..(part + 1) * banks).take_while(|e| *e < shape.channels) {
                let value = self.image[entry * pixels + pixel];
                let bank = copy * shape.channels + entry % banks;
                self.scratch.write(self.now, bank, region.base + part * pixels + pixel, value);
                self.activity[0].scratch_write += 1;
            }
        }
    }

    fn tick_max_pooling(&mut self) {
        let Some(unit) = &mut self.max_pooling else { return };
        let job = &self.program.max_pools[unit.job];
        let channels = self.program.config.gate.channels;
        let pool = &mut self.pool[pool_region(job.dst) * channels..][..channels];
        if !unit.tick(self.now, job, &mut self.stream, pool, &mut self.activity[job.layer]) {
            self.max_pooling = None;
        }
    }
}

/// Word of the input pixel under a tap, from the entry's first; nothing on padding.
fn input_offset(job: &ConvJob, corner: [isize; 2], tap: usize) -> Option<usize> {
    let y = corner[0] + (tap / job.kernel[1]) as isize;
    let x = corner[1] + (tap % job.kernel[1]) as isize;
    let inside = |at: isize, size: usize| usize::try_from(at).ok().filter(|at| *at < size);
    Some(inside(y, job.input.height)? * job.input.width + inside(x, job.input.width)?)
}
