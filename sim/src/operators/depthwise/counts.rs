//! What a depthwise convolution costs otherwise than a convolution.

/// MACs of a tile that gives so many outputs: one for each of the taps.
pub(crate) fn macs(taps: usize, outputs: u64) -> u64 {
    taps as u64 * outputs
}
