//! How a layer is laid over the array: its folds, and in closed form what SCALE-Sim 3.0.0 counts of
//! them.

use super::config::{Dataflow, ScaleConfig};
use super::shape::Shape;
use std::ops::Range;

/// A layer on an array. With P output pixels, K weights a filter and M filters:
///
/// | dataflow | `sr` (over the rows) | `sc` (over the columns) | `t` (over time) | cycles of a fold |
/// |---|---|---|---|---|
/// | os | P | M | K | R + C + T - 2 |
/// | ws | K | M | P | 2R + C + T - 2 |
/// | is | K | P | M | 2R + C + T - 2 |
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// The operand that stays in the array.
    pub dataflow: Dataflow,
    /// Rows of the array.
    pub rows: usize,
    /// Columns of the array.
    pub cols: usize,
    /// The dimension spread over the rows, in all folds.
    pub sr: usize,
    /// The dimension spread over the columns, in all folds.
    pub sc: usize,
    /// The dimension that follows in time, in each fold.
    pub t: usize,
}

/// A part of a layer that is in the array at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Which of [`Mapping::sr`] the rows have.
    pub rows: Range<usize>,
    /// Which of [`Mapping::sc`] the columns have.
    pub cols: Range<usize>,
}

/// Accesses to the memories beside the array, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SramCounts {
    /// Inputs read; those that a window has beyond the edge are counted.
    pub ifmap: u64,
    /// Weights read.
    pub filter: u64,
    /// Outputs and partial sums written. For `os` SCALE-Sim 3.0.0 adds R + C to each fold.
    pub ofmap: u64,
}

impl Mapping {
    /// A layer on an array.
    pub fn new(config: &ScaleConfig, shape: &Shape) -> Self {
        let (p, k, m) = (shape.pixels(), shape.window(), shape.filters);
        let (sr, sc, t) = match config.dataflow {
            Dataflow::OutputStationary => (p, m, k),
            Dataflow::WeightStationary => (k, m, p),
            Dataflow::InputStationary => (k, p, m),
        };
        Self { dataflow: config.dataflow, rows: config.rows, cols: config.cols, sr, sc, t }
    }

    /// Folds over rows and over columns.
    pub fn fold_counts(&self) -> (usize, usize) {
        (self.sr.div_ceil(self.rows), self.sc.div_ceil(self.cols))
    }

    /// The folds in their order: those over the rows first.
    pub fn folds(&self) -> impl Iterator<Item = Fold> + use<> {
        let mapping = *self;
        let (row_folds, col_folds) = self.fold_counts();
        let part = |i: usize, size: usize, all: usize| i * size..((i + 1) * size).min(all);
        (0..col_folds).flat_map(move |c| {
            (0..row_folds)
                .map(move |r| Fold { rows: part(r, mapping.rows, mapping.sr), cols: part(c, mapping.cols, mapping.sc) })
        })
    }

    /// Cycles of a fold, each as long as every other.
    pub fn fold_cycles(&self) -> u64 {
        let loading = if self.dataflow == Dataflow::OutputStationary { 0 } else { self.rows };
        (loading + self.rows + self.cols + self.t - 2) as u64
    }

    /// Cycles of all folds without stalls; nothing if they are too many to count.
    pub fn cycles(&self) -> Option<u64> {
        let (row_folds, col_folds) = self.fold_counts();
        (row_folds as u64).checked_mul(col_folds as u64)?.checked_mul(self.fold_cycles())
    }

    /// Products of the layer; nothing if they are too many to count.
    pub fn macs(&self) -> Option<u64> {
        (self.sr as u64).checked_mul(self.sc as u64)?.checked_mul(self.t as u64)
    }

    /// Accesses to the memories beside the array.
    pub fn sram(&self) -> SramCounts {
        let [sr, sc, t] = [self.sr, self.sc, self.t].map(|n| n as u64);
        let (row_folds, col_folds) = self.fold_counts();
        let (row_folds, col_folds) = (row_folds as u64, col_folds as u64);
        let (over_rows, partial) = (col_folds * sr * t, row_folds * sc * t);
        match self.dataflow {
            Dataflow::OutputStationary => {
                let extra = row_folds * col_folds * (self.rows + self.cols) as u64;
                SramCounts { ifmap: over_rows, filter: partial, ofmap: sr * sc + extra }
            }
            Dataflow::WeightStationary => SramCounts { ifmap: over_rows, filter: sr * sc, ofmap: partial },
            Dataflow::InputStationary => SramCounts { ifmap: sr * sc, filter: over_rows, ofmap: partial },
        }
    }

    /// Shares, from 0 to 1, of the PEs that have work, and of the PE cycles that are a product;
    /// each a mean over the folds.
    ///
    /// They are summed fold by fold as Python's `sum` did before version 3.12, so that the last
    /// digit is the same. For `ws` and `is` SCALE-Sim 3.0.0 takes C - 1 cycles more for a fold than
    /// it has.
    pub fn utilization(&self) -> (f64, f64) {
        let pes = (self.rows * self.cols) as f64;
        let skew = if self.dataflow == Dataflow::OutputStationary { 0 } else { self.cols as u64 - 1 };
        let cycles = pes * (self.fold_cycles() + skew) as f64;
        let (mut mapped, mut computing, mut folds) = (0.0, 0.0, 0.0);
        for fold in self.folds() {
            let used = fold.rows.len() * fold.cols.len();
            mapped += used as f64 / pes;
            computing += (used * self.t) as f64 / cycles;
            folds += 1.0;
        }
        (mapped / folds, computing / folds)
    }
}
