//! Poolings inside the network: one value for each window of each channel. Each pooling has a room of
//! its own.

use crate::report::LayerKind;

/// What the parts of a network have to know of a pooling.
pub trait Pools {
    /// Its name in messages.
    fn name(&self) -> &'static str;
    /// The kind of its line of the report.
    fn kind(&self) -> LayerKind;
    /// Whether readers of its output apply ReLU, where those of its input do or not.
    fn relu(&self, of_input: bool) -> bool;
}
