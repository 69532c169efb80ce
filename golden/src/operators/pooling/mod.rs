//! Poolings inside the network: what all poolings share. Each has a room of its own.

#[cfg(feature = "onnx")]
pub(crate) mod import;
pub(crate) mod integer;
mod room;

pub(crate) use room::{Float, Integer, Quantise, room};
