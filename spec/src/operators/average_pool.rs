//! Average pooling: the mean of each window, channel by channel. It takes the values as readers of
//! the map see them, after the map's ReLU.
//!
//! The unit multiplies the sum S of a window by a reciprocal of 16 bits, so that it needs no
//! divider. For a divisor n, the reciprocal is `R = round(2^A / n)` with `A = 15 + ceil(log2 n)`.
//! The mean is `(S * R + 2^(A-1)) >> A`. It has the scale of the input map, and fits into 8 bits.
//!
//! ```
//! use lcsim_spec::operators::average_pool::AveragePool;
//! use lcsim_spec::operators::pooling::Pools;
//!
//! let pooling = AveragePool { counts_padding: false, relu: false };
//! assert!(!pooling.relu(true), "the ReLU of the input is already applied");
//! ```

use super::pooling::Pools;
use crate::report::LayerKind;
use crate::require::{NetworkError, within};
use crate::shape::Windows;

/// Fraction bits of the reciprocal of 1. The reciprocal of n has `ceil(log2 n)` more.
pub const RECIPROCAL_FRAC: u32 = 15;
/// The largest number of pixels of a window. Its sum then has 24 bits.
pub const PIXELS_MAX: usize = 1 << 16;

/// Average pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AveragePool {
    /// Whether the divisor is the number of all pixels of a window (ONNX: `count_include_pad`).
    /// Otherwise it is the number of those in the map.
    pub counts_padding: bool,
    /// Whether readers of the output apply ReLU to it.
    pub relu: bool,
}

impl Pools for AveragePool {
    fn name(&self) -> &'static str {
        "average pooling"
    }

    fn kind(&self) -> LayerKind {
        LayerKind::AveragePool
    }

    fn check(&self, item: &str, windows: &Windows) -> Result<(), NetworkError> {
        within(item, "pixels of a window", 1..=PIXELS_MAX, &[windows.taps()])
    }

    fn relu(&self, _: bool) -> bool {
        self.relu
    }
}
