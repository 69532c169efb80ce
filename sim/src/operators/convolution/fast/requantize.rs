//! Turns sums into stored values, for a vector of channels at a time.

use super::input::{Lanes, VECTOR};
use crate::arithmetic;
use lcsim_spec::{Conv, Score};
use rten_simd::{Isa, SimdOp};

/// The parameters that requantise a vector of output channels, one vector for each field. With the
/// default parameters, the result is 0 and nothing is added.
#[derive(Debug, Clone, Copy)]
struct Vector {
    /// The bias of each channel, plus half of the smallest step that is left after its shift.
    bias: Lanes,
    shift: Lanes,
    multiplier: Lanes,
    /// The smallest value that can be read from the destination, to which the result is added. It
    /// is 0 if the destination is read with ReLU.
    least: [i8; VECTOR],
}

impl Default for Vector {
    fn default() -> Self {
        let zero = [0; VECTOR];
        Self { bias: zero, shift: zero, multiplier: zero, least: [i8::MIN; VECTOR] }
    }
}

impl Vector {
    /// Adds the requantised `sums` to `values`. `|sum + bias|` is below 2^30, so rounding cannot
    /// overflow.
    ///
    /// This is [`arithmetic::narrow`] in another form: the bias already contains half of the
    /// smallest step, which saves an addition for each lane. A test holds both equal.
    #[inline(always)]
    fn add(&self, sums: &Lanes, values: &mut [i8; VECTOR]) {
        for c in 0..VECTOR {
            let narrow = ((sums[c] + self.bias[c]) >> self.shift[c]).clamp(i16::MIN.into(), i16::MAX.into());
            let scaled = arithmetic::rescale(narrow * self.multiplier[c]);
            values[c] = arithmetic::stored(scaled, values[c].max(self.least[c]).into());
        }
    }
}

/// The channels that are computed, with their scores. Without a list, all channels are computed.
pub(crate) struct Kept<'a> {
    pub live: Option<&'a [usize]>,
    pub scores: Option<&'a [Score]>,
    /// The L-Net's score.
    pub lscore: Score,
}

/// Requantises convolutions. Its buffers are reused.
#[derive(Debug, Default)]
pub(crate) struct Requantizer {
    vectors: Vec<Vector>,
    /// The sums of [`PIXELS`] pixels, moved to the places of their channels.
    spread: Vec<Lanes>,
}

/// The number of pixels that are requantised together. Moved sums are read again after this number
/// of pixels, when their writes have reached the cache.
const PIXELS: usize = 16;

impl Requantizer {
    /// The scores are multiplied into the multipliers here.
    fn set(&mut self, c: &Conv, keep: &Kept, lane: usize, channel: usize, least: i8) {
        let score = keep.scores.map_or(Score::ONE, |scores| scores[channel]);
        let (vector, lane) = (&mut self.vectors[lane / VECTOR], lane % VECTOR);
        vector.bias[lane] = c.bias[channel] + arithmetic::half(c.shift[channel]);
        vector.shift[lane] = c.shift[channel].into();
        vector.multiplier[lane] = arithmetic::scored(c.multiplier[channel], [score, keep.lscore]).into();
        vector.least[lane] = least;
    }

    fn set_all(&mut self, c: &Conv, keep: &Kept, least: i8) {
        self.vectors.clear();
        self.vectors.resize(c.output.channels.div_ceil(VECTOR), Vector::default());
        match keep.live {
            Some(live) => live.iter().for_each(|&o| self.set(c, keep, o, o, least)),
            None => (0..c.output.channels).for_each(|o| self.set(c, keep, o, o, least)),
        }
    }

