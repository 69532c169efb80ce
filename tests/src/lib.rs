//! What tests of several crates share.

pub mod bench;
pub mod cosim;
pub mod onnx_builder;
pub mod proofs;
pub mod random;
pub mod tiny;
pub mod tools;
pub mod units;
