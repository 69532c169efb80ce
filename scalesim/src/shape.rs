//! A layer as SCALE-Sim describes it: the sizes of a convolution, or of a product of matrices.

/// The meaning of the columns of a topology file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Name, input height and width, filter height and width, channels, filters, stride.
    Conv,
    /// Name, M, N, K: an M x K matrix times a K x N matrix.
    Gemm,
}

/// A convolution without padding: the input has whatever padding there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Input rows.
    pub height: usize,
    /// Input columns.
    pub width: usize,
    /// Filter rows, at most those of the input.
    pub filter_height: usize,
    /// Filter columns, at most those of the input.
    pub filter_width: usize,
    /// Input channels.
    pub channels: usize,
    /// Filters, which are the output channels.
    pub filters: usize,
    /// Stride in both directions.
    pub stride: usize,
}

impl Shape {
    /// Output rows and columns. A last window that reaches over the edge counts, as it does in
    /// SCALE-Sim.
    pub fn output(&self) -> (usize, usize) {
        let side = |input: usize, filter: usize| (input - filter + self.stride).div_ceil(self.stride);
        (side(self.height, self.filter_height), side(self.width, self.filter_width))
    }

    /// Output pixels.
    pub fn pixels(&self) -> usize {
        let (height, width) = self.output();
        height * width
    }

    /// Weights of a filter, which are the products of an output.
    pub fn window(&self) -> usize {
        self.filter_height * self.filter_width * self.channels
    }

    /// Weights of all filters.
    pub fn weights(&self) -> usize {
        self.window() * self.filters
    }

    /// Elements of the input.
    pub fn inputs(&self) -> usize {
        self.height * self.width * self.channels
    }
}
