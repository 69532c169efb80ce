//! The activities in which a depthwise convolution differs from a dense one.

/// The MACs of a tile with `outputs` outputs: one for each tap.
pub(crate) fn macs(taps: usize, outputs: u64) -> u64 {
    taps as u64 * outputs
}
