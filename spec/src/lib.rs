//! The shared vocabulary of lcsim: the accelerator's configuration, the quantised network, number
//! formats, the program that the accelerator runs, and the report.
//!
//! `golden`, `sim` and `hdl` depend on this crate and not on each other. Each implements the
//! arithmetic by itself, so a bug in one of them shows as a difference between two.

pub mod arrays;
pub mod config;
pub mod escape;
pub mod file;
pub mod given;
pub mod naming;
pub mod network;
pub mod number;
pub mod operators;
pub mod progress;
pub mod report;
pub mod require;
pub mod schedule;
mod shape;
pub mod structure;
pub mod timing;
mod trace;
mod validate;
pub mod work;

pub use config::{AcceleratorConfig, ConfigError};
pub use network::{Block, GatedConv, Layer, QuantNetwork};
pub use number::Score;
pub use operators::convolution::Conv;
pub use operators::gate::{Decision, Fc, Gate, Head};
pub use operators::image::InputSpec;
pub use operators::max_pool::MaxPool;
pub use operators::pool::{Pool, Pooling};
pub use report::Report;
pub use require::NetworkError;
pub use shape::{Shape, Windows};
pub use timing::{CYCLE_COUNTS, CYCLE_MODEL};
pub use trace::{GateDecision, Trace};
