//! Builds ONNX files for tests: small random LC-ResNets, written in the different ways that
//! exporters use.

mod builder;
mod mobile;
mod parts;

pub use builder::{Builder, ClampForm, FcForm, Spec, Style, build, network};
pub use mobile::mobile;
pub use parts::{Rng, float, int, ints, model, node, tensor, text, value, whole};