    /// Requantises `sums`, `[pixel][vector]`, to values, `[pixel][channel]`. Channels that are not
    /// kept are left out.
    pub fn store(&mut self, c: &Conv, keep: &Kept, sums: &[Lanes], values: &mut Vec<i8>) {
        let channels = match keep.live {
            Some(live) => {
                self.vectors.clear();
                self.vectors.resize(live.len().div_ceil(VECTOR), Vector::default());
                live.iter().enumerate().for_each(|(lane, &o)| self.set(c, keep, lane, o, i8::MIN));
                live.len()
            }
            None => {
                self.set_all(c, keep, i8::MIN);
                c.output.channels
            }
        };
        let pixels = c.output.pixels();
        let len = pixels * channels;
        // Vectors are written whole. Each overwrites the unused lanes of the vector before it.
        values.clear();
        values.resize(len + VECTOR, 0);
        Store { vectors: &self.vectors, channels, pixels, sums, values: &mut values[..] }.dispatch();
        values.truncate(len);
    }

    /// Requantises `sums`, `[pixel][vector]`, and adds them to `values`, `[pixel][channel]`.
    /// Channels that are not kept stay as they are. `relu` says how the old values are read.
    pub fn add(&mut self, c: &Conv, keep: &Kept, relu: bool, sums: &[Lanes], values: &mut [i8]) {
        self.set_all(c, keep, if relu { 0 } else { i8::MIN });
        self.spread.clear();
        self.spread.resize(PIXELS * self.vectors.len(), [0; VECTOR]);
        let live = keep.live;
        Add { vectors: &self.vectors, spread: &mut self.spread, live, channels: c.output.channels, sums, values }
            .dispatch();
    }
}

struct Store<'a> {
    vectors: &'a [Vector],
    channels: usize,
    pixels: usize,
    sums: &'a [Lanes],
    values: &'a mut [i8],
}

impl SimdOp for Store<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let Self { vectors, channels, pixels, sums, values } = self;
        let stride = vectors.len();
        for first in (0..pixels).step_by(PIXELS) {
            let pixels = first..pixels.min(first + PIXELS);
            // The last vector comes first: its unused lanes are those of the next pixel's first
            // vector, which is not computed yet.
            for (v, vector) in vectors.iter().enumerate().rev() {
                for pixel in pixels.clone() {
                    let mut sum = [0; VECTOR];
                    vector.add(&sums[pixel * stride + v], &mut sum);
                    values[pixel * channels + v * VECTOR..][..VECTOR].copy_from_slice(&sum);
                }
            }
        }
    }
}

struct Add<'a> {
    vectors: &'a [Vector],
    spread: &'a mut [Lanes],
    live: Option<&'a [usize]>,
    channels: usize,
    sums: &'a [Lanes],
    values: &'a mut [i8],
}

impl SimdOp for Add<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let Self { vectors, spread, live, channels, sums, values } = self;
        let kept = live.map_or(channels, <[usize]>::len).div_ceil(VECTOR);
        if kept == 0 {
            return;
        }
        for (sums, values) in sums.chunks(PIXELS * kept).zip(values.chunks_mut(PIXELS * channels)) {
            let sums = if let Some(live) = live {
                for (spread, sums) in spread.chunks_exact_mut(vectors.len()).zip(sums.chunks_exact(kept)) {
                    let (spread, sums) = (spread.as_flattened_mut(), sums.as_flattened());
                    live.iter().zip(sums).for_each(|(&o, sum)| spread[o] = *sum);
                }
                &*spread
            } else {
                sums
            };
            for (v, vector) in vectors.iter().enumerate() {
                for (sums, values) in sums.chunks_exact(vectors.len()).zip(values.chunks_exact_mut(channels)) {
                    let values = &mut values[v * VECTOR..];
                    if let Some(values) = values.first_chunk_mut() {
                        vector.add(&sums[v], values);
                    } else {
                        let mut whole = [0; VECTOR];
                        whole[..values.len()].copy_from_slice(values);
                        vector.add(&sums[v], &mut whole);
                        values.copy_from_slice(&whole[..values.len()]);
                    }
                }
            }
        }
    }
}
