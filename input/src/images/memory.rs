//! Images that stand in memory one behind the other, and their labels.

use super::source::{Sample, Source};
use anyhow::Result;
use lcsim_spec::Shape;

/// Images of one shape.
pub(super) struct Images {
    /// Where they are from.
    pub(super) origin: String,
    /// Of each.
    pub(super) shape: Shape,
    /// Whether the channels of a pixel stand side by side; else each channel is a plane.
    pub(super) interleaved: bool,
    /// Of all images.
    pub(super) pixels: Vec<u8>,
    /// Of each image.
    pub(super) labels: Vec<u32>,
}

impl Source for Images {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn origin(&self, index: usize) -> String {
        format!("{}, image {index}", self.origin)
    }

    fn read(&self, index: usize) -> Result<Sample> {
        let size = self.shape.len();
        let stored = &self.pixels[index * size..][..size];
        let pixels =
            if self.interleaved { planes(stored, self.shape.channels, self.shape.channels) } else { stored.to_vec() };
        Ok(Sample { shape: self.shape, pixels, label: self.labels[index] as usize })
    }
}

/// The first `channels` of the samples that are `stored` for each pixel, plane by plane.
pub(super) fn planes(samples: &[u8], stored: usize, channels: usize) -> Vec<u8> {
    (0..channels).flat_map(|c| samples.iter().skip(c).step_by(stored)).copied().collect()
}
