//! Computes a depthwise convolution in integers.

use crate::kernel::{Geometry, conv2d};
use lcsim_spec::Conv;

/// Computes the accumulators of all channels. A depthwise convolution has no gate.
pub(crate) fn accumulators(c: &Conv, x: &[i8]) -> Vec<i32> {
    let Conv { input, output, kernel, stride, pad, depthwise, .. } = *c;
    conv2d(&Geometry { input, output, kernel, stride, pad, depthwise }, x, &c.weights, &c.bias)
}
