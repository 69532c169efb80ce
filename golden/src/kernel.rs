//! The one convolution of both references, generic over the element types.

use lcsim_spec::Shape;
use num_traits::{AsPrimitive, NumAssign};

/// Where a convolution reads and writes.
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
    /// Zero padding above and to the left.
    pub pad: [usize; 2],
    /// Each output channel reads the input channel of its own number alone.
    pub depthwise: bool,
}

impl Geometry {
    /// Input channels that an output channel reads.
    pub fn fan_in(&self) -> usize {
        if self.depthwise { 1 } else { self.input.channels }
    }

    /// The outputs `lo..hi` along one axis whose tap `k` falls inside the input.
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

/// Cross-correlation with zero padding: `x` is `[channel][row][column]`, `weights` are
/// `[output channel][input channel][row][column]` (depthwise: `[channel][row][column]`), and the
/// result is `[output channel][row][column]`.
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
        if g.stride[1] == 1 {
            // Apart, because the compiler vectorises it only without a step.
            out.iter_mut().zip(row).for_each(|(a, x)| *a += w * x.as_());
        } else {
            out.iter_mut().zip(row.iter().step_by(g.stride[1])).for_each(|(a, x)| *a += w * x.as_());
        }
    }
}
