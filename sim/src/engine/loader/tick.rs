//! The loader: column parameters of a tile, then the filters of its folds, into the array's shadow weights.

mod fetch;
mod folds;
mod observe;

use super::array::Array;
use super::columns::{ColumnSet, Columns};
use super::gate::LiveList;
use crate::counters::Activity;
use crate::dram::Fetcher;
use folds::fold_entry;
pub(crate) use folds::{Fold, copies, rest};
use lcsim_spec::config::ArrayConfig;
use lcsim_spec::schedule::{ConvJob, Program};
use lcsim_spec::timing::FILTER_STAGES;
use lcsim_spec::{Score, timing};
pub use observe::{LoaderState, Place};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
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
struct Word {
    row: usize,
    /// Group of the columns that it fills; all of them where words are gathered for the tile, on their way from DRAM.
    group: Option<usize>,
    /// `tap * inputs + input`, counted from its group's first; the tap of a depthwise convolution.
    entry: usize,
    /// The row's entry of a map that has all of its channels.
    channel: usize,
    parity: usize,
}

/// What the loader reads of other units' registers.
pub(crate) struct LoaderView<'a> {
    pub program: &'a Program,
    pub lists: &'a [LiveList; 2],
    /// The L-Net's score.
    pub lscore: Score,
    /// That score skips the branch.
    pub skips: bool,
    pub now: u64,
}

#[derive(Debug)]
pub(crate) struct Loader {
    state: State,
    job: usize,
    tile: usize,
    chunk: usize,
    index: usize,
    cols: usize,
    first_group: usize,
    groups: usize,
    interval: usize,
    /// First cycle in which the tile's filters are on chip.
    arrival: u64,
    /// Fold in the shadow weights, or on its way there, with the cycles since its first word was issued and those needed.
    pending: Option<Fold>,
    waited: usize,
    needed: usize,
    shadow_busy: usize,
    param_busy: usize,
    /// The tile whose parameters stand ready has not begun.
    tile_waits: bool,
    pipe: [Option<Word>; FILTER_STAGES],
}

