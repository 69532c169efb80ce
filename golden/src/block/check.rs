//! The rules of a residual block beyond shapes.

use crate::model::{Block, Conv, GatedConv};
use lcsim_spec::NetworkError;
use lcsim_spec::require::{block, layer};

/// Checks the ReLUs of a block whose input is clipped at `clip`.
///
/// # Errors
/// Names what is wrong.
pub(crate) fn relus(b: &Block, clip: Option<f32>) -> Result<(), NetworkError> {
    // The sum shares the steps of what it is added to, and so where these end.
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
