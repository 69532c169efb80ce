//! The units that are written in rust-hdl's language. rust-hdl simulates them, and the printer
//! (`crate::print`) writes them as Verilog.

mod array;
mod cast;
mod gate;
mod image;
mod pe;
mod ports;
mod register;
mod row;
mod streamer;
mod witness;
mod word;

pub(crate) use register::REGISTER;
pub use witness::Witness;

use crate::sizes::Sizes;
use crate::unit::Unit;
use array::Array;
use gate::Gate;
use image::ImagePort;
use pe::Pe;
use row::Row;
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
pub(crate) fn pe(s: &Sizes) -> Unit {
    with_sums!(s, |SUM| Unit::block("pe", &Pe::<SUM>::default()))
}

/// Makes the array.
pub(crate) fn array(s: &Sizes) -> Unit {
    with_sums!(s, |SUM| Unit::block("array", &Array::<SUM>::new(s.rows, s.cols)))
}

/// Makes the gate unit.
pub(crate) fn gate(s: &Sizes) -> Unit {
    Unit::block("gate", &Gate::new(s))
}

/// Makes a row.
pub(crate) fn row(s: &Sizes) -> Unit {
    Unit::block("row", &Row::new(s))
}

/// Makes the streamer.
pub(crate) fn streamer(s: &Sizes) -> Unit {
    Unit::block("streamer", &Streamer::new(s))
}

/// Makes the image port.
pub(crate) fn image(s: &Sizes) -> Unit {
    Unit::block("image", &ImagePort::new(s))
}
