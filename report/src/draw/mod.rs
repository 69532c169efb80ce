//! The shared parts of all plots: size, colours, font, legend, and file formats.
//!
//! ```
//! use lcsim_report::draw::{Painted, Picture, svg};
//! use plotters::coord::Shift;
//! use plotters::prelude::*;
//!
//! struct Diagonal;
//!
//! impl Picture for Diagonal {
//!     fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB> {
//!         let (width, height) = self.size();
//!         let corner = ((width * scale) as i32, (height * scale) as i32);
//!         root.draw(&PathElement::new(vec![(0, 0), corner], BLACK))
//!     }
//! }
//! assert!(svg(&Diagonal)?.contains("<polyline"));
//! # Ok::<(), anyhow::Error>(())
//! ```

mod format;
mod legend;
mod picture;
mod words;

pub use format::{Format, file, formats, png, svg};
pub use legend::{Entry, Legend, Mark};
pub use picture::{COLOURS, FONT, Painted, Picture, SIZE, colour};
pub use words::{shortened, width};
