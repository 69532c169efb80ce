//! What a convolution reads, and the sums that it makes.

/// Channels that are requantised together.
pub(crate) const VECTOR: usize = 8;

/// Sums of neighbouring output channels.
pub(crate) type Lanes = [i32; VECTOR];

/// A map as a convolution reads it, `[pixel][entry]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    pub values: &'a [i8],
    /// Negative values are read as 0.
    pub relu: bool,
    pub entries: usize,
    /// Channels of the entries; all of them without.
    pub live: Option<&'a [usize]>,
}

impl Input<'_> {
    pub fn has_negative(&self) -> bool {
        !self.relu && self.values.iter().any(|&v| v < 0)
    }
}
