//! SCALE-Sim 3.0.0's inputs, its reports to the last digit, and its layers on our own accelerator
//! ([`ours`]): `lcsim topology`.
//!
//! A topology is a list of layers, each of which is cut into folds that fit the array and run one
//! after the other. Cycles, utilisation and SRAM counts are closed formulas of the folds
//! ([`mapping`]). What moves between memories and DRAM is not: it depends on the order of the
//! addresses, which [`run`] follows without making SCALE-Sim's matrices.

mod buffers;
mod columns;
mod config;
mod demand;
mod ini;
pub mod layers;
pub mod mapping;
pub mod memory;
pub mod ours;
mod parts;
pub mod reports;
pub mod run;
pub mod shape;
#[cfg(test)]
mod tests;

pub use buffers::{Accesses, TooSmall};
pub use config::{Dataflow, ScaleConfig, Use};
