//! The loader's clock edge.

use super::super::array::Array;
use super::super::columns::{ColumnSet, Columns};
use super::super::fold::Fold;
use super::registers::{Loader, LoaderView, State, Word};
use crate::counters::Activity;
use crate::dram::{Begins, Fetcher};
use crate::operators::convolution::folds::{Folds, copies};
use crate::operators::depthwise;
use crate::operators::gate::LiveList;
use lcsim_spec::Score;
use lcsim_spec::config::ArrayConfig;
use lcsim_spec::schedule::{ConvJob, ListId, Program};
use lcsim_spec::timing::{self, FILTER_STAGES, OUTPUTS_SEEN, SETTLE};

impl Loader {
    /// The streamer takes the fold. Its slots follow from the next cycle on.
    pub fn swapped(&mut self, config: &ArrayConfig) {
        if self.pending.take().is_some_and(|f| f.first_of_tile) {
            self.tile_waits = false;
            self.param_busy = timing::parameters_free(config.rows, config.cols);
        }
        // The state FOLD sees the shadow weights free one cycle before the first word that may
        // follow.
        self.shadow_busy = timing::shadow_free(config.cols) - 1;
    }

    /// Writes the word that arrives in this cycle to the shadow weights.
    pub fn commit(&self, program: &Program, columns: &Columns, array: &mut Array, activity: &mut Activity) {
        let Some(word) = self.pipe[FILTER_STAGES - 1] else { return };
        let (cols, job) = (program.config.array.cols, &program.convs[self.job]);
        activity.filter_read += cols as u64;
        let set = columns.set(word.parity);
        let filled = |group: usize| word.group.is_none_or(|g| g == group);
        for (c, column) in set.columns.iter().enumerate().filter(|(_, column)| filled(column.group)) {
            let address = job.filter_base + column.group * job.taps() * job.words_of_tap() + word.entry;
            let reads = !job.depthwise || depthwise::takes(word.channel, column.group * cols + column.lane);
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
            State::Start(cycle) if cycle + 1 < OUTPUTS_SEEN => self.state = State::Start(cycle + 1),
            State::Start(_) => self.state = State::Tile,
            State::Tile => {
                if self.begin_tile(view, job, columns, params_free) {
                    self.arrival = self.fetch(view, fetcher, activity);
                }
            }
            State::Setup(c) => {
                self.setup(view, job, columns, c, &mut activity[job.layer.index()]);
                self.state = if c + 1 < self.cols { State::Setup(c + 1) } else { State::Settle(1) };
            }
            State::Settle(cycle) if cycle < SETTLE => self.state = State::Settle(cycle + 1),
            State::Settle(_) => {
                self.finish_setup(columns);
                self.state = State::Fold;
            }
            State::Fold if self.pending.is_none() && shadow_free && view.now >= self.arrival => {
                let fold = self.fold(view, job);
                self.needed = timing::fold_ready(fold.taken.rows, self.groups);
                (self.pending, self.waited, self.state) = (Some(fold), 0, State::Load(0));
            }
            State::Fold => {}
            State::Load(word) => issued = self.issue(view, job, word, &mut activity[job.layer.index()]),
        }
        self.seen.rotate_right(1);
        self.seen[0] = view.lists.each_ref().map(|list| (list.channels.len(), list.done));
        self.pipe.rotate_right(1);
        self.pipe[0] = issued;
    }

    /// Begins a tile if it can. Returns whether it did.
    fn begin_tile(&mut self, view: &LoaderView, job: &ConvJob, columns: &mut Columns, params_free: bool) -> bool {
        if !self.list_suffices(view) {
            return false;
        }
        self.cols = self.tile_cols(view, job);
        if self.cols == 0 {
            self.state = State::Idle;
        } else if params_free {
            columns.begin_set(self.tile % 2);
            let array = &view.program.config.array;
            let entries = view.inputs(job).map_or(job.input.channels, <[usize]>::len);
            self.folds = Folds::new(array, job, entries).of_tile(job, [self.tile * array.cols, self.cols]);
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
                (view.lists[list.index()].channels[position], view.lists[list.index()].scores[position])
            }
            None => (position, Score::ONE),
        };
        activity.param_read += 7; // 4 bytes bias, 2 multiplier, 1 shift
        let param = view.program.params[job.param_base + channel];
        let lscore = if job.l_scaled { view.lscore } else { Score::ONE };
        let entry = if job.natural { channel } else { position };
        let cols = view.program.config.array.cols;
        let group = channel / cols;
        let copies = self.copies(&view.program.config.array, job, position);
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

