//! A fold that the loader gives to the streamer.

use crate::operators::convolution::folds::Taken;

/// The position of a fold in its convolution. Each number counts from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The tile. Its output channels are at most the columns of the array.
    pub tile: usize,
    /// The chunk of the tile. Its output pixels are at most the entries of an accumulator memory.
    pub chunk: usize,
    /// The fold over the chunk. Its taps and input channels are at most the rows of the array.
    pub fold: usize,
}

/// One pass of the pixels of a chunk through one set of weights.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fold {
    pub parity: usize,
    pub cols: usize,
    /// The entries and taps that the rows take.
    pub taken: Taken,
    pub bank: usize,
    pub word: usize,
    /// Rows above the tile's own rows, whose entries the tile does not read.
    pub idle_rows: usize,
    /// The first output pixel of the chunk, and the number of pixels.
    pub start: usize,
    pub pixels: usize,
    pub first: bool,
    pub last: bool,
    pub first_of_tile: bool,
    pub last_of_tile: bool,
    /// The cycles that a pixel takes in the last fold.
    pub interval: usize,
    /// The position, for observers.
    pub place: Place,
}
