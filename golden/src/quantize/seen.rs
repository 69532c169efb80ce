//! What calibration saw of a network.

use crate::Error;
use crate::float::Overflow;
use crate::histogram::Histogram;
use crate::model::{Conv, Network};
use std::collections::BTreeMap;

/// Fraction bits of a pooled channel.
const POOLED_FRAC: f32 = (1u32 << 24) as f32;

/// Histograms of activations, by name.
#[derive(Default)]
pub(crate) struct Seen {
    /// The values that each map's readers see.
    pub ranges: BTreeMap<String, Histogram>,
    /// For each gate the sums of the channels that it reads, in fixed point, so that their order
    /// does not matter, and how many images evaluate it.
    pooled: BTreeMap<String, (Vec<i64>, u64)>,
    /// The first image that the network overflows with.
    pub overflow: Option<(usize, Overflow)>,
}

impl Seen {
    /// The channels that a gate reads of an image.
    pub fn add_pooled(&mut self, gate: String, channels: &[f32]) {
        self.add_sums(gate, channels.iter().map(|v| (v * POOLED_FRAC).round() as i64), 1);
    }

    fn add_sums(&mut self, gate: String, channels: impl Iterator<Item = i64>, images: u64) {
        let (sums, count) = self.pooled.entry(gate).or_default();
        for (i, channel) in channels.enumerate() {
            if i == sums.len() {
                sums.push(0);
            }
            sums[i] = sums[i].saturating_add(channel);
        }
        *count += images;
    }

    /// What this and `other` saw.
    pub fn merge(mut self, other: Self) -> Self {
        other.ranges.into_iter().for_each(|(name, h)| self.ranges.entry(name).or_default().merge(&h));
        for (gate, (sums, images)) in other.pooled {
            self.add_sums(gate, sums.into_iter(), images);
        }
        // Parts are merged in the order of the images.
        self.overflow = self.overflow.or(other.overflow);
        self
    }
}

/// A network, and what calibration saw of it.
pub(crate) struct Quantizer<'a> {
    /// The float network.
    pub net: &'a Network,
    /// Its activations.
    pub seen: Seen,
}

impl Quantizer<'_> {
    /// Mean of each channel that a gate reads; nothing of a gate that no image evaluates.
    pub fn means(&self, gate: &str) -> Option<Vec<f64>> {
        let (sums, images) = self.seen.pooled.get(gate)?;
        Some(sums.iter().map(|sum| *sum as f64 / f64::from(POOLED_FRAC) / *images as f64).collect())
    }

    /// The best scale for the output maps of `writers` together: where one is clipped, the largest
    /// `i8` is no more than its bound, so that saturation clips it.
    pub fn scale_of<'c>(&self, writers: impl IntoIterator<Item = &'c Conv>) -> f64 {
        let (mut all, mut most) = (Histogram::default(), f64::INFINITY);
        for c in writers {
            self.seen.ranges.get(&c.name).into_iter().for_each(|h| all.merge(h));
            most = c.clip().map_or(most, |max| most.min(f64::from(max) / 127.0));
        }
        all.best_scale().min(most)
    }

    /// An error of an item of the network.
    pub fn bad(&self, item: String, expected: &str, found: &str) -> Error {
        let path = self.net.name.clone();
        Error::Invalid { path, item, expected: expected.into(), found: found.into() }
    }
}

/// A map that is read: its quantised network has this scale.
#[derive(Clone, Copy)]
pub(crate) struct Stream {
    /// Its shape.
    pub shape: lcsim_spec::Shape,
    /// Real value of one step.
    pub scale: f64,
}
