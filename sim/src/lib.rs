//! Cycle-accurate simulator of the gated systolic-array accelerator that docs/microarchitecture.md
//! describes.
//!
//! `schedule -> engine -> counters -> energy -> report`. The engine `stepped` defines values and
//! cycles; the engine `fast` computes the same ones.

mod arithmetic;
mod costs;
mod counters;
mod dram;
mod energy;
mod engine;
mod error;
mod fast;
mod operators;
mod outcome;
pub mod report;
mod simulator;

pub use costs::{Costs, LayerCosts};
pub use counters::{Activity, CycleCounters, LayerCount, Spent};
pub use energy::{ENERGY_TABLES, EnergyTable};
pub use engine::{ControllerState, Cycle};
pub use error::Error;
pub use operators::convolution::{LoaderState, Place};
pub use outcome::{Image, Mode, Outcome, Probe};
pub use simulator::{Engine, Simulator};
