//! The convolution of both references. It is generic over the types of the elements.
//!
//! ```
//! use lcsim_golden::kernel::{Geometry, conv2d};
//! use lcsim_spec::Shape;
//!
//! let map = Shape { channels: 1, height: 1, width: 3 };
//! let geometry = Geometry { input: map, output: map, kernel: [1, 3], stride: [1, 1], pad: [0, 1], depthwise: false };
//! let (pixels, weights, bias) = ([1i8, 2, 3], [1i8, 1, 1], [10i32]);
//! assert_eq!(conv2d(&geometry, &pixels, &weights, &bias), [10 + 3, 10 + 6, 10 + 5]);
//! ```

use lcsim_spec::Shape;
use num_traits::{AsPrimitive, NumAssign};

/// The shapes of a convolution's maps, and the geometry of its kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Geometry {
    /// Input map.
    pub input: Shape,
    /// Output map.
    pub output: Shape,
    /// Kernel height and width.
    pub kernel: [usize; 2],
    /// Vertical and horizontal stride.
    pub stride: [usize; 2],
    /// Rows of zeros above the map, and columns of zeros to its left.
    pub pad: [usize; 2],
    /// Whether output channel `i` reads only input channel `i`.
    pub depthwise: bool,
}

impl Geometry {
    /// The number of input channels that one output channel reads.
    pub fn fan_in(&self) -> usize {
        if self.depthwise { 1 } else { self.input.channels }
    }

    /// The range `lo..hi` of outputs along one axis for which tap `k` is inside the input.
    fn inside(&self, axis: usize, k: usize) -> (usize, usize) {
        let (size, outputs) = match axis {
            0 => (self.input.height, self.output.height),
            _ => (self.input.width, self.output.width),
        };
        let (stride, pad) = (self.stride[axis], self.pad[axis]);
        let lo = pad.saturating_sub(k).div_ceil(stride);
        let hi = (size + pad).saturating_sub(k).div_ceil(stride).min(outputs);
        (lo.min(hi), hi)
    }
}

/// Cross-correlation with zero padding. `x` is `[channel][row][column]`. `weights` are `[output
/// channel][input channel][row][column]`, or `[channel][row][column]` for a depthwise convolution.
/// The result is `[output channel][row][column]`.
pub fn conv2d<X, A>(g: &Geometry, x: &[X], weights: &[X], bias: &[A]) -> Vec<A>
where
    X: Copy + PartialEq + AsPrimitive<A>,
    A: NumAssign + Copy + 'static,
{
    let (in_pixels, out_pixels) = (g.input.pixels(), g.output.pixels());
    let [kh, kw] = g.kernel;
    let mut y: Vec<A> = bias.iter().flat_map(|&b| std::iter::repeat_n(b, out_pixels)).collect();
    let fan_in = g.fan_in();
    for (o, out) in y.chunks_exact_mut(out_pixels).enumerate() {
        let first = if g.depthwise { o } else { 0 };
        for (i, plane) in x[first * in_pixels..].chunks_exact(in_pixels).take(fan_in).enumerate() {
            for (tap, w) in weights[(o * fan_in + i) * kh * kw..][..kh * kw].iter().enumerate() {
                let w: A = w.as_();
                if w.is_zero() {
                    continue;
                }
                accumulate(g, out, plane, [tap / kw, tap % kw], w);
            }
        }
    }
    y
}

/// Adds one tap of one input channel to one output channel.
fn accumulate<X, A>(g: &Geometry, out: &mut [A], plane: &[X], [ky, kx]: [usize; 2], w: A)
where
    X: Copy + AsPrimitive<A>,
    A: NumAssign + Copy + 'static,
{
    let (y0, y1) = g.inside(0, ky);
    let (x0, x1) = g.inside(1, kx);
    for oy in y0..y1 {
        let row = &plane[(oy * g.stride[0] + ky - g.pad[0]) * g.input.width..][..g.input.width];
        let out = &mut out[oy * g.output.width..][x0..x1];
        let first = x0 * g.stride[1] + kx - g.pad[1].min(x0 * g.stride[1] + kx);
        let row = &row[first.min(row.len())..];
        // Rows are short, so the loops index slices of known length: setting up zipped iterators
        // would take as long as the sums.
        if g.stride[1] == 1 {
            // This case is apart, because the compiler vectorises the loop only without a stride.
            let row = &row[..out.len()];
            for x in 0..out.len() {
                out[x] += w * row[x].as_();
            }
        } else {
            for x in 0..out.len() {
                out[x] += w * row[x * g.stride[1]].as_();
            }
        }
    }
}
