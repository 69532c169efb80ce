//! Moves of rows of maps between the memories and the DRAM.

mod counts;
mod fast;
mod stepped;
mod unit;

pub(crate) use unit::Mover;
