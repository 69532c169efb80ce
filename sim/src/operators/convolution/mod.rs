//! Convolution on the array: loader, streamer, rows of PEs, columns.

mod counts;
mod fast;
mod folds;
mod stepped;
mod turns;

pub(crate) use fast::{Filters, Input, Lanes, Requantizer, Scratch, TileBuffers, VECTOR, Way};
pub(crate) use folds::move_copies;
pub(crate) use stepped::{Array, Columns, Loader, LoaderView, SlotHistory, Streamer};
pub use stepped::{LoaderState, Place};
