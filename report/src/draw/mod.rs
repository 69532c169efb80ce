//! What all plots share: size, colours, font, legend, and the file formats.

mod format;
mod legend;
mod picture;
mod words;

pub use format::{Format, file, formats, png, svg};
pub use legend::{Entry, Legend, Mark};
pub use picture::{COLOURS, FONT, Painted, Picture, SIZE, colour};
pub use words::{shortened, width};
