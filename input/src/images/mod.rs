//! Labelled images: what `--data` names, opened and checked against what the network reads.
//!
//! Opening finds out what the data is and how many images there are; only the images asked for are
//! decoded.

mod arrays;
mod cifar;
mod content;
mod dataset;
mod files;
mod folder;
mod idx;
mod memory;
mod names;
mod npy;
mod picture;
mod selection;
mod sniff;
mod source;

pub use dataset::{Count, Dataset, Expected, Image};
pub use selection::Images;
pub use source::ClassOrder;
