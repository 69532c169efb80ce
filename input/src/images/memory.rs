//! Images in memory, one after the other, with their labels.

use super::source::{Sample, Source};
use anyhow::Result;
use lcsim_spec::Shape;

/// Images of one shape.
pub(super) struct Images {
    /// The origin of the images, for messages.
    pub(super) origin: String,
    /// The shape of each image.
    pub(super) shape: Shape,
    /// Whether the channels of a pixel are side by side. Otherwise each channel is a plane.
    pub(super) interleaved: bool,
    /// The pixels of all images.
    pub(super) pixels: Vec<u8>,
    /// One label for each image.
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

/// Takes the first `channels` of the `stored` samples of each pixel, and returns them plane by
/// plane.
pub(super) fn planes(samples: &[u8], stored: usize, channels: usize) -> Vec<u8> {
    let pixels = samples.len() / stored;
    let mut planes = Vec::with_capacity(pixels * channels);
    for channel in 0..channels {
        planes.extend((0..pixels).map(|pixel| samples[pixel * stored + channel]));
    }
    planes
}
