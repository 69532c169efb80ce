//! Max pooling: the maximum of each window, channel by channel. Positions outside the map are
//! ignored.
//!
//! The unit compares values before their ReLU, as they are stored. Its output therefore has the
//! scale of its input, and readers apply the same ReLU.
//!
//! ```
//! use lcsim_spec::operators::pooling::Pools;
//! use lcsim_spec::{MaxPool, Pooling};
//!
//! let pooling = Pooling::Max(MaxPool);
//! assert!(pooling.room().relu(true), "the ReLU of the input still has to be applied");
//! assert!(!pooling.room().relu(false));
//! ```

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
