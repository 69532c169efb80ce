//! A depthwise convolution in the file of a quantised network.

use lcsim_spec::operators::depthwise::FAN_IN;

/// Sizes of the weights of so many channels.
pub(crate) fn dims(channels: usize, kernel: [usize; 2]) -> Vec<usize> {
    vec![channels, FAN_IN, kernel[0], kernel[1]]
}

/// Whether the header leaves its field out, so that files of older versions have the same bytes.
pub(crate) fn is_left_out(depthwise: &bool) -> bool {
    !depthwise
}
