//! Labelled images: opens the data that `--data` names, and checks it against the input of the
//! network.
//!
//! Opening finds the kind of the data and the number of images. Only the images that are asked for
//! are decoded.
//! decoded.

pub(crate) mod archive;
mod arrays;
mod cifar;
pub(crate) mod content;
mod dataset;
mod files;
mod folder;
mod idx;
mod memory;
mod names;
pub(crate) mod npy;
mod picture;
mod selection;
mod sniff;
mod source;

pub use dataset::{Count, Dataset, Expected, Image};
pub use selection::Images;
pub use source::ClassOrder;
