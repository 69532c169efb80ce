//! Measures what the gates of one network do, image by image. `lcsim plot` draws these figures.
//!
//! ```
//! use lcsim_explore::study::{Setting, Study};
//! use lcsim_input::Image;
//! use lcsim_spec::progress::Silent;
//! # use lcsim_spec::Layer;
//! # use lcsim_tests::tiny;
//! # let stem = tiny::conv("stem", tiny::shape(1, 4, 4), 2, 3);
//! # let block = tiny::block(stem.output, 2, 3, Some(false), [&[], &[]]);
//! # let net = tiny::network(stem, vec![Layer::Block(block)], 3);
//! # let config = tiny::array(2, 2, 1);
//!
//! let images = [Image { pixels: vec![128; 16], label: 0 }]; // of a network whose L-Net gives 0
//! let (data, classes) = ("mine".to_owned(), ["a", "b", "c"].map(str::to_owned).to_vec());
//! let setting = Setting { net: &net, config: &config, data, first: 0, images: &images, classes };
//! let study = Study::measure(&setting, &Silent)?;
//! assert_eq!((study.blocks[0].lnet.as_str(), study.blocks[0].skip_rate), ("lnet", 1.0));
//! assert!(study.images[0].cycles < study.cycles_ungated);
//! # Ok::<(), anyhow::Error>(())
//! ```

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
