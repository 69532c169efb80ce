//! The results of calibration.

use crate::Error;
use crate::float::Overflow;
use crate::histogram::Histogram;
use crate::model::{Conv, Network};
use std::collections::BTreeMap;

/// The fraction bits of a pooled channel.
const POOLED_FRAC: f32 = (1u32 << 24) as f32;

/// Histograms of activations, by name.
#[derive(Default)]
pub(crate) struct Seen {
    /// The values that the readers of each map see.
    pub ranges: BTreeMap<String, Histogram>,
    /// For each layer of a gate: the sums of its inputs, and the number of images that evaluate it.
    /// The sums are in fixed point, so that their order does not matter.
    inputs: BTreeMap<String, (Vec<i64>, u64)>,
    /// The largest input of each of these layers.
    largest: BTreeMap<String, f32>,
    /// The first image with which the network overflows.
    pub overflow: Option<(usize, Overflow)>,
}

impl Seen {
    /// Adds what a layer of a gate reads of one image.
    pub fn add_inputs(&mut self, layer: String, inputs: &[f32]) {
        self.add_largest(layer.clone(), inputs.iter().copied().fold(0.0, f32::max));
        self.add_sums(layer, inputs.iter().map(|v| (v * POOLED_FRAC).round() as i64), 1);
    }

    fn add_largest(&mut self, layer: String, input: f32) {
        let largest = self.largest.entry(layer).or_default();
        *largest = largest.max(input);
    }

    fn add_sums(&mut self, layer: String, inputs: impl Iterator<Item = i64>, images: u64) {
        let (sums, count) = self.inputs.entry(layer).or_default();
        for (i, channel) in inputs.enumerate() {
            if i == sums.len() {
                sums.push(0);
            }
            sums[i] = sums[i].saturating_add(channel);
        }
        *count += images;
    }

    /// Merges these results with `other`.
    pub fn merge(mut self, other: Self) -> Self {
        other.ranges.into_iter().for_each(|(name, h)| self.ranges.entry(name).or_default().merge(&h));
        for (layer, (sums, images)) in other.inputs {
            self.add_sums(layer, sums.into_iter(), images);
        }
        other.largest.into_iter().for_each(|(layer, input)| self.add_largest(layer, input));
        // The parts are merged in the order of the images.
        self.overflow = self.overflow.or(other.overflow);
        self
    }
}

/// A network with the results of its calibration.
pub(crate) struct Quantizer<'a> {
    /// The float network.
    pub net: &'a Network,
    /// The results of calibration.
    pub seen: Seen,
}

impl Quantizer<'_> {
    /// The largest input of a gate's layer. 0 if no image evaluates the gate.
    pub fn largest(&self, layer: &str) -> f64 {
        self.seen.largest.get(layer).copied().unwrap_or(0.0).into()
    }

    /// The mean of each input of a gate's layer. `None` if no image evaluates the gate.
    pub fn means(&self, layer: &str) -> Option<Vec<f64>> {
        let (sums, images) = self.seen.inputs.get(layer)?;
        Some(sums.iter().map(|sum| *sum as f64 / f64::from(POOLED_FRAC) / *images as f64).collect())
    }

    /// The best scale for the output maps of all `writers`. If one of them has a ReLU with an upper
    /// bound, the largest `i8` stands for at most this bound, so that saturation has the effect of
    /// the bound.
    pub fn scale_of<'c>(&self, writers: impl IntoIterator<Item = &'c Conv>) -> f64 {
        let (mut all, mut most) = (Histogram::default(), f64::INFINITY);
        for c in writers {
            self.seen.ranges.get(&c.name).into_iter().for_each(|h| all.merge(h));
            most = c.clip().map_or(most, |max| most.min(f64::from(max) / 127.0));
        }
        all.best_scale().min(most)
    }

    /// Makes an error about an item of the network.
    pub fn bad(&self, item: String, expected: &str, found: &str) -> Error {
        let path = self.net.name.clone();
        Error::Invalid { path, item, expected: expected.into(), found: found.into() }
    }
}

/// A map, with its scale in the quantised network.
#[derive(Clone, Copy)]
pub(crate) struct Stream {
    /// Its shape.
    pub shape: lcsim_spec::Shape,
    /// The real value of one step.
    pub scale: f64,
}
