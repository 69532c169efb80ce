//! What tests of several crates share.

pub mod cosim;
pub mod onnx_builder;
pub mod random;
pub mod tiny;
