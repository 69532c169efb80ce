//! Convolution.

pub(crate) mod float;
#[cfg(feature = "onnx")]
pub(crate) mod import;
pub(crate) mod integer;
pub(crate) mod quantise;
pub(crate) mod store;
