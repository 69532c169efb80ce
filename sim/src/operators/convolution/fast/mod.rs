//! Convolutions in the `fast` engine: values for a whole layer, cycles tile by tile.

#[cfg(target_arch = "x86_64")]
mod direct;
mod filters;
mod input;
mod pass;
mod product;
mod requantize;
mod run;
#[cfg(test)]
mod tests;
mod tiles;
mod values;

pub(crate) use filters::{Filters, Scratch, Way};
pub(crate) use input::{Input, Lanes, VECTOR};
pub(crate) use pass::Buffers as TileBuffers;
pub(crate) use requantize::Requantizer;
