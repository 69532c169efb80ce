//! What a host sees of a core: registers and memories, and their addresses.
//!
//! [`registers`] and [`regions`] are the two tables. The Verilog that decodes addresses, README,
//! C header, testbenches and documents are all made from them.

mod decode;
mod header;
mod markdown;
mod regions;
mod register;
mod registers;

pub(crate) use decode::module;
pub use header::header;
pub use markdown::register_tables;
pub(crate) use markdown::{regions_table, registers_table};
pub(crate) use regions::{IMAGE, LOGITS, MOST_BYTES, Region, address_bits, regions};
pub(crate) use registers::{named, registers};
