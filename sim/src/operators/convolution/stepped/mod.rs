//! The units of a convolution, register by register.

mod array;
mod columns;
mod fold;
mod loader;
mod slot;
mod streamer;
mod tick;

pub(crate) use array::Array;
pub(crate) use columns::Columns;
pub use fold::Place;
pub use loader::LoaderState;
pub(crate) use loader::{Loader, LoaderView};
pub(crate) use slot::SlotHistory;
pub(crate) use streamer::Streamer;
