//! Sizes of maps, and the windows of convolutions and poolings on them.

use std::ops::Range;

/// Channels, height and width of a map.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Channels.
    pub channels: usize,
    /// Rows of pixels.
    pub height: usize,
    /// Pixels in each row.
    pub width: usize,
}

impl Shape {
    /// The number of pixels of one channel.
    pub fn pixels(self) -> usize {
        self.height * self.width
    }
    /// The number of elements of the map.
    pub fn len(self) -> usize {
        self.channels * self.pixels()
    }
    /// Whether the map has no elements.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Display for Shape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}x{}x{}", self.channels, self.height, self.width)
    }
}

/// The windows of a convolution or a pooling on a map.
///
/// ```
/// use lcsim_spec::{Shape, Windows};
///
/// let input = Shape { channels: 3, height: 4, width: 4 };
/// let output = Shape { channels: 8, ..input };
/// let windows = Windows { input, output, kernel: [3, 3], stride: [1, 1], pad: [1, 1] };
/// assert_eq!(windows.window(0, 0), 0..2, "the first window reaches one row beyond the map");
/// assert_eq!(windows.window(0, 1), 0..3);
/// assert_eq!(output.len(), 8 * 16);
/// ```
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
    /// How many rows above the map, and columns to its left, the first windows include.
    pub pad: [usize; 2],
}

impl Windows {
    /// The number of pixels of a window.
    pub fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// The rows (`axis` 0) or columns (`axis` 1) of the input map that window `o` of that axis
    /// contains.
    pub fn window(&self, axis: usize, o: usize) -> Range<usize> {
        let size = [self.input.height, self.input.width][axis];
        let from = o * self.stride[axis];
        from.saturating_sub(self.pad[axis])..(from + self.kernel[axis]).saturating_sub(self.pad[axis]).min(size)
    }
}
