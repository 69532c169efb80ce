//! All registers and memories. The files of the units work on them.

use super::memory::Memories;
use crate::counters::{Activity, LayerCount, lines};
use crate::dram::Fetcher;
use crate::operators::convolution::{Array, Columns, Loader, LoaderView, SlotHistory, Streamer};
use crate::operators::gate::GateUnit;
use crate::operators::moves::Mover;
use crate::operators::pooling::Pooler;
use crate::outcome::{Image, Mode};
use lcsim_spec::schedule::{LayerId, Op, Program};
use lcsim_spec::{GateDecision, Score, Trace, timing};

/// How many cycles the controller waits for an instruction, behind the cycle that asks for it.
pub(crate) fn fetch(program: &Program) -> usize {
    timing::first_fetch(program.config.memory.instruction_words)
}

/// The controller does this with an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decided {
    /// Its unit starts.
    Starts,
    /// It is stepped over.
    StepsOver,
}

/// Instructions that have started and not ended, and whether their maps are kept at the end.
#[derive(Debug, Default)]
pub(crate) struct Open {
    pub(crate) keep_maps: bool,
    pub(crate) array: Option<Op>,
    pub(crate) gate: Option<Op>,
}

/// Signals between units, as the registers hold them at the beginning of a cycle.
pub(crate) struct Sampled {
    pub(crate) array_busy: bool,
    pub(crate) gate_running: Option<usize>,
    pub(crate) lscore: Option<Score>,
}

pub(crate) struct Machine<'a> {
    pub(crate) program: &'a Program,
    pub(crate) mode: Mode,
    pub(crate) now: u64,
    pub(crate) image: &'a [i8],
    /// The scores that came with the image.
    pub(crate) given: &'a [GateDecision],
    pub(crate) memories: Memories,
    pub(crate) pool: Vec<i32>,
    pub(crate) slots: SlotHistory,
    /// The bytes that each row got from its bank, and their swap flags. These registers are between
    /// the bank's own register and the array.
    pub(crate) fetched: Vec<[(i8, bool); timing::ROW_FETCH]>,
    pub(crate) array: Array,
    pub(crate) columns: Columns,
    pub(crate) loader: Loader,
    pub(crate) streamer: Streamer,
    pub(crate) gate: GateUnit,
    /// The number of the image's words that have been fetched. `None` if no image is being loaded.
    pub(crate) image_fetched: Option<usize>,
    pub(crate) pooler: Option<Pooler>,
    pub(crate) fetcher: Fetcher,
    pub(crate) mover: Mover,
    /// Cycles until everything that was issued to the array is written back and pooled.
    pub(crate) draining: usize,
    /// What the controller sees of the array: whether it was busy in the cycle before, or has just
    /// been started.
    pub(crate) array_busy: bool,
    /// The current convolution. The array's units work on it until the array has drained.
    pub(crate) conv: usize,
    pub(crate) pc: usize,
    /// What the controller decided in the cycle before.
    pub(crate) decided: Option<Decided>,
    /// Cycles until the controller has fetched the instruction, and the program memory shows the
    /// word after it.
    pub(crate) fetching: usize,
    /// The last cycle of a slot that has a pixel or a swap, and the last cycle of a slot whose
    /// output passes the requantise stage.
    pub(crate) last_slot: u64,
    pub(crate) last_emission: u64,
    pub(crate) activity: Vec<Activity>,
    pub(crate) layers: Vec<LayerCount>,
    pub(crate) open: Open,
    pub(crate) trace: Trace,
    pub(crate) ends: Vec<(LayerId, u64)>,
}

impl<'a> Machine<'a> {
    pub fn new(program: &'a Program, image: Image<'a>, mode: Mode) -> Self {
        let Image { pixels: image, given } = image;
        let config = &program.config;
        let (rows, cols) = (config.array.rows, config.array.cols);
        Self {
            program,
            mode,
            now: 0,
            image,
            given,
            memories: Memories::new(config),
            pool: vec![0; 3 * config.gate.channels],
            slots: SlotHistory::new(timing::slot_ends(rows, cols)),
            fetched: vec![[(0, false); timing::ROW_FETCH]; rows],
            array: Array::new(rows, cols),
            columns: Columns::new(config),
            loader: Loader::new(program),
            streamer: Streamer::default(),
            gate: GateUnit::new(config.gate.macs),
            image_fetched: None,
            pooler: None,
            fetcher: Fetcher::default(),
            mover: Mover::new(program, image),
            draining: 0,
            array_busy: false,
            conv: 0,
            pc: 0,
            decided: None,
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

    /// Whether the program has ended and no unit works, except on moves.
    pub(crate) fn rests(&self, sampled: &Sampled) -> bool {
        let stops = self.pc == self.program.ops.len() && self.fetching == 0;
        stops && !sampled.array_busy && sampled.gate_running.is_none()
    }

    pub(crate) fn sample(&self) -> Sampled {
        Sampled { array_busy: self.array_busy, gate_running: self.gate.running(), lscore: self.gate.lscore }
    }

    pub(crate) fn busy(&self) -> bool {
        self.image_fetched.is_some()
            || self.pooler.is_some()
            || self.loader.busy()
            || self.streamer.busy()
            || self.draining > 0
    }

    /// The registers that the loader reads, for questions that do not depend on an L-Net's score.
    pub(crate) fn loader_view(&self) -> LoaderView<'_> {
        let (lists, now) = (&self.gate.lists, self.now);
        LoaderView { program: self.program, lists, lscore: Score::ONE, skips: false, now }
    }
}