impl Loader {
    pub fn new() -> Self {
        Self {
            state: State::Idle,
            job: 0,
            tile: 0,
            chunk: 0,
            index: 0,
            cols: 0,
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

    /// The fold that may become active behind the next slot: its weights run ahead of the pixels, row by row.
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

    /// The streamer takes the fold: from the next cycle on its slots follow.
    pub fn swapped(&mut self, config: &ArrayConfig) {
        if self.pending.take().is_some_and(|f| f.first_of_tile) {
            self.tile_waits = false;
            self.param_busy = timing::parameters_free(config.rows, config.cols);
        }
        // FOLD sees them free in the cycle before the first word that may follow.
        self.shadow_busy = timing::shadow_free(config.cols) - 1;
    }

    /// Writes the word that arrives in this cycle into the shadow weights.
    pub fn commit(&self, program: &Program, columns: &Columns, array: &mut Array, activity: &mut Activity) {
        let Some(word) = self.pipe[FILTER_STAGES - 1] else { return };
        let (cols, job) = (program.config.array.cols, &program.convs[self.job]);
        activity.filter_read += cols as u64;
        let set = columns.set(word.parity);
        let filled = |group: usize| word.group.is_none_or(|g| g == group);
        for (c, column) in set.columns.iter().enumerate().filter(|(_, column)| filled(column.group)) {
            let address = job.filter_base + column.group * job.taps() * job.words_of_tap() + word.entry;
            // Of a depthwise convolution's tap, each row takes what belongs to its own channel.
            let reads = !job.depthwise || column.group * cols + column.lane == word.channel;
            array.load_shadow(word.row, c, if reads { program.filters[address * cols + column.lane] } else { 0 });
            activity.register_bytes += 2; // once into the shadow, once into the active register
        }
    }

    pub fn tick(&mut self, view: &LoaderView, columns: &mut Columns, fetcher: &mut Fetcher, activity: &mut [Activity]) {
        let (shadow_free, params_free) = (self.shadow_busy == 0, self.param_busy == 0 && !self.tile_waits);
        self.shadow_busy = self.shadow_busy.saturating_sub(1);
        self.param_busy = self.param_busy.saturating_sub(1);
        self.waited += usize::from(self.pending.is_some());
        let mut issued = None;
        let job = &view.program.convs[self.job];
        match self.state {
            State::Idle => {}
            State::Tile => {
                if self.begin_tile(view, job, columns, params_free) {
                    self.fetch(view, job, fetcher, activity);
                }
            }
            State::Setup(c) => {
                self.setup(view, job, columns, c, &mut activity[job.layer]);
                self.state = if c + 1 < self.cols { State::Setup(c + 1) } else { State::Settle };
            }
            State::Settle => {
                self.finish_setup(columns);
                self.state = State::Fold;
            }
            State::Fold if self.pending.is_none() && shadow_free && view.now >= self.arrival => {
                let fold = self.fold(view, job);
                self.needed = timing::fold_ready(fold.rows, self.groups);
                (self.pending, self.waited, self.state) = (Some(fold), 0, State::Load(0));
            }
            State::Fold => {}
            State::Load(word) => issued = self.issue(view, job, word, &mut activity[job.layer]),
        }
        self.pipe.rotate_right(1);
        self.pipe[0] = issued;
    }

    fn list_suffices(&self, view: &LoaderView) -> bool {
        let job = &view.program.convs[self.job];
        let end = (self.tile + 1) * view.program.config.array.cols;
        job.outputs.is_none_or(|l| view.lists[l].done || view.lists[l].entries.len() >= end)
    }

    /// Columns of the current tile; none behind the last one.
    fn tile_cols(&self, view: &LoaderView, job: &ConvJob) -> usize {
        let array = &view.program.config.array;
        let channels = job.outputs.map_or(job.output.channels, |l| view.lists[l].entries.len());
        channels.saturating_sub(self.tile * array.cols).min(array.cols)
    }

    /// Whether a tile begins in this cycle.
    fn begin_tile(&mut self, view: &LoaderView, job: &ConvJob, columns: &mut Columns, params_free: bool) -> bool {
        if !self.list_suffices(view) {
            return false;
        }
        self.cols = self.tile_cols(view, job);
        if self.cols == 0 {
            self.state = State::Idle;
        } else if params_free {
            columns.begin_set(self.tile % 2);
            self.state = State::Setup(0);
            return true;
        }
        false
    }

    fn setup(&mut self, view: &LoaderView, job: &ConvJob, columns: &mut Columns, c: usize, activity: &mut Activity) {
        let position = self.tile * view.program.config.array.cols + c;
        let (channel, score) = match job.outputs {
            Some(list) => {
                activity.list_read += LiveList::ENTRY_BYTES;
                view.lists[list].entries[position]
            }
            None => (position, Score::ONE),
        };
        activity.param_read += 7; // 4 bytes bias, 2 multiplier, 1 shift
        let param = view.program.params[job.param_base + channel];
        let lscore = if job.l_scaled { view.lscore } else { Score::ONE };
        let entry = if job.natural { channel } else { position };
        let cols = view.program.config.array.cols;
        let group = channel / cols;
        let copies = self.copies(view, job, position);
        columns.set_mut(self.tile % 2).push(job, [group, channel % cols], entry, copies, param, [score, lscore]);
        if c == 0 {
            self.first_group = group;
        }
        self.groups = if view.program.filters_on_chip { group - self.first_group + 1 } else { 1 };
    }

    fn finish_setup(&mut self, columns: &mut Columns) {
        let set: &mut ColumnSet = columns.set_mut(self.tile % 2);
        self.interval = set.finish();
        (self.chunk, self.index, self.tile_waits) = (0, 0, true);
    }

    /// Issues a word of the current fold and moves on behind its last one.
    fn issue(&mut self, view: &LoaderView, job: &ConvJob, word: usize, activity: &mut Activity) -> Option<Word> {
        let fold = self.fold(view, job);
        let words = fold.rows * self.groups;
        self.state = if word + 1 < words { State::Load(word + 1) } else { self.after_fold(view, job) };
        if word >= words {
            return None;
        }
        let row = word / self.groups;
        let group = view.program.filters_on_chip.then_some(self.first_group + word % self.groups);
        let entry = if job.depthwise { fold.tap } else { fold_entry(view, job, &fold, row, activity) };
        Some(Word { row, group, entry, channel: fold.entry + row, parity: fold.parity })
    }

    fn after_fold(&mut self, view: &LoaderView, job: &ConvJob) -> State {
        self.index += 1;
        if self.index < self.folds(view, job) {
            return State::Fold;
        }
        (self.index, self.chunk) = (0, self.chunk + 1);
        if self.chunk * view.program.config.array.accumulator_depth < job.output.pixels() {
            return State::Fold;
        }
        self.tile += 1;
        State::Tile
    }
}
