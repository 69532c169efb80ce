//! Computes a convolution in floats.

use crate::float::{Activations, Overflow, finite};
use crate::kernel::conv2d;
use crate::model::Conv;
use crate::operators::depthwise;

/// Computes a convolution outside any block.
///
/// # Errors
/// Returns its first [`Overflow`].
pub(crate) fn layer(c: &Conv, a: &mut Activations, x: &[f32]) -> Result<Vec<f32>, Overflow> {
    let mut y = convolve(c, a, x, [c.input.channels, c.output.channels])?;
    a.maps.push((c.name.clone(), y.clone()));
    relu(&mut y, c.relu);
    Ok(y)
}

/// Computes the output before its ReLU. `live` is the number of live input and of live output
/// channels.
///
/// # Errors
/// Returns its first [`Overflow`].
pub(crate) fn convolve(c: &Conv, a: &mut Activations, x: &[f32], live: [usize; 2]) -> Result<Vec<f32>, Overflow> {
    a.macs += c.macs(live[0], live[1]);
    let y = match c.depthwise {
        true => depthwise::float::convolve(c, x),
        false => conv2d(&c.geometry(), x, &c.weights, &c.bias),
    };
    finite(&c.name, &y)?;
    Ok(y)
}

/// Applies a ReLU with the upper bound `max`, if there is one.
pub(crate) fn relu(x: &mut [f32], max: Option<f32>) {
    if let Some(max) = max {
        x.iter_mut().for_each(|v| *v = v.clamp(0.0, max));
    }
}
