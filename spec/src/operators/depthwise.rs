//! Depthwise convolution: output channel `i` reads only input channel `i`.
//!
//! ```
//! use lcsim_spec::operators::depthwise::FAN_IN;
//! use lcsim_spec::{Conv, Shape};
//!
//! let map = Shape { channels: 4, height: 8, width: 8 };
//! let (name, parameters) = ("depthwise".to_owned(), (vec![0; 4], vec![1 << 14; 4], vec![4; 4]));
//! let (bias, multiplier, shift) = parameters;
//! let (kernel, stride, pad, weights) = ([3, 3], [1, 1], [1, 1], vec![1; 4 * 9]);
//! let (input, output, relu, depthwise) = (map, map, true, true);
//! let conv = Conv { name, input, output, kernel, stride, pad, relu, depthwise, weights, bias, multiplier, shift };
//! assert_eq!(conv.fan_in(), FAN_IN);
//! assert_eq!(conv.dense_macs(), 64 * 9 * 4, "a dense convolution would have 4 times as many");
//! ```

use super::gate::{Connected, Gate};
use crate::require::{NetworkError, layer};

/// The number of input channels that one output channel reads.
pub const FAN_IN: usize = 1;

/// Checks that neither the depthwise convolution `name` nor the convolution before it has a gate.
/// Each output channel reads one entry of its input map; a skipped channel has no entry there.
///
/// # Errors
/// Names the gate.
pub(crate) fn check_gates<F: Connected>(
    name: &str,
    before: Option<&Gate<F>>,
    own: Option<&Gate<F>>,
) -> Result<(), NetworkError> {
    match own.or(before) {
        None => Ok(()),
        Some(gate) => {
            let expected = "none on a depthwise convolution, nor on the one before it";
            Err(NetworkError::new(layer(name), "C-Net", expected, format!("`{}`", gate.name())))
        }
    }
}
