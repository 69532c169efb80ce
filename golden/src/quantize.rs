//! Calibration and int8 quantisation.
//!
//! A gate's bias makes up for what rounding its weights does in the mean over the calibration
//! images: pooled channels vary little around means that are far from 0, so the error of a weight
//! is nearly a constant.
//!
//! Weights are symmetric per output channel (the classifier's per tensor, so that logits compare).
//! A map's scale is the one whose rounding and clipping errors over the calibration images have the
//! smallest mean square. Maps that are added share one scale: the residual stream of a stage, with
//! the projection that opens it. The clip of a ReLU6 is the saturation of its map, whose scale is
//! therefore at most 6 / 127.

use crate::float::{self, Activations, Overflow};
use crate::model::{Block, Conv, Fc, Gate, Layer, Network};
use crate::{Error, histogram::Histogram};
use lcsim_spec as quant;
use lcsim_spec::number::{
    ACC_BOUND, MULTIPLIER_END, MULTIPLIER_MIN, POOL_SHIFT_MAX, REQUANT_SHIFT, SCORE_FRAC, SCORE_SHIFT, SHIFT_MAX,
};
use lcsim_spec::operators::gate::pooled_max;
use lcsim_spec::require::{block, layer};
use lcsim_spec::{Head, InputSpec, QuantNetwork, Shape};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Quantises `net` with activation ranges from `images` (channel-major bytes of the network's input
/// shape).
///
/// # Errors
/// [`Error::Invalid`] without images, for an image of another length, or where a scale cannot be
/// represented; [`Error::Memory`].
pub fn quantize(net: &Network, images: &[Vec<u8>]) -> Result<QuantNetwork, Error> {
    quantize_watched(net, images, &|| ())
}

/// Like [`quantize`]; calls `done` after each image, from any thread.
///
/// # Errors
/// Those of [`quantize`].
pub fn quantize_watched(net: &Network, images: &[Vec<u8>], done: &(dyn Fn() + Sync)) -> Result<QuantNetwork, Error> {
    let invalid = |item: &str, expected: String, found: String| {
        Err(Error::Invalid { path: net.name.clone(), item: item.into(), expected, found })
    };
    if images.is_empty() {
        return invalid("calibration", "at least 1 image".into(), "0".into());
    }
    if let Some(image) = images.iter().find(|i| i.len() != net.input.len()) {
        return invalid(
            "calibration image",
            format!("{} bytes ({})", net.input.len(), net.input),
            image.len().to_string(),
        );
    }
    let threads = rayon::current_num_threads().min(images.len());
    float::expect_memory(net, threads)?;
    let seen = calibrate(net, images, done);
    if let Some((image, overflow)) = seen.overflow {
        return Err(Error::Overflow { path: net.name.clone(), image, overflow });
    }
    let input = input_spec(net);
    let quantizer = Quantizer { net, seen };
    let (mut map, mut scale) = (net.input, f64::from(input.scale));
    let mut layers = Vec::new();
    for layer in &net.layers {
        let (layer, shape, out) = quantizer.layer(layer, map, scale)?;
        layers.push(layer);
        (map, scale) = (shape, out);
    }
    let (classifier, logit_scale) = quantizer.classifier(map, scale)?;
    let name = net.name.clone();
    let quantized = QuantNetwork { name, input, layers, classifier, logit_scale: logit_scale as f32 };
    quantized.validate().map_err(|source| Error::Network { path: net.name.clone(), source })?;
    Ok(quantized)
}

/// The finest scale that holds every byte of every channel.
fn input_spec(net: &Network) -> InputSpec {
    let mut input = InputSpec { shape: net.input, mean: net.mean.clone(), std: net.std.clone(), scale: 1.0 };
    let ends = (0..net.input.channels).flat_map(|c| [input.normalize(0, c), input.normalize(255, c)]);
    let scale = ends.map(|v| if v < 0.0 { v / -128.0 } else { v / 127.0 }).fold(0.0, f32::max);
    input.scale = if scale > 0.0 { scale } else { 1.0 };
    input
}

/// Histograms of activations, by name.
#[derive(Default)]
struct Seen {
    /// The values that each map's readers see.
    ranges: BTreeMap<String, Histogram>,
    /// For each gate the sums of the channels that it reads, in fixed point, so that their order
    /// does not matter, and how many images evaluate it.
    pooled: BTreeMap<String, (Vec<i64>, u64)>,
    /// The first image that the network overflows with.
    overflow: Option<(usize, Overflow)>,
}

/// Fraction bits of a pooled channel.
const POOLED_FRAC: f32 = (1u32 << 24) as f32;

impl Seen {
    fn add_pooled(&mut self, gate: String, channels: impl Iterator<Item = i64>, images: u64) {
        let (sums, count) = self.pooled.entry(gate).or_default();
        for (i, channel) in channels.enumerate() {
            if i == sums.len() {
                sums.push(0);
            }
            sums[i] = sums[i].saturating_add(channel);
        }
        *count += images;
    }

    fn merge(mut self, other: Self) -> Self {
        other.ranges.into_iter().for_each(|(name, h)| self.ranges.entry(name).or_default().merge(&h));
        for (gate, (sums, images)) in other.pooled {
            self.add_pooled(gate, sums.into_iter(), images);
        }
        // Parts are merged in the order of the images.
        self.overflow = self.overflow.or(other.overflow);
        self
    }

    /// Mean of each channel that a gate reads; nothing of a gate that no image evaluates.
    fn means(&self, gate: &str) -> Option<Vec<f64>> {
        let (sums, images) = self.pooled.get(gate)?;
        Some(sums.iter().map(|sum| *sum as f64 / f64::from(POOLED_FRAC) / *images as f64).collect())
    }
}

/// Merges the histograms of all images.
fn calibrate(net: &Network, images: &[Vec<u8>], done: &(dyn Fn() + Sync)) -> Seen {
    let relu: BTreeMap<&str, Option<f32>> = net.layers.iter().flat_map(relus).collect();
    let observe = |mut all: Seen, (i, image): (usize, &Vec<u8>)| {
        let Activations { maps, scores, pooled, .. } = match float::run(net, &float::normalize(net, image)) {
            Ok(activations) => activations,
            Err(overflow) => {
                all.overflow.get_or_insert((i, overflow));
                return all;
            }
        };
        for (name, values) in maps {
            let relu = relu.get(name.as_str()).copied().flatten();
            let seen = values.iter().map(|&v| relu.map_or(v.abs(), |max| v.clamp(0.0, max)));
            all.ranges.entry(name).or_default().add(seen);
        }
        for ((gate, _), pooled) in scores.into_iter().zip(pooled) {
            all.add_pooled(gate, pooled.iter().map(|v| (v * POOLED_FRAC).round() as i64), 1);
        }
        done();
        all
    };
    images.par_iter().enumerate().fold(Seen::default, observe).reduce(Seen::default, Seen::merge)
}

/// The upper bound of the ReLU that readers of each map apply.
fn relus(layer: &Layer) -> Vec<(&str, Option<f32>)> {
    match layer {
        Layer::Conv(c) => vec![(c.name.as_str(), c.relu)],
        Layer::Block(b) => {
            let last = b.convs.len() - 1;
            let branch = b.convs.iter().enumerate();
            let sum = b.relu.then_some(f32::INFINITY);
            let branch = branch.map(|(i, g)| (g.conv.name.as_str(), if i == last { sum } else { g.conv.relu }));
            branch.chain(b.shortcut.iter().map(|s| (s.name.as_str(), None))).collect()
        }
        Layer::Pool(_) => vec![],
    }
}

struct Quantizer<'a> {
    net: &'a Network,
    seen: Seen,
}

