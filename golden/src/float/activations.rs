//! The values that a float network computes of an image.

/// The values that the network computed of one image.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Activations {
    /// The outputs of the executed convolutions with their names, in the order of execution. An
    /// output is stored before its ReLU and after its scores were multiplied in. For the last
    /// convolution of a block, it is the sum of the block before its ReLU. Convolutions of a
    /// skipped branch have no entry.
    pub maps: Vec<(String, Vec<f32>)>,
    /// The scores of the evaluated gates with their names, in the order of evaluation.
    pub scores: Vec<(String, Vec<f32>)>,
    /// The inputs of each layer of these gates, with the layer's name: pooled channels, or the
    /// outputs of the layer before after its ReLU.
    pub inputs: Vec<(String, Vec<f32>)>,
    /// One logit for each class.
    pub logits: Vec<f32>,
    /// Multiply-accumulates of live channels in convolutions, and of the classifier.
    pub macs: u64,
}

impl Activations {
    /// The class with the largest logit; of equal ones, the first.
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

/// The first value that a 32-bit float cannot hold.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error(
    "layer `{layer}`: expected values that a float of 32 bits can hold, found {value}: its weights, or those of a \
     layer in front of it, are too large"
)]
pub struct Overflow {
    /// The layer that computed the value.
    pub layer: String,
    /// The value: infinite, or not a number.
    pub value: f32,
}

/// Checks that the values of a layer are finite.
///
/// # Errors
/// Returns the first value that is not finite.
pub(crate) fn finite(layer: &str, values: &[f32]) -> Result<(), Overflow> {
    match values.iter().find(|v| !v.is_finite()) {
        None => Ok(()),
        Some(&value) => Err(Overflow { layer: layer.into(), value }),
    }
}
