//! Depthwise convolution: each output channel reads the input channel of its own number alone.

use super::gate::{Connected, Gate};
use crate::require::{NetworkError, layer};

/// Input channels that an output channel reads.
pub const FAN_IN: usize = 1;

/// Checks that no gate stands on a depthwise convolution of this name, nor on the convolution
/// before it: what a channel that is not computed would leave in the one that reads it alone has no
/// entry in its map.
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
