//! Checks the rules of a residual block that do not concern shapes.

use crate::model::{Block, Conv, GatedConv};
use lcsim_spec::NetworkError;
use lcsim_spec::require::{block, layer};

/// Checks the ReLUs of a block. `clip` is the upper bound of the ReLU6 of its input map, if it has
/// one.
///
/// # Errors
/// Names the property that is wrong.
pub(crate) fn relus(b: &Block, clip: Option<f32>) -> Result<(), NetworkError> {
    // The sum is stored with the scale of the map to which the branch is added, so it saturates at
    // the same value.
    if let (Some(max), None) = (clip, &b.shortcut) {
        let found = format!("a clip to 0..{max}");
        return Err(NetworkError::new(block(&b.name), "ReLU of the input", "a plain one, or a projection", found));
    }
    match b.convs.last() {
        Some(GatedConv { conv: Conv { name, relu: Some(_), .. }, .. }) => {
            Err(NetworkError::new(layer(name), "ReLU in front of the addition", "none", "one"))
        }
        _ => Ok(()),
    }
}
