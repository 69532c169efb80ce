//! Reproduces SCALE-Sim 3.0.0: reads its inputs, and writes its reports to the last digit. Also
//! runs its layers on our own accelerator ([`ours`]). `lcsim topology` uses this crate.
//!
//! A topology is a list of layers. Each layer is cut into folds that fit the array and run one
//! after the other. Cycles, utilisation and SRAM counts are closed formulas of the folds
//! ([`mapping`]). Transfers between memories and DRAM have no such formula, because they depend on
//! the order of the addresses. [`run`] follows this order without building SCALE-Sim's matrices.

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
