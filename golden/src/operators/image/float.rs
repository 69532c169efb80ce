//! The image as floats.

use crate::model::Network;

/// The values that the network reads for an image of channel-major bytes.
pub fn normalize(net: &Network, image: &[u8]) -> Vec<f32> {
    let planes = image.chunks_exact(net.input.pixels()).zip(net.mean.iter().zip(&net.std));
    planes.flat_map(|(plane, (mean, std))| plane.iter().map(move |&p| (f32::from(p) / 255.0 - mean) / std)).collect()
}
