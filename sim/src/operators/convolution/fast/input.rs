//! The input of a convolution, and the type of its sums.

/// The number of channels that are requantised together.
pub(crate) const VECTOR: usize = 8;

/// The sums of neighbouring output channels.
pub(crate) type Lanes = [i32; VECTOR];

/// A map as a convolution reads it: `[pixel][entry]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    pub values: &'a [i8],
    /// Whether negative values are read as 0.
    pub relu: bool,
    pub entries: usize,
    /// The channels of the entries. Without a list, the map has all channels.
    pub live: Option<&'a [usize]>,
}

impl Input<'_> {
    pub fn has_negative(&self) -> bool {
        !self.relu && self.values.iter().any(|&v| v < 0)
    }
}
