//! The values of a depthwise convolution. All channels are live.

use crate::operators::convolution::{Input, Lanes, VECTOR};
use lcsim_spec::Conv;
use rten_simd::{Isa, SimdOp};

/// A convolution's filters, `[tap][channel]`.
pub(crate) struct Filters(Vec<i8>);

impl Filters {
    pub fn new(conv: &Conv) -> Self {
        let taps = 0..conv.taps();
        Self(taps.flat_map(|tap| (0..conv.output.channels).map(move |c| conv.weight(c, c, tap))).collect())
    }

    /// Accumulators, `[pixel][vector]`.
    pub fn accumulate(&self, conv: &Conv, x: &Input, sums: &mut Vec<Lanes>) {
        let vectors = conv.output.channels.div_ceil(VECTOR);
        sums.clear();
        sums.resize(conv.output.pixels() * vectors, [0; VECTOR]);
        Sums { conv, x, filters: &self.0, sums }.dispatch();
    }
}

struct Sums<'a> {
    conv: &'a Conv,
    x: &'a Input<'a>,
    filters: &'a [i8],
    sums: &'a mut [Lanes],
}

impl SimdOp for Sums<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let Self { conv, x, filters, sums } = self;
        let channels = conv.output.channels;
        let least = if x.relu { 0 } else { i8::MIN };
        for (p, sums) in sums.chunks_exact_mut(channels.div_ceil(VECTOR)).enumerate() {
            for (tap, filters) in filters.chunks_exact(channels).enumerate() {
                let at = |o: usize, tap: usize, axis: usize, size: usize| {
                    (o * conv.stride[axis] + tap).checked_sub(conv.pad[axis]).filter(|at| *at < size)
                };
                let row = at(p / conv.output.width, tap / conv.kernel[1], 0, conv.input.height);
                let column = at(p % conv.output.width, tap % conv.kernel[1], 1, conv.input.width);
                let Some((row, column)) = row.zip(column) else { continue };
                let pixel = &x.values[(row * conv.input.width + column) * channels..][..channels];
                let values = sums.as_flattened_mut().iter_mut().zip(filters).zip(pixel);
                values.for_each(|((sum, w), x)| *sum += i32::from(*w) * i32::from((*x).max(least)));
            }
        }
    }
}