impl Quantizer<'_> {
    fn layer(&self, layer: &Layer, map: Shape, scale: f64) -> Result<(quant::Layer, Shape, f64), Error> {
        match layer {
            Layer::Conv(c) => {
                let out = self.stream_scale(layer, &[c]);
                Ok((quant::Layer::Conv(self.conv(c, scale, out)), c.output, out))
            }
            Layer::Block(b) => self.block(b, layer, map, scale),
            Layer::Pool(p) => Ok((quant::Layer::Pool(p.clone()), p.windows.output, scale)),
        }
    }

    fn block(&self, b: &Block, layer: &Layer, map: Shape, scale: f64) -> Result<(quant::Layer, Shape, f64), Error> {
        let (mut x, mut x_scale, mut convs) = (map, scale, Vec::new());
        let (last, early) = b.convs.split_last().ok_or_else(|| self.bad(block(&b.name), "a convolution", "none"))?;
        let lnet = b.lnet.as_ref().map(|g| self.gate(g, map, scale)).transpose()?;
        for g in early {
            let gate = g.gate.as_ref().map(|g| self.gate(g, x, x_scale)).transpose()?;
            let out = self.scale_of(std::iter::once(&g.conv));
            convs.push(quant::GatedConv { conv: self.conv(&g.conv, x_scale, out), gate });
            (x, x_scale) = (g.conv.output, out);
        }
        let out = match &b.shortcut {
            Some(s) => self.stream_scale(layer, &[s, &last.conv]),
            None => scale,
        };
        let gate = last.gate.as_ref().map(|g| self.gate(g, x, x_scale)).transpose()?;
        convs.push(quant::GatedConv { conv: self.conv(&last.conv, x_scale, out), gate });
        let shortcut = b.shortcut.as_ref().map(|s| self.conv(s, scale, out));
        let block = quant::Block { name: b.name.clone(), lnet, convs, shortcut, relu: b.relu };
        Ok((quant::Layer::Block(block), last.conv.output, out))
    }

    /// The scale of the stream from `first` on, which `writers` open and the blocks behind it
    /// update in place.
    fn stream_scale(&self, first: &Layer, writers: &[&Conv]) -> f64 {
        let from = self.net.layers.iter().position(|l| std::ptr::eq(l, first)).map_or(0, |i| i + 1);
        let in_place = self.net.layers[from..].iter().take_while(|l| match l {
            Layer::Block(b) => b.shortcut.is_none(),
            // Its output is a part of its input.
            Layer::Pool(_) => true,
            Layer::Conv(_) => false,
        });
        let followers = in_place.filter_map(|l| match l {
            Layer::Block(b) => b.convs.last().map(|g| &g.conv),
            _ => None,
        });
        self.scale_of(writers.iter().copied().chain(followers))
    }

    /// The best scale for the output maps of `writers` together: where one is clipped, the largest
    /// `i8` is no more than its bound, so that saturation clips it.
    fn scale_of<'c>(&self, writers: impl Iterator<Item = &'c Conv>) -> f64 {
        let (mut all, mut most) = (Histogram::default(), f64::INFINITY);
        for c in writers {
            self.seen.ranges.get(&c.name).into_iter().for_each(|h| all.merge(h));
            most = c.clip().map_or(most, |max| most.min(f64::from(max) / 127.0));
        }
        all.best_scale().min(most)
    }

    fn conv(&self, c: &Conv, x_scale: f64, out: f64) -> quant::Conv {
        let fan_in = c.weights.len() / c.bias.len();
        let mut q = quant::Conv {
            name: c.name.clone(),
            input: c.input,
            output: c.output,
            kernel: c.kernel,
            stride: c.stride,
            pad: c.pad,
            relu: c.relu.is_some(),
            depthwise: c.depthwise,
            weights: vec![],
            bias: vec![],
            multiplier: vec![],
            shift: vec![],
        };
        // The largest multiplier of the requantise stage is just below 2^15 / 2^REQUANT_SHIFT. A
        // filter that needs a larger one gave almost nothing in calibration: its outputs would
        // saturate, so its weights may.
        let limit = f64::from(MULTIPLIER_END - 1) / f64::from(1u32 << REQUANT_SHIFT) * out / x_scale;
        for (row, w_scale) in c.weights.chunks_exact(fan_in).zip(weight_scales(&c.weights, c.bias.len())) {
            // A filter of zeros has no scale of its own; any will do for its bias.
            let w_scale = if w_scale > 0.0 { w_scale.min(limit) } else { limit / 2.0 };
            let step = w_scale * x_scale;
            let (m, shift) = multiplier(step / out, REQUANT_SHIFT).unwrap_or((MULTIPLIER_END as u16 - 1, 0));
            q.weights.extend(row.iter().map(|&w| to_i8(f64::from(w), w_scale)));
            q.bias.push(to_bias(f64::from(c.bias[q.bias.len()]), step));
            q.multiplier.push(m);
            q.shift.push(shift);
        }
        q
    }

    fn gate(&self, gate: &Gate, map: Shape, x_scale: f64) -> Result<quant::Gate, Error> {
        let Head::OneLayer(f) = &gate.head;
        let (mut q, pooled_scale) = fc(f, map, x_scale);
        let means = self.seen.means(&f.name).unwrap_or_else(|| vec![0.0; f.inputs]);
        // The largest score step that a multiplier reaches. Weights of up to twice the range that
        // this leaves saturate.
        let unit = f64::from(1u32 << SCORE_FRAC);
        let limit = f64::from(MULTIPLIER_END - 1) / f64::from(1u32 << SCORE_SHIFT) / unit;
        for (row, w_scale) in f.weights.chunks_exact(f.inputs).zip(weight_scales(&f.weights, f.outputs)) {
            let most = limit / pooled_scale;
            if w_scale > 2.0 * most {
                let expected = format!("a score step below {:.1} / 2^{SCORE_FRAC}", 2.0 * limit * unit);
                return Err(self.bad(
                    layer(&f.name),
                    &expected,
                    &format!("{:.1} / 2^{SCORE_FRAC}", w_scale * pooled_scale * unit),
                ));
            }
            let w_scale = w_scale.min(most);
            // A constant gate: 2^-SCORE_FRAC resolves its bias as well as its score.
            let step = if w_scale > 0.0 { w_scale * pooled_scale } else { (-f64::from(SCORE_FRAC)).exp2() };
            let (m, shift) = multiplier(step * unit, SCORE_SHIFT).unwrap_or((MULTIPLIER_END as u16 - 1, 0));
            let rounded: Vec<i8> = row.iter().map(|&w| to_i8(f64::from(w), w_scale)).collect();
            let lost = row.iter().zip(&rounded).map(|(&w, &q)| f64::from(w) - f64::from(q) * w_scale);
            let lost: f64 = lost.zip(&means).map(|(w, mean)| w * mean).sum();
            q.bias.push(to_bias(f64::from(f.bias[q.bias.len()]) + lost, step));
            q.weights.extend(rounded);
            q.multiplier.push(m);
            q.shift.push(shift);
        }
        Ok(quant::Gate { head: Head::OneLayer(q), decision: gate.decision })
    }

    fn classifier(&self, map: Shape, x_scale: f64) -> Result<(quant::Fc, f64), Error> {
        let f = &self.net.classifier;
        let (mut q, pooled_scale) = fc(f, map, x_scale);
        let w_scale = weight_scales(&f.weights, 1).fold(0.0, f64::max);
        if w_scale <= 0.0 {
            return Err(self.bad(layer(&f.name), "a weight other than 0", "none"));
        }
        q.weights = f.weights.iter().map(|&w| to_i8(f64::from(w), w_scale)).collect();
        q.bias = f.bias.iter().map(|&b| to_bias(f64::from(b), w_scale * pooled_scale)).collect();
        Ok((q, w_scale * pooled_scale))
    }

    fn bad(&self, item: String, expected: &str, found: &str) -> Error {
        let path = self.net.name.clone();
        Error::Invalid { path, item, expected: expected.into(), found: found.into() }
    }
}

