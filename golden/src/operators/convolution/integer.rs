//! Computes a convolution in integers.

use crate::integer::{Map, Run, narrow};
use crate::kernel::{Geometry, conv2d};
use crate::operators::depthwise;
use lcsim_spec::number::{REQUANT_SHIFT, SCORE_FRAC};
use lcsim_spec::{Conv, Score, Shape};

/// The channels that are computed, and their scores.
pub(crate) struct Keep {
    /// The indices of the channels.
    pub live: Vec<usize>,
    /// One score for each of these channels.
    pub scores: Vec<Score>,
    /// The L-Net's score, if this is the last convolution of a block.
    pub lscore: Score,
}

impl Keep {
    /// All of `channels` channels, with score 1.
    pub fn all(channels: usize) -> Self {
        Self { live: (0..channels).collect(), scores: vec![Score::ONE; channels], lscore: Score::ONE }
    }
}

/// The map to which a convolution's result is added.
pub(crate) struct Target {
    /// The values that readers of the map see.
    pub base: Vec<i8>,
    /// The stored values, which stay where nothing is computed.
    pub unchanged: Vec<i8>,
}

impl Target {
    /// A new map of zeros.
    pub fn zeros(shape: Shape) -> Self {
        Self { base: vec![0; shape.len()], unchanged: vec![0; shape.len()] }
    }
}

/// Computes all channels of a convolution, and adds them to nothing.
pub(crate) fn layer(c: &Conv, run: &mut Run, x: &Map) -> Map {
    let keep = Keep::all(c.output.channels);
    convolve(c, run, x, &(0..c.input.channels).collect::<Vec<_>>(), &keep, &Target::zeros(c.output))
}

/// Computes the live channels of a convolution. The other channels stay `unchanged`.
pub(crate) fn convolve(c: &Conv, run: &mut Run, x: &Map, live_in: &[usize], keep: &Keep, target: &Target) -> Map {
    let x = x.read();
    let accumulators = match c.depthwise {
        true => depthwise::integer::accumulators(c, &x),
        false => accumulators(c, &x, live_in, &keep.live),
    };
    let pixels = c.output.pixels();
    let mut stored = target.unchanged.clone();
    for (&o, t) in keep.live.iter().zip(accumulators.chunks_exact(pixels)) {
        let m = fold(fold(c.multiplier[o], keep.scores[o]), keep.lscore);
        let base = &target.base[o * pixels..];
        for (p, &t) in t.iter().enumerate() {
            stored[o * pixels + p] = requantize(t, m, c.shift[o], base[p]);
        }
    }
    run.macs += c.macs(live_in.len(), keep.live.len());
    run.trace.maps.push((c.name.clone(), stored.clone()));
    Map { shape: c.output, relu: c.relu, stored }
}

/// Computes the accumulators of the live output channels, which read the live input channels.
fn accumulators(c: &Conv, x: &[i8], live_in: &[usize], live_out: &[usize]) -> Vec<i32> {
    let (pixels, taps) = (c.input.pixels(), c.taps());
    let packed_x: Vec<i8> = live_in.iter().flat_map(|&i| &x[i * pixels..][..pixels]).copied().collect();
    let filter = |o: usize| live_in.iter().flat_map(move |&i| (0..taps).map(move |tap| c.weight(o, i, tap)));
    let packed_w: Vec<i8> = live_out.iter().flat_map(|&o| filter(o)).collect();
    let bias: Vec<i32> = live_out.iter().map(|&o| c.bias[o]).collect();
    let (input, output) =
        (Shape { channels: live_in.len(), ..c.input }, Shape { channels: live_out.len(), ..c.output });
    let geometry = Geometry { input, output, kernel: c.kernel, stride: c.stride, pad: c.pad, depthwise: false };
    conv2d(&geometry, &packed_x, &packed_w, &bias)
}

/// Multiplies `score` into a multiplier.
fn fold(multiplier: u16, score: Score) -> u16 {
    ((u32::from(multiplier) * u32::from(score.to_bits()) + (1 << (SCORE_FRAC - 1))) >> SCORE_FRAC) as u16
}

fn requantize(t: i32, multiplier: u16, shift: u8, base: i8) -> i8 {
    let scaled = (narrow(t, shift) * i32::from(multiplier) + (1 << (REQUANT_SHIFT - 1))) >> REQUANT_SHIFT;
    (scaled + i32::from(base)).clamp(-128, 127) as i8
}
