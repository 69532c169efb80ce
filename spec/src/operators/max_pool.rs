//! Max pooling: the maximum of each window, channel by channel. What lies outside the map does not
//! take part.
//!
//! Values are compared as they are stored, before their ReLU, so that the output has the ReLU and
//! the scale of its input.

use super::pooling::Pools;
use crate::report::LayerKind;

/// Max pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxPool;

impl Pools for MaxPool {
    fn name(&self) -> &'static str {
        "max pooling"
    }

    fn kind(&self) -> LayerKind {
        LayerKind::MaxPool
    }

    fn relu(&self, of_input: bool) -> bool {
        of_input
    }
}