/// The empty quantised twin of `f`, and the real value of one step of its pooled inputs.
fn fc(f: &Fc, map: Shape, x_scale: f64) -> (quant::Fc, f64) {
    // Any weights of 127 must leave the accumulator half its range for the bias.
    let fits = |s: &u8| {
        let max = pooled_max(map.pixels(), *s);
        max < 1 << lcsim_spec::number::POOLED_BITS && max * 127 * (f.inputs as i64) < ACC_BOUND / 2
    };
    let pool_shift = (0..=POOL_SHIFT_MAX).find(fits).unwrap_or(POOL_SHIFT_MAX);
    let (name, weights, bias, multiplier, shift) = (f.name.clone(), vec![], vec![], vec![], vec![]);
    let q = quant::Fc { name, inputs: f.inputs, outputs: f.outputs, weights, bias, multiplier, shift, pool_shift };
    (q, x_scale * f64::from(pool_shift).exp2() / map.pixels() as f64)
}

/// Real value of one weight step for each of `outputs` equal parts; 0 for a part that is all 0.
fn weight_scales(weights: &[f32], outputs: usize) -> impl Iterator<Item = f64> {
    let max = |part: &[f32]| part.iter().fold(0f32, |m, w| m.max(w.abs()));
    weights.chunks_exact(weights.len() / outputs).map(move |part| f64::from(max(part)) / 127.0)
}

fn to_i8(w: f64, scale: f64) -> i8 {
    if scale > 0.0 { (w / scale).round().clamp(-127.0, 127.0) as i8 } else { 0 }
}

fn to_bias(b: f64, step: f64) -> i32 {
    let limit = (ACC_BOUND / 2 - 1) as f64;
    (b / step).round().clamp(-limit, limit) as i32
}

/// Multiplier and first shift so that `multiplier * 2^-(frac + shift)` is closest to `real`;
/// nothing if that is not above 0 or too large. Too small a `real` gives multiplier 0.
fn multiplier(real: f64, frac: u32) -> Option<(u16, u8)> {
    if !(real.is_finite() && real > 0.0) {
        return None;
    }
    let base = real * f64::from(1u32 << frac);
    for shift in 0..=SHIFT_MAX {
        let m = (base * f64::from(1u32 << shift)).round();
        if m >= f64::from(MULTIPLIER_MIN) {
            return (m < f64::from(MULTIPLIER_END)).then_some((m as u16, shift));
        }
    }
    Some((0, 0))
}
