//! The image in floats.

use crate::model::Network;

/// Converts an image, given as bytes channel by channel, to the values that the network reads.
pub fn normalize(net: &Network, image: &[u8]) -> Vec<f32> {
    let planes = image.chunks_exact(net.input.pixels()).zip(net.mean.iter().zip(&net.std));
    planes.flat_map(|(plane, (mean, std))| plane.iter().map(move |&p| (f32::from(p) / 255.0 - mean) / std)).collect()
}
