//! The loader's registers, and what can be told from them.

use super::super::fold::{Fold, Place};
use crate::operators::convolution::folds::Folds;
use crate::operators::gate::LiveList;
use lcsim_spec::Score;
use lcsim_spec::schedule::{ConvJob, Inputs, Program};
use lcsim_spec::timing::FILTER_STAGES;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Idle,
    /// Waits for the live list and for a free set of column parameters.
    Tile,
    /// Reads the parameters of this column.
    Setup(usize),
    /// Waits for the last parameters to arrive.
    Settle,
    /// Looks at the next fold, and waits until the shadow weights are free.
    Fold,
    /// Issues this word.
    Load(usize),
}

/// A filter word on its way to the shadow weights.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    pub row: usize,
    /// Group of the columns that it fills; all of them where words are gathered for the tile, on
    /// their way from DRAM.
    pub group: Option<usize>,
    /// `tap * inputs + input`, counted from its group's first; the tap of a depthwise convolution.
    pub entry: usize,
    /// The row's entry of a map that has all of its channels.
    pub channel: usize,
    pub parity: usize,
}

/// Registers of other units that the loader reads.
pub(crate) struct LoaderView<'a> {
    pub program: &'a Program,
    pub lists: &'a [LiveList; 2],
    /// The L-Net's score.
    pub lscore: Score,
    /// That score skips the branch.
    pub skips: bool,
    pub now: u64,
}

impl<'a> LoaderView<'a> {
    /// Live input channels; all of them without a list.
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
    /// As many channels as any convolution has.
    pub(crate) channels: Vec<usize>,
    pub(crate) first_group: usize,
    pub(crate) groups: usize,
    pub(crate) interval: usize,
    /// First cycle in which the tile's filters are on chip.
    pub(crate) arrival: u64,
    /// Fold in the shadow weights, or on its way there, with the cycles since its first word was
    /// issued and those needed.
    pub(crate) pending: Option<Fold>,
    pub(crate) waited: usize,
    pub(crate) needed: usize,
    pub(crate) shadow_busy: usize,
    pub(crate) param_busy: usize,
    /// The tile whose parameters stand ready has not begun.
    pub(crate) tile_waits: bool,
    pub(crate) pipe: [Option<Word>; FILTER_STAGES],
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
        }
    }

    pub fn start(&mut self, job: usize) {
        (self.state, self.job, self.tile) = (State::Tile, job, 0);
    }

    /// Has tiles to load, or a fold that the streamer has not taken.
    pub fn busy(&self) -> bool {
        self.state != State::Idle || self.pending.is_some()
    }

    /// The fold that may become active behind the next slot: its weights run ahead of the pixels,
    /// row by row.
    pub fn ready(&self) -> Option<Fold> {
        self.pending.filter(|_| self.waited >= self.needed)
    }

    /// Waits for a live list that its gate has not filled far enough.
    pub fn waits_for_gate(&self, view: &LoaderView) -> bool {
        self.state == State::Tile && !self.list_suffices(view)
    }

    /// Waits for filters that are on their way from DRAM.
    pub fn waits_for_dram(&self, now: u64) -> bool {
        self.state == State::Fold && now < self.arrival
    }

    /// Whether the tile's output channels are known.
    pub(crate) fn list_suffices(&self, view: &LoaderView) -> bool {
        let job = &view.program.convs[self.job];
        let end = (self.tile + 1) * view.program.config.array.cols;
        job.outputs.is_none_or(|l| view.lists[l.index()].done || view.lists[l.index()].channels.len() >= end)
    }

    /// Columns of the current tile; none behind the last one.
    pub(crate) fn tile_cols(&self, view: &LoaderView, job: &ConvJob) -> usize {
        let array = &view.program.config.array;
        let channels = job.outputs.map_or(job.output.channels, |l| view.lists[l.index()].channels.len());
        channels.saturating_sub(self.tile * array.cols).min(array.cols)
    }

    /// The place of the fold that it is about.
    pub(crate) fn place(&self) -> Place {
        Place { tile: self.tile, chunk: self.chunk, fold: self.index }
    }
}
