//! The folds of a tile: which entries of the input map and which taps the rows of the array take.
//!
//! Rows take the entries tap by tap, as many as there are rows. Where a map has copies of the rest
//! behind its last full group, or of all its entries, several taps of these share a fold.

use crate::operators::depthwise;
use lcsim_spec::config::ArrayConfig;
use lcsim_spec::schedule::{ConvJob, Inputs, MoveJob, Program};

/// The folds of a tile over one chunk of pixels.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Folds {
    /// Entry that the first row reads.
    first: usize,
    /// Entries that are fed tap by tap, and entries behind them whose taps share folds.
    pub alone: usize,
    pub packed: usize,
    /// Groups of rows that the entries fed tap by tap need for each tap.
    groups: usize,
    /// Taps that share a fold.
    together: usize,
    taps: usize,
    rows: usize,
    /// Rows that feed nothing, in front of a depthwise convolution's own.
    pub idle: usize,
}

/// Entries and taps that the rows take in one fold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Taken {
    /// First entry of the input map.
    pub entry: usize,
    pub rows: usize,
    /// The first tap, and how many rows each tap has.
    pub tap: usize,
    pub tap_rows: usize,
}

impl Folds {
    /// Over an input map of so many entries.
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

    /// Those of the tile whose `count` output channels begin with the one of number `channel`: a
    /// depthwise convolution reads the channels of its own numbers, in the rows where they stand.
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

    /// How many; without any input entry one is left, which brings the bias.
    pub fn len(&self) -> usize {
        let shared = if self.packed > 0 { self.taps.div_ceil(self.together) } else { 0 };
        (self.taps * self.groups + shared).max(1)
    }

    /// Entries and taps that the rows take in a fold.
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

    /// Rows in front of a fold that feed nothing.
    pub fn idle_rows(&self, taken: &Taken) -> usize {
        (self.first + self.idle).saturating_sub(taken.entry)
    }

    /// Folds after which the numbers of rows repeat, and how many folds from the first on do so.
    pub fn period(&self) -> [usize; 2] {
        let period = if self.alone.is_multiple_of(self.rows) { 1 } else { self.groups };
        [period, self.taps * self.groups]
    }
}

/// Entries behind a map's last full group of `rows`, if taps of theirs can share folds: the rest is
/// no more than half of the rows and no full tile, the rows are a power of two, and rows and
/// columns divide each other.
fn rest(array: &ArrayConfig, entries: usize) -> usize {
    let (rows, cols) = (array.rows, array.cols);
    let rest = entries % rows;
    let aligned = rows.is_power_of_two() && (rows.is_multiple_of(cols) || cols.is_multiple_of(rows));
    if aligned && rest <= rows / 2 && rest < cols { rest } else { 0 }
}

/// How often the rest of a tile of `cols` columns that ends with entry `end` is stored, and how
/// many entries that are; a full tile has none.
pub(crate) fn copies(array: &ArrayConfig, job: &ConvJob, end: usize, cols: usize) -> [usize; 2] {
    let rest = if job.dst_copies && cols < array.cols { rest(array, end) } else { 0 };
    array.rows.checked_div(rest).map_or([1, 0], |times| [times, rest])
}

/// Times the last entries of a map that is moved stand on chip, and how many these are.
pub(crate) fn move_copies(program: &Program, job: &MoveJob, entries: usize) -> [usize; 2] {
    let times = program.off_chip[job.map.index()].times;
    let array = &program.config.array;
    match if job.copies { rest(array, entries) } else { 0 } {
        _ if times > 1 => [times, entries],
        0 => [1, 0],
        rest => [array.rows / rest, rest],
    }
}
