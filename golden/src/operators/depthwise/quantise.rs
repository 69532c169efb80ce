//! A depthwise convolution, quantised: a scale for each channel's own filter.

use crate::model::Conv;

/// Weights that share a scale.
pub(crate) fn filter(c: &Conv) -> usize {
    c.kernel[0] * c.kernel[1]
}
