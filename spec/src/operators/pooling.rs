//! The common interface of poolings inside the network. A pooling computes one value for each
//! window of each channel; each one has a room of its own.
//!
//! ```
//! use lcsim_spec::operators::pooling::Pools;
//! use lcsim_spec::report::LayerKind;
//! use lcsim_spec::{MaxPool, Shape, Windows};
//!
//! assert_eq!(MaxPool.kind(), LayerKind::MaxPool);
//! let map = Shape { channels: 1, height: 2, width: 2 };
//! let windows = Windows { input: map, output: map, kernel: [1, 1], stride: [1, 1], pad: [0, 0] };
//! MaxPool.check("pool", &windows)?;
//! # Ok::<(), lcsim_spec::NetworkError>(())
//! ```

use crate::report::LayerKind;
use crate::require::NetworkError;
use crate::shape::Windows;

/// The properties of a pooling that the rest of lcsim needs.
pub trait Pools {
    /// The name in messages.
    fn name(&self) -> &'static str;
    /// The kind of its line in the report.
    fn kind(&self) -> LayerKind;
    /// Runs the checks that only this pooling needs. Error messages name the layer `item`.
    ///
    /// # Errors
    /// Names the property that is wrong.
    fn check(&self, _item: &str, _windows: &Windows) -> Result<(), NetworkError> {
        Ok(())
    }
    /// Whether readers of the output apply ReLU. `of_input` says whether readers of the input do.
    fn relu(&self, of_input: bool) -> bool;
}
