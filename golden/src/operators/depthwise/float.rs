//! Computes a depthwise convolution in floats.

use crate::kernel::conv2d;
use crate::model::Conv;

/// Computes the output before its ReLU.
pub(crate) fn convolve(c: &Conv, x: &[f32]) -> Vec<f32> {
    conv2d(&c.geometry(), x, &c.weights, &c.bias)
}
