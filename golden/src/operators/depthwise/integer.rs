//! A depthwise convolution in integers.

use crate::kernel::{Geometry, conv2d};
use lcsim_spec::Conv;

/// The accumulators of all channels: no gate stands on a depthwise convolution.
pub(crate) fn accumulators(c: &Conv, x: &[i8]) -> Vec<i32> {
    let Conv { input, output, kernel, stride, pad, depthwise, .. } = *c;
    conv2d(&Geometry { input, output, kernel, stride, pad, depthwise }, x, &c.weights, &c.bias)
}
