//! How the loader and the rows work differently from a dense convolution.

/// MACs of a row for each pixel. Only the column of the row's own channel has a weight.
pub(crate) const MACS_A_ROW: usize = 1;

/// Whether the row of input channel `input` takes the weight of output channel `output`. A word has
/// one tap of several channels, and each row takes the weight of its own channel.
pub(crate) fn takes(input: usize, output: usize) -> bool {
    input == output
}
