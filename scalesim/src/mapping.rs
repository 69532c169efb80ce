//! Maps a layer onto the array: its folds, and SCALE-Sim 3.0.0's counts of them as closed formulas.
//!
//! ```
//! use lcsim_scalesim::mapping::Mapping;
//! use lcsim_scalesim::shape::Shape;
//! use lcsim_scalesim::{Dataflow, ScaleConfig};
//!
//! let dataflow = Dataflow::WeightStationary;
//! let config = ScaleConfig { rows: 4, cols: 4, ifmap_words: 1024, filter_words: 1024, ofmap_words: 1024, dataflow };
//! // 16 x 8 times 8 x 4: 2 folds, of 4 of the 8 rows of the second matrix each.
//! let shape = Shape { height: 16, width: 8, filter_height: 1, filter_width: 8, channels: 1, filters: 4, stride: 1 };
//! let mapping = Mapping::new(&config, &shape);
//! assert_eq!(mapping.fold_counts(), (2, 1));
//! assert_eq!(mapping.cycles(), Some(2 * (2 * 4 + 4 + 16 - 2)));
//! ```

use super::config::{Dataflow, ScaleConfig};
use super::shape::Shape;
use std::ops::Range;

/// A layer on an array. The layer has P output pixels, M filters, and K weights in each filter:
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
    /// The size of the dimension over the rows, in all folds together.
    pub sr: usize,
    /// The size of the dimension over the columns, in all folds together.
    pub sc: usize,
    /// The size of the dimension over time, in each fold.
    pub t: usize,
}

/// The part of a layer that is in the array at one time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// The part of [`Mapping::sr`] in the rows.
    pub rows: Range<usize>,
    /// The part of [`Mapping::sc`] in the columns.
    pub cols: Range<usize>,
}

/// Accesses to the memories beside the array, in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SramCounts {
    /// Inputs that are read. Inputs of a window beyond the edge count too.
    pub ifmap: u64,
    /// Weights that are read.
    pub filter: u64,
    /// Outputs and partial sums that are written. For `os`, SCALE-Sim 3.0.0 adds R + C to each
    /// fold.
    pub ofmap: u64,
}

impl Mapping {
    /// Maps a layer onto an array.
    pub fn new(config: &ScaleConfig, shape: &Shape) -> Self {
        let (p, k, m) = (shape.pixels(), shape.window(), shape.filters);
        let (sr, sc, t) = match config.dataflow {
            Dataflow::OutputStationary => (p, m, k),
            Dataflow::WeightStationary => (k, m, p),
            Dataflow::InputStationary => (k, p, m),
        };
        Self { dataflow: config.dataflow, rows: config.rows, cols: config.cols, sr, sc, t }
    }

    /// The number of folds over the rows, and over the columns.
    pub fn fold_counts(&self) -> (usize, usize) {
        (self.sr.div_ceil(self.rows), self.sc.div_ceil(self.cols))
    }

    /// The folds in their order. The part in the rows changes first.
    pub fn folds(&self) -> impl Iterator<Item = Fold> + use<> {
        let mapping = *self;
        let (row_folds, col_folds) = self.fold_counts();
        let part = |i: usize, size: usize, all: usize| i * size..((i + 1) * size).min(all);
        (0..col_folds).flat_map(move |c| {
            (0..row_folds)
                .map(move |r| Fold { rows: part(r, mapping.rows, mapping.sr), cols: part(c, mapping.cols, mapping.sc) })
        })
    }

    /// The cycles of a fold. All folds take the same number.
    pub fn fold_cycles(&self) -> u64 {
        let loading = if self.dataflow == Dataflow::OutputStationary { 0 } else { self.rows };
        (loading + self.rows + self.cols + self.t - 2) as u64
    }

    /// The cycles of all folds without stalls. `None` if the number is too large.
    pub fn cycles(&self) -> Option<u64> {
        let (row_folds, col_folds) = self.fold_counts();
        (row_folds as u64).checked_mul(col_folds as u64)?.checked_mul(self.fold_cycles())
    }

    /// The multiplications of the layer. `None` if the number is too large.
    pub fn macs(&self) -> Option<u64> {
        (self.sr as u64).checked_mul(self.sc as u64)?.checked_mul(self.t as u64)
    }

    /// The accesses to the memories beside the array.
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

    /// Two shares from 0 to 1, each as a mean over the folds: the PEs that have work, and the PE
    /// cycles that compute a product.
    ///
    /// They are added fold by fold as Python's `sum` did before version 3.12, so that the last
    /// digit is equal. For `ws` and `is`, SCALE-Sim 3.0.0 counts C - 1 cycles more for a fold than
    /// it takes.
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
