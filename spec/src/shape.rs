//! Sizes of maps, and where windows lie on them.

use std::ops::Range;

/// Channels x height x width of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Channels.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels a row.
    pub width: usize,
}

impl Shape {
    /// Pixels of one channel.
    pub fn pixels(self) -> usize {
        self.height * self.width
    }
    /// Elements of the map.
    pub fn len(self) -> usize {
        self.channels * self.pixels()
    }
    /// Whether the map has no element.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}

/// Where windows lie on a map: of a convolution or of a pooling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Windows {
    /// Input map.
    pub input: Shape,
    /// Output map.
    pub output: Shape,
    /// Height and width of a window.
    pub kernel: [usize; 2],
    /// Vertical and horizontal stride.
    pub stride: [usize; 2],
    /// Rows above and columns to the left that the first windows reach beyond the map.
    pub pad: [usize; 2],
}

impl Windows {
    /// Pixels of a window.
    pub fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Rows or columns (`axis` 0 or 1) of the input map under window `o` of that axis.
    pub fn window(&self, axis: usize, o: usize) -> Range<usize> {
        let size = [self.input.height, self.input.width][axis];
        let from = o * self.stride[axis];
        from.saturating_sub(self.pad[axis])..(from + self.kernel[axis]).saturating_sub(self.pad[axis]).min(size)
    }
}
