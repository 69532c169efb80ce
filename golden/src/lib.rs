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
pub mod import;
pub mod integer;
pub mod kernel;
pub mod model;
#[cfg(feature = "onnx")]
pub mod onnx;
mod operators;
pub mod quantize;
pub mod synthetic;

pub use error::{Error, grouped};
pub use model::Network;
