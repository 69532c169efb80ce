//! Reads the inputs of lcsim from files, or takes the embedded ones: labelled images, models,
//! accelerators and energy tables.
//!
//! ```
//! use lcsim_input::{Count, Dataset, Expected, Images};
//! use lcsim_spec::Shape;
//!
//! let shape = Shape { channels: 1, height: 2, width: 2 };
//! let data = Dataset::from_arrays("mine", shape, vec![0, 1, 2, 3, 4, 5, 6, 7], vec![3, 9])?;
//! let second = Images::select(data, 1, Count::Exactly(1))?;
//! let images = second.read(&Expected { shape, classes: 10 })?;
//! assert_eq!((images[0].pixels.as_slice(), images[0].label), ([4, 5, 6, 7].as_slice(), 9));
//! assert!(second.read(&Expected { shape, classes: 9 }).is_err(), "label 9 is no class");
//! # Ok::<(), anyhow::Error>(())
//! ```
//!
//! Nothing here prints or knows a command. Notes for the user go to a [`Remark`], and long work
//! reports to a [`Progress`](lcsim_spec::progress::Progress).

pub mod calibration;
mod decisions;
pub mod embedded;
mod images;
pub mod load;
mod remark;

pub use decisions::{Decisions, DecisionsFile};
pub use images::{ClassOrder, Count, Dataset, Expected, Image, Images};
pub use remark::Remark;
