//! All registers and memories, which the units' files work on.

use super::array::Array;
use super::columns::Columns;
use super::gate::GateUnit;
use super::loader::{Loader, LoaderView};
use super::max_pool::MaxPooling;
use super::memory::Memories;
use super::moves::Mover;
use super::slot::SlotHistory;
use super::streamer::Streamer;
use crate::counters::{Activity, LayerCount, lines};
use crate::dram::Fetcher;
use crate::outcome::Mode;
use lcsim_spec::schedule::{Op, Program};
use lcsim_spec::{Score, Trace, timing};

/// Cycles in which a fetched instruction waits: the memory shows its first word already.
pub(super) fn fetch(program: &Program) -> usize {
    timing::fetch(program.config.memory.instruction_words) - 1
}

/// Instructions that have started and not ended, and whether maps are kept when they do.
#[derive(Debug, Default)]
pub(super) struct Open {
    pub(super) keep_maps: bool,
    pub(super) array: Option<Op>,
    pub(super) gate: Option<Op>,
}

/// Signals that cross units, as the registers hold them at the beginning of a cycle.
pub(super) struct Sampled {
    pub(super) array_busy: bool,
    pub(super) gate_running: Option<usize>,
    pub(super) lscore: Option<Score>,
}

pub(crate) struct Machine<'a> {
    pub(super) program: &'a Program,
    pub(super) mode: Mode,
    pub(super) now: u64,
    pub(super) image: &'a [i8],
    pub(super) memories: Memories,
    pub(super) pool: Vec<i32>,
    pub(super) slots: SlotHistory,
    /// What the banks gave each row, with its swap flag: behind the bank's register, in front of
    /// the array.
    pub(super) fetched: Vec<(i8, bool)>,
    pub(super) array: Array,
    pub(super) columns: Columns,
    pub(super) loader: Loader,
    pub(super) streamer: Streamer,
    pub(super) gate: GateUnit,
    /// Words of the image that have been fetched, while it is loaded.
    pub(super) image_fetched: Option<usize>,
    pub(super) max_pooling: Option<MaxPooling>,
    pub(super) fetcher: Fetcher,
    pub(super) mover: Mover,
    /// Cycles until everything issued to the array is written back and pooled.
    pub(super) draining: usize,
    /// Whether the array was busy in the cycle before, or has just been started: what the
    /// controller sees.
    pub(super) array_busy: bool,
    /// Current convolution; the array's units keep working on it until it is drained.
    pub(super) conv: usize,
    pub(super) pc: usize,
    /// Cycles until the controller has fetched the instruction, and the program memory shows what
    /// is behind it.
    pub(super) fetching: usize,
    /// Last cycle of a slot with a pixel or a swap, and of one that leaves through the requantise
    /// stage.
    pub(super) last_slot: u64,
    pub(super) last_emission: u64,
    pub(super) activity: Vec<Activity>,
    pub(super) layers: Vec<LayerCount>,
    pub(super) open: Open,
    pub(super) trace: Trace,
    pub(super) ends: Vec<(usize, u64)>,
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
            memories: Memories::new(config),
            pool: vec![0; 3 * config.gate.channels],
            slots: SlotHistory::new(timing::slot_ends(rows, cols)),
            fetched: vec![(0, false); rows],
            array: Array::new(rows, cols),
            columns: Columns::new(config),
            loader: Loader::new(program),
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
            fetching: fetch(program),
            last_slot: 0,
            last_emission: 0,
            activity: vec![Activity::default(); program.layers.len()],
            layers: lines(program),
            open: Open::default(),
            trace: Trace::default(),
            ends: vec![],
        }
    }

    pub fn keep_maps(mut self) -> Self {
        self.open.keep_maps = true;
        self
    }

    /// The program is at its end, and nothing is at work but moves.
    pub(super) fn rests(&self, sampled: &Sampled) -> bool {
        let stops = self.pc == self.program.ops.len() && self.fetching == 0;
        stops && !sampled.array_busy && sampled.gate_running.is_none()
    }

    pub(super) fn sample(&self) -> Sampled {
        Sampled { array_busy: self.array_busy, gate_running: self.gate.running(), lscore: self.gate.lscore }
    }

    pub(super) fn busy(&self) -> bool {
        self.image_fetched.is_some()
            || self.max_pooling.is_some()
            || self.loader.busy()
            || self.streamer.busy()
            || self.draining > 0
    }

    /// For questions to the loader that no L-Net's score answers.
    pub(super) fn loader_view(&self) -> LoaderView<'_> {
        let (lists, now) = (&self.gate.lists, self.now);
        LoaderView { program: self.program, lists, lscore: Score::ONE, skips: false, now }
    }
}
