//! The units that are written in rust-hdl's language. rust-hdl simulates them, and the printer
//! (`crate::print`) writes them as Verilog.

mod array;

mod core;
mod gate;
mod image;
mod pe;

mod row;
mod rows;
mod streamer;
mod witness;

pub use witness::Witness;

use crate::signal::documented::Documents;
use crate::sizes::Sizes;
use array::{Array, PeRow};
use core::Core;
use gate::Gate;
use image::ImagePort;
use pe::Pe;
use row::Row;
use rows::Rows;
use rust_hdl_core::prelude::Block;
use streamer::Streamer;

/// Makes a block whose sums have the width that the rows of an array need. rust-hdl has widths in
/// types, so each width that 1 to 256 rows can need is a type of its own.
macro_rules! with_sums {
    ($sizes:expr, |$width:ident| $block:expr) => {
        with_sums!($sizes, $width, $block, 17 18 19 20 21 22 23 24)
    };
    ($sizes:expr, $width:ident, $block:expr, $($bits:literal)*) => {
        match $sizes.sum() {
            $($bits => { const $width: usize = $bits; $block })*
            bits => unreachable!("{} rows need sums of {bits} bits", $sizes.rows),
        }
    };
}

use with_sums;

/// Makes a processing element.
pub(crate) fn pe(s: &Sizes) -> Box<dyn Block> {
    with_sums!(s, |SUM| Box::new(Pe::<SUM>::default()))
}

/// Makes the array.
pub(crate) fn array(s: &Sizes) -> Box<dyn Block> {
    with_sums!(s, |SUM| Box::new(Array::<SUM>::new(s.rows, s.cols)))
}

/// Makes the gate unit.
pub(crate) fn gate(s: &Sizes) -> Box<dyn Block> {
    Box::new(Gate::new(s))
}

/// Makes a row.
pub(crate) fn row(s: &Sizes) -> Box<dyn Block> {
    Box::new(Row::new(s))
}

/// Makes the streamer.
pub(crate) fn streamer(s: &Sizes) -> Box<dyn Block> {
    Box::new(Streamer::new(s))
}

/// Makes the image port.
pub(crate) fn image(s: &Sizes) -> Box<dyn Block> {
    Box::new(ImagePort::new(s))
}

/// Makes the core. With `content`, each memory loads this number of words from the file of its
/// name.
pub(crate) fn core(s: &Sizes, content: Option<&[usize]>) -> Box<dyn Block> {
    with_sums!(s, |SUM| Box::new(Core::<SUM>::new(s, content)))
}

/// The documentation of the ports of the block `name`.
pub(crate) fn documents(name: &str) -> Documents {
    match name {
        "pe" => Pe::<17>::DOCUMENTS,
        "pe_row" => PeRow::<17>::DOCUMENTS,
        "array" => Array::<17>::DOCUMENTS,
        "core" => Core::<17>::DOCUMENTS,
        "row" => Row::DOCUMENTS,
        "rows" => Rows::DOCUMENTS,
        "streamer" => Streamer::DOCUMENTS,
        "image" => ImagePort::DOCUMENTS,
        _ => gate::documents(name),
    }
}
