//! Quantises a depthwise convolution. Each channel has its own filter with its own scale.

use crate::model::Conv;

/// The number of weights that share a scale.
pub(crate) fn filter(c: &Conv) -> usize {
    c.kernel[0] * c.kernel[1]
}
