//! What a float network computes of an image.

/// The activations of one image.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Activations {
    /// Of each executed convolution, in order of execution: its name and its output before its
    /// ReLU, times its scores. For the last convolution of a block, the block's sum before its
    /// ReLU. A branch that its L-Net skips is absent.
    pub maps: Vec<(String, Vec<f32>)>,
    /// Of each evaluated gate, in order of evaluation: its name and its scores.
    pub scores: Vec<(String, Vec<f32>)>,
    /// Of the same gates: the pooled channels that they read.
    pub pooled: Vec<Vec<f32>>,
    /// One a class.
    pub logits: Vec<f32>,
    /// Multiply-accumulates of live channels in convolutions, and of the classifier.
    pub macs: u64,
}

impl Activations {
    /// The class with the largest logit, the first of equals.
    pub fn class(&self) -> usize {
        let mut best = 0;
        for (i, logit) in self.logits.iter().enumerate() {
            if *logit > self.logits[best] {
                best = i;
            }
        }
        best
    }
}

/// The first value of a network that no float of 32 bits can hold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "layer `{layer}`: expected values that a float of 32 bits can hold, found {value}: its weights, or those of a layer in \
     front of it, are too large"
)]
pub struct Overflow {
    /// The layer that it arises in.
    pub layer: String,
    /// The value: infinite, or no number.
    pub value: f32,
}

/// Checks the values of a layer.
///
/// # Errors
/// Names the first one that is not finite.
pub(crate) fn finite(layer: &str, values: &[f32]) -> Result<(), Overflow> {
    match values.iter().find(|v| !v.is_finite()) {
        None => Ok(()),
        Some(&value) => Err(Overflow { layer: layer.into(), value }),
    }
}
