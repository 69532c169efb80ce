//! Checks of a whole quantised network. Later stages rely on them.

use crate::network::{Layer, QuantNetwork};
use crate::require::{NetworkError, block, require};
use crate::structure;

impl QuantNetwork {
    /// Checks every shape, length and range of the network.
    ///
    /// # Errors
    /// Names the first layer that contradicts itself or the layer before it.
    pub fn validate(&self) -> Result<(), NetworkError> {
        for (what, values) in [("mean", &self.input.mean), ("std", &self.input.std)] {
            require("input", what, self.input.shape.channels, values.len())?;
        }
        structure::check(self.input.shape, &self.layers, &self.classifier)?;
        let mut relu = false;
        for layer in &self.layers {
            match layer {
                Layer::Conv(c) => relu = c.relu,
                // If a branch is skipped, the stored stream and its pool sums stay as they are. So
                // their readers have to apply the same ReLU with and without the branch.
                Layer::Block(b) if b.relu != relu && b.shortcut.is_none() => {
                    let [expected, found] = [relu, b.relu].map(|r| if r { "a ReLU" } else { "no ReLU" });
                    let expected =
                        format!("{expected}, as the block's input has {expected}, or a projection as shortcut");
                    return Err(NetworkError::new(block(&b.name), "ReLU behind the addition", expected, found));
                }
                Layer::Block(b) => relu = b.relu,
                Layer::Pool(p) => relu = p.pooling.room().relu(relu),
            }
        }
        Ok(())
    }
}
