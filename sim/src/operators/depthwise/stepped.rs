//! What loader and rows do otherwise than for a convolution.

/// MACs of a row for each pixel: only the column of its own channel has a weight.
pub(crate) const MACS_A_ROW: usize = 1;

/// Whether the row of input channel `input` takes the weight of output channel `output`: of a tap's
/// word, each row takes what belongs to its own channel.
pub(crate) fn takes(input: usize, output: usize) -> bool {
    input == output
}

/// The filter word of a fold over `tap`, counted from its group's first: one word holds a tap of all
/// channels of a group.
pub(crate) fn filter_word(tap: usize) -> usize {
    tap
}
