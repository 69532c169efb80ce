//! Poolings inside the network: one value for each window of each channel. Each pooling has a room of
//! its own.

use crate::report::LayerKind;
use crate::require::NetworkError;
use crate::shape::Windows;

/// What the parts of a network have to know of a pooling.
pub trait Pools {
    /// Its name in messages.
    fn name(&self) -> &'static str;
    /// The kind of its line of the report.
    fn kind(&self) -> LayerKind;
    /// Checks the windows of a layer, which `item` names, beyond what holds for all poolings.
    ///
    /// # Errors
    /// Names what is wrong.
    fn check(&self, _item: &str, _windows: &Windows) -> Result<(), NetworkError> {
        Ok(())
    }
    /// Whether readers of its output apply ReLU, where those of its input do or not.
    fn relu(&self, of_input: bool) -> bool;
}
