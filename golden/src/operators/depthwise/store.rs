//! Stores a depthwise convolution in the file of a quantised network.

use lcsim_spec::operators::depthwise::FAN_IN;

/// The sizes of the weights of `channels` channels.
pub(crate) fn dims(channels: usize, kernel: [usize; 2]) -> Vec<usize> {
    vec![channels, FAN_IN, kernel[0], kernel[1]]
}

/// Whether the header leaves its field out. Files without depthwise convolutions then have the same
/// bytes as those of older versions.
pub(crate) fn is_left_out(depthwise: &bool) -> bool {
    !depthwise
}
