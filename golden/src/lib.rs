//! Untimed truth: ONNX import, float reference, calibration and quantisation, integer reference.
//!
//! Knows no cycle and no accelerator.

pub mod error;
pub mod float;
pub mod kernel;
pub mod model;
pub mod onnx;

pub use error::Error;
pub use model::Network;
