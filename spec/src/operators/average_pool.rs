//! Average pooling: the mean of each window, channel by channel, of values as readers of the map
//! see them, through its ReLU.
//!
//! The sum S of a window is multiplied by a reciprocal of 16 bits, so that no divider is needed:
//! of a divisor n it is `R = round(2^A / n)` with `A = 15 + ceil(log2 n)`, and the mean is
//! `(S * R + 2^(A-1)) >> A`. It has the scale of the input map, and fits its 8 bits.

use super::pooling::Pools;
use crate::report::LayerKind;
use crate::require::{NetworkError, within};
use crate::shape::Windows;

/// Fraction bits of the reciprocal of 1; that of n has `ceil(log2 n)` more.
pub const RECIPROCAL_FRAC: u32 = 15;
/// Most pixels of a window: a sum has 24 bits then.
pub const PIXELS_MAX: usize = 1 << 16;

/// Average pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AveragePool {
    /// The divisor is all pixels of a window, in the map or not (ONNX: `count_include_pad`);
    /// otherwise those in the map.
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
