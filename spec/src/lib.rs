//! The shared vocabulary of lcsim: what an accelerator is, what a quantised network is, in which
//! number formats they compute, and what a report says.
//!
//! `golden`, `sim` and `hdl` depend on this crate and not on each other: each implements the
//! arithmetic and the timing on its own, so that their agreement means something.

pub mod config;
pub mod escape;
pub mod file;
pub mod network;
pub mod number;
pub mod progress;
pub mod report;
pub mod schedule;
pub mod structure;
pub mod timing;
pub mod trace;
mod validate;
pub mod work;

pub use config::{AcceleratorConfig, ConfigError};
pub use network::{Block, Conv, Fc, GatedConv, InputSpec, Layer, MaxPool, QuantNetwork, Shape};
pub use number::Score;
pub use report::Report;
pub use timing::{CYCLE_COUNTS, CYCLE_MODEL};
pub use trace::{GateDecision, Trace};