    /// Issues a word of the current fold, and goes to the next state after the last word.
    fn issue(&mut self, view: &LoaderView, job: &ConvJob, word: usize, activity: &mut Activity) -> Option<Word> {
        let fold = self.fold(view, job);
        let taken = fold.taken;
        let words = taken.rows * self.groups;
        self.state = if word + 1 < words { State::Load(word + 1) } else { self.after_fold(view, job) };
        if word >= words {
            return None;
        }
        let row = word / self.groups;
        let group = view.program.filters_on_chip.then_some(self.first_group + word % self.groups);
        let entry = if job.depthwise {
            // One word has a tap of all channels of a group.
            taken.tap
        } else {
            let (tap, entry) = (taken.tap + row / taken.tap_rows, taken.entry + row % taken.tap_rows);
            let inputs = view.inputs(job);
            activity.list_read += if inputs.is_some() { LiveList::ENTRY_BYTES } else { 0 };
            tap * job.input.channels + inputs.map_or(entry, |live| live[entry])
        };
        Some(Word { row, group, entry, channel: taken.entry + row, parity: fold.parity })
    }

    fn after_fold(&mut self, view: &LoaderView, job: &ConvJob) -> State {
        self.index += 1;
        if self.index < self.folds.len() {
            return State::Fold;
        }
        (self.index, self.chunk) = (0, self.chunk + 1);
        if self.chunk * view.program.config.array.accumulator_depth < job.output.pixels() {
            return State::Fold;
        }
        self.tile += 1;
        State::Tile
    }

    /// Requests the filters of the tile that begins. Returns the first cycle in which they are on
    /// chip.
    fn fetch(&self, view: &LoaderView, fetcher: &mut Fetcher, activity: &mut [Activity]) -> u64 {
        let list = |list: ListId| (&view.lists[list.index()].channels[..], view.lists[list.index()].done);
        let (conv, tile, channels) = (self.job, self.tile, &self.channels[..]);
        let begins = Begins { now: view.now, conv, tile, skips: view.skips, list: &list, channels };
        fetcher.begin(view.program, &begins, activity)
    }

    /// How many times an output is stored, and the distance of the copies in banks. Only the rest
    /// of a map with copies is stored more than once.
    fn copies(&self, array: &ArrayConfig, job: &ConvJob, position: usize) -> [usize; 2] {
        let end = self.tile * array.cols + self.cols;
        let [times, rest] = copies(array, job, end, self.cols);
        if position >= end - rest { [times, rest] } else { [1, 0] }
    }

    fn fold(&self, view: &LoaderView, job: &ConvJob) -> Fold {
        let (array, banks) = (&view.program.config.array, view.program.config.banks());
        let taken = self.folds.at(self.index);
        let (start, total) = (self.chunk * array.accumulator_depth, job.output.pixels());
        let pixels = array.accumulator_depth.min(total - start);
        let (first, last) = (self.index == 0, self.index + 1 == self.folds.len());
        Fold {
            parity: self.tile % 2,
            cols: self.cols,
            taken,
            bank: taken.entry % banks,
            word: job.src.base + taken.entry / banks * job.src.plane,
            idle_rows: self.folds.idle_rows(&taken),
            start,
            pixels,
            first,
            last,
            first_of_tile: first && start == 0,
            last_of_tile: last && start + pixels == total,
            interval: if last { self.interval } else { 1 },
            place: self.place(),
        }
    }
}
