//! The folds of a tile: the entries of the input map, and the kernel taps, that the rows of the
//! array take in each fold.
//!
//! For each tap, the rows take the entries in groups of `rows`. If a map has copies of its rest, or
//! of all its entries, several taps of these entries share a fold.

use crate::operators::depthwise;
use lcsim_spec::config::ArrayConfig;
use lcsim_spec::schedule::{ConvJob, Inputs, MoveJob, Program};

/// The folds of a tile over one chunk.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Folds {
    /// The entry that the first row reads.
    first: usize,
    /// The number of entries whose taps have folds of their own, and the number of entries after
    /// them whose taps share folds.
    pub alone: usize,
    pub packed: usize,
    /// For one tap: the number of folds that the entries with their own folds need.
    groups: usize,
    /// The number of taps that share a fold.
    together: usize,
    taps: usize,
    rows: usize,
    /// Rows above the tile's own rows that feed nothing. Only depthwise convolutions have some.
    pub idle: usize,
}

/// The entries and taps that the rows take in one fold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// The first entry of the input map.
    pub entry: usize,
    pub rows: usize,
    /// The first tap, and the number of rows for each tap.
    pub tap: usize,
    pub tap_rows: usize,
}

impl Folds {
    /// The folds over an input map of `entries` entries.
    pub fn new(array: &ArrayConfig, job: &ConvJob, entries: usize) -> Self {
        let (taps, rows) = (job.taps(), array.rows);
        let (packed, together) = match (job.inputs, rest(array, entries)) {
            (Inputs::Packed(taps), _) => (entries, taps),
            (_, rest) if job.src_copies && rest > 0 => (rest, rows / rest),
            _ => (0, 1),
        };
        let alone = entries - packed;
        Self { first: 0, alone, packed, groups: alone.div_ceil(rows), together, taps, rows, idle: 0 }
    }

    /// The folds of the tile whose `count` output channels begin with `channel`. A depthwise
    /// convolution reads only the input channels of the same numbers, in the rows where they are.
    #[inline]
    pub fn of_tile(self, job: &ConvJob, [channel, count]: [usize; 2]) -> Self {
        if !job.depthwise {
            return self;
        }
        let idle = depthwise::idle_rows(channel, self.rows);
        let alone = idle + count;
        let groups = alone.div_ceil(self.rows);
        Self { first: channel - idle, alone, packed: 0, groups, together: 1, idle, ..self }
    }

    /// The number of folds. Without input entries there is still one, which adds the bias.
    pub fn len(&self) -> usize {
        let shared = if self.packed > 0 { self.taps.div_ceil(self.together) } else { 0 };
        (self.taps * self.groups + shared).max(1)
    }

    /// The entries and taps of a fold.
    #[inline]
    pub fn at(&self, fold: usize) -> Taken {
        let groups = self.groups.max(1);
        match fold.checked_sub(self.taps * self.groups) {
            Some(shared) if self.packed > 0 => {
                let tap = shared * self.together;
                let rows = self.together.min(self.taps - tap) * self.packed;
                Taken { entry: self.first + self.alone, rows, tap, tap_rows: self.packed }
            }
            _ => {
                let before = fold % groups * self.rows;
                let rows = self.rows.min(self.alone - before);
                Taken { entry: self.first + before, rows, tap: fold / groups, tap_rows: self.rows }
            }
        }
    }

    /// The number of rows above a fold's own rows that feed nothing.
    pub fn idle_rows(&self, taken: &Taken) -> usize {
        (self.first + self.idle).saturating_sub(taken.entry)
    }

    /// After how many folds the numbers of rows repeat, and for how many folds from the first on.
    pub fn period(&self) -> [usize; 2] {
        let period = if self.alone.is_multiple_of(self.rows) { 1 } else { self.groups };
        [period, self.taps * self.groups]
    }
}

/// The number of entries after a map's last full group of `rows`, if their taps can share folds.
/// They can if three conditions hold: the rest is at most half of the rows and not a full tile, the
/// number of rows is a power of two, and rows and columns divide each other.
fn rest(array: &ArrayConfig, entries: usize) -> usize {
    let (rows, cols) = (array.rows, array.cols);
    let rest = entries % rows;
    let aligned = rows.is_power_of_two() && (rows.is_multiple_of(cols) || cols.is_multiple_of(rows));
    if aligned && rest <= rows / 2 && rest < cols { rest } else { 0 }
}

/// How many times the rest is stored, and how many entries it has, for a tile of `cols` columns
/// that ends with entry `end`. A full tile has no rest.
pub(crate) fn copies(array: &ArrayConfig, job: &ConvJob, end: usize, cols: usize) -> [usize; 2] {
    let rest = if job.dst_copies && cols < array.cols { rest(array, end) } else { 0 };
    array.rows.checked_div(rest).map_or([1, 0], |times| [times, rest])
}

/// How many times the last entries of a map that is moved are stored on chip, and how many entries
/// these are.
pub(crate) fn move_copies(program: &Program, job: &MoveJob, entries: usize) -> [usize; 2] {
    let times = program.off_chip[job.map.index()].times;
    let array = &program.config.array;
    match if job.copies { rest(array, entries) } else { 0 } {
        _ if times > 1 => [times, entries],
        0 => [1, 0],
        rest => [array.rows / rest, rest],
    }
}
