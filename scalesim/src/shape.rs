//! A layer as SCALE-Sim describes it: the sizes of a convolution, or of a matrix product.
//!
//! ```
//! use lcsim_scalesim::shape::Shape;
//!
//! let shape = Shape { height: 5, width: 6, filter_height: 3, filter_width: 3, channels: 2, filters: 4, stride: 2 };
//! assert_eq!(shape.output(), (2, 3), "the last window of a row reaches beyond the edge, and counts");
//! assert_eq!(shape.window(), 3 * 3 * 2);
//! assert_eq!(shape.weights(), 4 * shape.window());
//! ```

/// What the columns of a topology file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Name, input height and width, filter height and width, channels, filters, stride.
    Conv,
    /// Name, M, N, K: an M x K matrix times a K x N matrix.
    Gemm,
}

/// A convolution without padding. If the layer has padding, the input contains it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Input rows.
    pub height: usize,
    /// Input columns.
    pub width: usize,
    /// Filter rows. At most the rows of the input.
    pub filter_height: usize,
    /// Filter columns. At most the columns of the input.
    pub filter_width: usize,
    /// Input channels.
    pub channels: usize,
    /// The number of filters, which are the output channels.
    pub filters: usize,
    /// The stride in both directions.
    pub stride: usize,
}

impl Shape {
    /// Rows and columns of the output. A last window that reaches beyond the edge counts, as in
    /// SCALE-Sim.
    pub fn output(&self) -> (usize, usize) {
        let side = |input: usize, filter: usize| (input - filter + self.stride).div_ceil(self.stride);
        (side(self.height, self.filter_height), side(self.width, self.filter_width))
    }

    /// The number of output pixels.
    pub fn pixels(&self) -> usize {
        let (height, width) = self.output();
        height * width
    }

    /// The number of weights of a filter, which is also the number of products of an output.
    pub fn window(&self) -> usize {
        self.filter_height * self.filter_width * self.channels
    }

    /// The number of weights of all filters.
    pub fn weights(&self) -> usize {
        self.window() * self.filters
    }

    /// The number of elements of the input.
    pub fn inputs(&self) -> usize {
        self.height * self.width * self.channels
    }
}
