//! The reference without timing: ONNX import, float reference, calibration and quantisation,
//! integer reference.
//!
//! It knows no cycle and no accelerator.

mod block;
mod check;
pub mod container;
pub mod error;
pub mod float;
mod histogram;
pub mod integer;
pub mod kernel;
pub mod model;
pub mod onnx;
mod operators;
pub mod quantize;
pub mod synthetic;

pub use error::{Error, grouped};
pub use model::Network;
