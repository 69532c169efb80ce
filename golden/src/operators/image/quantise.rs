//! Finds the scale of the image.

use crate::model::Network;
use lcsim_spec::InputSpec;

/// The finest scale with which every byte of every channel fits into an `i8`.
pub(crate) fn input_spec(net: &Network) -> InputSpec {
    let mut input = InputSpec { shape: net.input, mean: net.mean.clone(), std: net.std.clone(), scale: 1.0 };
    let ends = (0..net.input.channels).flat_map(|c| [input.normalize(0, c), input.normalize(255, c)]);
    let scale = ends.map(|v| if v < 0.0 { v / -128.0 } else { v / 127.0 }).fold(0.0, f32::max);
    input.scale = if scale > 0.0 { scale } else { 1.0 };
    input
}
