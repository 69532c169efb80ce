//! Fully connected layers on pool sums, for the `fast` engine: gates and the classifier.

use crate::arithmetic;
use crate::operators::convolution::Input;
use lcsim_spec::{Fc, Score};
use rten_simd::{Isa, SimdOp};

/// Computes the pool sums of a map, and the layers that read them.
#[derive(Default)]
pub(crate) struct Pooling {
    /// The sums of several pixels side by side.
    beside: Vec<i32>,
    pooled: Vec<i32>,
    /// The accumulators of a fully connected layer.
    outputs: Vec<i32>,
}

impl Pooling {
    /// Computes the accumulators of a fully connected layer that reads a map, with the bias added.
    pub fn fully_connected(&mut self, f: &Fc, x: &Input) -> &[i32] {
        let Self { beside, pooled, .. } = self;
        Pool { x, beside, sums: &mut *pooled }.dispatch();
        self.connect(f, x.live)
    }

    /// Computes the accumulators of the last one of a gate's layers, of which the first one reads a
    /// map.
    pub fn head(&mut self, layers: &[Fc], x: &Input) -> &[i32] {
        let Some((first, rest)) = layers.split_first() else { return &[] };
        self.fully_connected(first, x);
        let mut before = first;
        for f in rest {
            let Self { pooled, outputs, .. } = self;
            let hidden = outputs.iter().enumerate();
            pooled.clear();
            pooled.extend(hidden.map(|(o, t)| i32::from(score(*t, before, o, Score::ZERO).to_bits())));
            self.connect(f, None);
            before = f;
        }
        &self.outputs
    }

    /// Computes the accumulators of a layer from `pooled`. Without a list, entry i is input i.
    fn connect(&mut self, f: &Fc, live: Option<&[usize]>) -> &[i32] {
        let Self { pooled, outputs, .. } = self;
        pooled.iter_mut().for_each(|sum| *sum = arithmetic::pooled(*sum, f.pool_shift));
        outputs.clear();
        outputs.extend(f.weights.chunks_exact(f.inputs).zip(&f.bias).map(|(w, bias)| {
            let weight = |entry: usize| i32::from(w[live.map_or(entry, |l| l[entry])]);
            bias + pooled.iter().enumerate().map(|(entry, p)| weight(entry) * p).sum::<i32>()
        }));
        outputs
    }
}

/// Adds up each entry of a map.
struct Pool<'a> {
    x: &'a Input<'a>,
    beside: &'a mut Vec<i32>,
    sums: &'a mut Vec<i32>,
}

impl SimdOp for Pool<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        // With few entries, most of a vector would be empty. So this number of pixels is added up
        // side by side.
        const TOGETHER: usize = 8;
        let Self { x, beside, sums } = self;
        sums.clear();
        sums.resize(x.entries, 0);
        beside.clear();
        beside.resize(TOGETHER * x.entries, 0);
        let least = if x.relu { 0 } else { i8::MIN };
        for pixels in x.values.chunks(beside.len().max(1)) {
            beside.iter_mut().zip(pixels).for_each(|(sum, v)| *sum += i32::from((*v).max(least)));
        }
        for beside in beside.chunks_exact(x.entries.max(1)) {
            sums.iter_mut().zip(beside).for_each(|(sum, beside)| *sum += beside);
        }
    }
}

/// The score that a gate computes from the accumulator of an output.
pub(crate) fn score(sum: i32, fc: &Fc, output: usize, threshold: Score) -> Score {
    let narrow = arithmetic::narrow(sum, fc.shift[output]);
    arithmetic::score(narrow * i32::from(fc.multiplier[output]), threshold)
}
