//! From accumulators to stored values, for vectors of channels.

use lcsim_spec::number::{REQUANT_SHIFT, SCORE_FRAC};
use lcsim_spec::{Conv, Score};
use rten_simd::{Isa, SimdOp};

/// Half of the last place that a shift drops.
pub(super) fn half(shift: u8) -> i32 {
    (1u32 << shift >> 1) as i32
}

/// How the output channels of a convolution are requantised, field by field.
#[derive(Debug, Default)]
pub(super) struct Requantizer {
    /// Channels.
    at: Vec<usize>,
    /// Biases, and half of the last place that the shift drops.
    bias: Vec<i32>,
    shift: Vec<i32>,
    multiplier: Vec<i32>,
    /// The values of a pixel, gathered.
    row: Vec<i8>,
}

impl Requantizer {
    /// Takes the channels `live` of `c`, all without; their scores and that of the block are folded into the multipliers.
    pub fn set(&mut self, c: &Conv, live: Option<&[usize]>, scores: Option<&[Score]>, lscore: Score) {
        let fold =
            |m: u16, s: Score| ((u32::from(m) * u32::from(s.to_bits()) + (1 << (SCORE_FRAC - 1))) >> SCORE_FRAC) as u16;
        self.at.clear();
        match live {
            Some(live) => self.at.extend_from_slice(live),
            None => self.at.extend(0..c.output.channels),
        }
        let Self { at, bias, shift, multiplier, .. } = self;
        bias.clear();
        bias.extend(at.iter().map(|&o| c.bias[o] + half(c.shift[o])));
        shift.clear();
        shift.extend(at.iter().map(|&o| i32::from(c.shift[o])));
        multiplier.clear();
        multiplier.extend(at.iter().map(|&o| {
            let score = scores.map_or(Score::ONE, |scores| scores[o]);
            i32::from(fold(fold(c.multiplier[o], score), lscore))
        }));
    }

    /// Values of `sums`, `[pixel][taken channel]`, in the same order.
    pub fn store(&self, sums: &[i32], values: &mut [i8]) {
        Store { of: self, sums, values }.dispatch();
    }

    /// Adds values of `sums`, `[pixel][taken channel]`, to those of `values`, `[pixel][channel]` with so many channels, which are read with
    /// ReLU or without.
    pub fn add(&mut self, sums: &[i32], values: &mut [i8], channels: usize, relu: bool) {
        Add { of: self, sums, values, channels, relu }.dispatch();
    }

    /// Of a pixel's channels. `|sum + bias|` is below 2^30, so that the rounding cannot overflow.
    #[inline(always)]
    fn pixel(&self, sums: &[i32], values: &mut [i8], base: impl Fn(i8) -> i32) {
        let channels = values.len();
        let (sums, bias) = (&sums[..channels], &self.bias[..channels]);
        let (shift, multiplier) = (&self.shift[..channels], &self.multiplier[..channels]);
        for c in 0..channels {
            let narrow = ((sums[c] + bias[c]) >> shift[c]).clamp(i16::MIN.into(), i16::MAX.into());
            let scaled = (narrow * multiplier[c] + (1 << (REQUANT_SHIFT - 1))) >> REQUANT_SHIFT;
            values[c] = (scaled + base(values[c])).clamp(-128, 127) as i8;
        }
    }
}

struct Store<'a> {
    of: &'a Requantizer,
    sums: &'a [i32],
    values: &'a mut [i8],
}

impl SimdOp for Store<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let channels = self.of.at.len().max(1);
        for (sums, values) in self.sums.chunks_exact(channels).zip(self.values.chunks_exact_mut(channels)) {
            self.of.pixel(sums, values, |_| 0);
        }
    }
}

struct Add<'a> {
    of: &'a mut Requantizer,
    sums: &'a [i32],
    values: &'a mut [i8],
    channels: usize,
    relu: bool,
}

impl SimdOp for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let least = if self.relu { 0 } else { i8::MIN };
        let base = |value: i8| i32::from(value.max(least));
        let taken = self.of.at.len();
        let pixels = self.sums.chunks_exact(taken.max(1)).zip(self.values.chunks_exact_mut(self.channels));
        if taken == self.channels {
            pixels.for_each(|(sums, values)| self.of.pixel(sums, values, base));
            return;
        }
        let mut row = std::mem::take(&mut self.of.row);
        for (sums, values) in pixels {
            row.clear();
            row.extend(self.of.at.iter().map(|&at| values[at]));
            self.of.pixel(sums, &mut row, base);
            self.of.at.iter().zip(&row).for_each(|(&at, value)| values[at] = *value);
        }
        self.of.row = row;
    }
}
