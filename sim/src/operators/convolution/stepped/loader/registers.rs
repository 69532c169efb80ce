//! The loader's registers, and the questions that they answer.

use super::super::fold::{Fold, Place};
use crate::operators::convolution::folds::Folds;
use crate::operators::gate::LiveList;
use lcsim_spec::Score;
use lcsim_spec::schedule::{ConvJob, Inputs, ListId, Program};
use lcsim_spec::timing::{FILTER_STAGES, OUTPUTS_SEEN};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Idle,
    /// A convolution has been started, in this cycle of the state, from 1 on.
    Start(usize),
    /// It waits for the live list and for a free set of column parameters.
    Tile,
    /// It reads the parameters of this column.
    Setup(usize),
    /// It waits until the last parameters have arrived, in this cycle of the state, from 1 on.
    Settle(usize),
    /// It looks at the next fold, and waits until the shadow weights are free.
    Fold,
    /// It issues this word.
    Load(usize),
}

/// A filter word on its way to the shadow weights.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    pub row: usize,
    /// The group of the columns that it fills. `None` if it fills all columns, because words from
    /// DRAM are gathered for the whole tile.
    pub group: Option<usize>,
    /// `tap * inputs + input`, counted from the first word of its group. For a depthwise
    /// convolution, the tap.
    pub entry: usize,
    /// The channel of the row's entry, in a map that has all of its channels.
    pub channel: usize,
    pub parity: usize,
}

/// Registers of other units that the loader reads.
pub(crate) struct LoaderView<'a> {
    pub program: &'a Program,
    pub lists: &'a [LiveList; 2],
    /// The L-Net's score.
    pub lscore: Score,
    /// Whether this score skips the branch.
    pub skips: bool,
    pub now: u64,
}

impl<'a> LoaderView<'a> {
    /// The live input channels. Without a list, all channels are live.
    pub(crate) fn inputs(&self, job: &ConvJob) -> Option<&'a [usize]> {
        if let Inputs::List(list) = job.inputs { Some(&self.lists[list.index()].channels) } else { None }
    }
}

#[derive(Debug)]
pub(crate) struct Loader {
    pub(crate) state: State,
    pub(crate) job: usize,
    pub(crate) tile: usize,
    pub(crate) chunk: usize,
    pub(crate) index: usize,
    pub(crate) cols: usize,
    pub(crate) folds: Folds,
    /// The channels from 0 up to the largest channel count of a convolution.
    pub(crate) channels: Vec<usize>,
    pub(crate) first_group: usize,
    pub(crate) groups: usize,
    pub(crate) interval: usize,
    /// The first cycle in which the tile's filters are on chip.
    pub(crate) arrival: u64,
    /// The fold in the shadow weights, or on its way there. The cycles since its first word was
    /// issued, and the cycles that it needs.
    pub(crate) pending: Option<Fold>,
    pub(crate) waited: usize,
    pub(crate) needed: usize,
    pub(crate) shadow_busy: usize,
    pub(crate) param_busy: usize,
    /// Whether the next tile's parameters are loaded and the tile has not begun.
    pub(crate) tile_waits: bool,
    pub(crate) pipe: [Option<Word>; FILTER_STAGES],
    /// The entries of both live lists, and whether they are complete, in the cycles before.
    pub(crate) seen: [[(usize, bool); 2]; OUTPUTS_SEEN],
}

impl Loader {
    pub fn new(program: &Program) -> Self {
        let channels = program.convs.iter().map(|job| job.output.channels).max().unwrap_or(0);
        Self {
            state: State::Idle,
            job: 0,
            tile: 0,
            chunk: 0,
            index: 0,
            cols: 0,
            folds: Folds::default(),
            channels: (0..channels).collect(),
            first_group: 0,
            groups: 0,
            interval: 1,
            arrival: 0,
            pending: None,
            waited: 0,
            needed: 0,
            shadow_busy: 0,
            param_busy: 0,
            tile_waits: false,
            pipe: [None; FILTER_STAGES],
            seen: [[(0, false); 2]; OUTPUTS_SEEN],
        }
    }

    pub fn start(&mut self, job: usize) {
        (self.state, self.job, self.tile) = (State::Start(1), job, 0);
    }

    /// Whether it has tiles to load, or a fold that the streamer has not taken.
    pub fn busy(&self) -> bool {
        self.state != State::Idle || self.pending.is_some()
    }

    /// The fold that may become active after the next slot. Its last rows may still be loading:
    /// weights arrive row by row before the pixels do.
    pub fn ready(&self) -> Option<Fold> {
        self.pending.filter(|_| self.waited >= self.needed)
    }

    /// Whether it waits for entries of a live list that its gate has not written yet.
    pub fn waits_for_gate(&self, view: &LoaderView) -> bool {
        self.state == State::Tile && !self.list_suffices(view)
    }

    /// Whether it waits for filters that are on their way from DRAM.
    pub fn waits_for_dram(&self, now: u64) -> bool {
        self.state == State::Fold && now < self.arrival
    }

    /// Whether the output channels of the tile are known.
    pub(crate) fn list_suffices(&self, view: &LoaderView) -> bool {
        let job = &view.program.convs[self.job];
        let end = (self.tile + 1) * view.program.config.array.cols;
        let seen = |list: ListId| self.seen[OUTPUTS_SEEN - 1][list.index()];
        job.outputs.is_none_or(|list| seen(list).1 || seen(list).0 >= end)
    }

    /// The number of columns of the current tile. 0 after the last tile.
    pub(crate) fn tile_cols(&self, view: &LoaderView, job: &ConvJob) -> usize {
        let array = &view.program.config.array;
        let channels = job.outputs.map_or(job.output.channels, |l| view.lists[l.index()].channels.len());
        channels.saturating_sub(self.tile * array.cols).min(array.cols)
    }

    /// The position of the fold that it works on.
    pub(crate) fn place(&self) -> Place {
        Place { tile: self.tile, chunk: self.chunk, fold: self.index }
    }
}
