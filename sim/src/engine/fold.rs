//! The folds of a tile: which entries and taps the rows take, and where they stand.

use super::super::gate::LiveList;
use super::{Loader, LoaderView, Place};
use crate::counters::Activity;
use lcsim_spec::config::ArrayConfig;
use lcsim_spec::schedule::{ConvJob, Inputs};

/// One pass of the pixels of a chunk through one set of weights.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fold {
    pub parity: usize,
    pub rows: usize,
    pub cols: usize,
    /// First entry of the input map.
    pub entry: usize,
    pub bank: usize,
    pub word: usize,
    /// The first tap, and how many rows each tap has.
    pub tap: usize,
    pub tap_rows: usize,
    /// Rows in front whose entries the tile does not read.
    pub idle_rows: usize,
    /// First output pixel of the chunk, and how many.
    pub start: usize,
    pub pixels: usize,
    pub first: bool,
    pub last: bool,
    pub first_of_tile: bool,
    pub last_of_tile: bool,
    /// Cycles a pixel takes in the last fold.
    pub interval: usize,
    /// For observers.
    pub place: Place,
}

impl Loader {
    /// How often an output is stored, and how many banks apart: more than once in the rest of a map that has copies of it.
    pub(super) fn copies(&self, view: &LoaderView, job: &ConvJob, position: usize) -> [usize; 2] {
        let array = &view.program.config.array;
        let end = self.tile * array.cols + self.cols;
        let [times, rest] = copies(array, job, end, self.cols);
        if position >= end - rest { [times, rest] } else { [1, 0] }
    }

    /// Entries of the input map.
    pub(super) fn entries(view: &LoaderView, job: &ConvJob) -> usize {
        match job.inputs {
            Inputs::List(list) => view.lists[list].entries.len(),
            Inputs::Dense | Inputs::Packed(_) => job.input.channels,
        }
    }

    /// Entries of the input map whose taps share folds, and how many taps do.
    pub(super) fn packed(view: &LoaderView, job: &ConvJob) -> (usize, usize) {
        let array = &view.program.config.array;
        match (job.inputs, rest(array, Self::entries(view, job))) {
            (Inputs::Packed(taps), _) => (job.input.channels, taps),
            (_, rest) if job.src_copies && rest > 0 => (rest, array.rows / rest),
            _ => (0, 1),
        }
    }

    /// Entries of the input map that the tile reads tap by tap: first, which the first row reads, and end. A depthwise convolution reads
    /// those of its own channels.
    pub(super) fn alone(&self, view: &LoaderView, job: &ConvJob) -> (usize, usize) {
        let array = &view.program.config.array;
        if job.depthwise {
            let first = self.tile * array.cols;
            return (first - first % array.rows, first + self.cols);
        }
        (0, Self::entries(view, job) - Self::packed(view, job).0)
    }

    /// Folds over each chunk; without any input entry one is left, which brings the bias.
    pub(super) fn folds(&self, view: &LoaderView, job: &ConvJob) -> usize {
        let (packed, taps) = Self::packed(view, job);
        let (first, end) = self.alone(view, job);
        let groups = (end - first).div_ceil(view.program.config.array.rows);
        let shared = if packed > 0 { job.taps().div_ceil(taps) } else { 0 };
        (job.taps() * groups + shared).max(1)
    }

    pub(super) fn fold(&self, view: &LoaderView, job: &ConvJob) -> Fold {
        let array = &view.program.config.array;
        let banks = view.program.config.banks();
        let (packed, taps) = Self::packed(view, job);
        let (base, alone) = self.alone(view, job);
        let groups = (alone - base).div_ceil(array.rows);
        let (tap, entry, rows, tap_rows) = match self.index.checked_sub(job.taps() * groups) {
            Some(shared) if packed > 0 => {
                let tap = shared * taps;
                (tap, alone, taps.min(job.taps() - tap) * packed, packed)
            }
            _ => {
                let entry = base + self.index % groups.max(1) * array.rows;
                (self.index / groups.max(1), entry, array.rows.min(alone - entry), array.rows)
            }
        };
        let (start, total) = (self.chunk * array.accumulator_depth, job.output.pixels());
        let pixels = array.accumulator_depth.min(total - start);
        let (first, last) = (self.index == 0, self.index + 1 == self.folds(view, job));
        Fold {
            parity: self.tile % 2,
            rows,
            cols: self.cols,
            entry,
            bank: entry % banks,
            word: job.src.base + entry / banks * job.src.plane,
            tap,
            tap_rows,
            idle_rows: if job.depthwise { (self.tile * array.cols).saturating_sub(entry) } else { 0 },
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

/// Filter word of a row, counted from its group's first: `tap * inputs + input`.
pub(super) fn fold_entry(view: &LoaderView, job: &ConvJob, fold: &Fold, row: usize, activity: &mut Activity) -> usize {
    let (tap, entry) = (fold.tap + row / fold.tap_rows, fold.entry + row % fold.tap_rows);
    let channel = match job.inputs {
        Inputs::List(list) => {
            activity.list_read += LiveList::ENTRY_BYTES;
            view.lists[list].entries[entry].0
        }
        Inputs::Dense | Inputs::Packed(_) => entry,
    };
    tap * job.input.channels + channel
}

/// Entries behind a map's last full group of `rows`, if taps of theirs can share folds: the rest is no more than half of the rows and
/// no full tile, the rows are a power of two, and rows and columns divide each other.
pub(crate) fn rest(array: &ArrayConfig, entries: usize) -> usize {
    let (rows, cols) = (array.rows, array.cols);
    let rest = entries % rows;
    let aligned = rows.is_power_of_two() && (rows.is_multiple_of(cols) || cols.is_multiple_of(rows));
    if aligned && rest <= rows / 2 && rest < cols { rest } else { 0 }
}

/// How often the rest of a tile of `cols` columns that ends with entry `end` is stored, and how many entries that are; a full
/// tile has none.
pub(crate) fn copies(array: &ArrayConfig, job: &ConvJob, end: usize, cols: usize) -> [usize; 2] {
    let rest = if job.dst_copies && cols < array.cols { rest(array, end) } else { 0 };
    array.rows.checked_div(rest).map_or([1, 0], |times| [times, rest])
}
