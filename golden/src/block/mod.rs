//! Residual blocks: the order of their convolutions and gates, for each face.

pub(crate) mod check;
pub(crate) mod float;
pub(crate) mod integer;
pub(crate) mod quantise;
pub(crate) mod store;

use lcsim_spec::network::{Block, Layer};

/// Returns the block, if the layer is one.
pub(crate) fn of<C, F>(layer: &Layer<C, F>) -> Option<&Block<C, F>> {
    if let Layer::Block(block) = layer { Some(block) } else { None }
}
