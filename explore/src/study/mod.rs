//! What the gates of one network do, image by image: the figures behind `lcsim plot`.

mod blocks;
mod channels;
mod cycles;
mod extremes;
mod measure;
#[cfg(test)]
mod tests;

pub use blocks::Blocks;
pub use channels::Channels;
pub use cycles::Cycles;
pub use extremes::{Extremes, SHOWN};
pub use measure::{Block, Layer, Record, Setting, Study};
