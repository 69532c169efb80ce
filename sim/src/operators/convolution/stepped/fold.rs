//! A fold, as the loader hands it to the streamer.

use crate::operators::convolution::folds::Taken;

/// Where a fold stands in its convolution; each counts from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Tile: as many output channels as the array has columns.
    pub tile: usize,
    /// Chunk of the tile: as many output pixels as the accumulators hold.
    pub chunk: usize,
    /// Fold over the chunk: taps and input channels, as many as the array has rows.
    pub fold: usize,
}

/// One pass of the pixels of a chunk through one set of weights.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fold {
    pub parity: usize,
    pub cols: usize,
    /// What the rows take.
    pub taken: Taken,
    pub bank: usize,
    pub word: usize,
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
