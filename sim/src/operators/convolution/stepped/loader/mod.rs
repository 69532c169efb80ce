//! The loader: it loads the column parameters of a tile, and then the filters of its folds into the
//! array's shadow weights.

mod observe;
mod registers;
mod tick;

pub use observe::LoaderState;
pub(crate) use registers::{Loader, LoaderView};
