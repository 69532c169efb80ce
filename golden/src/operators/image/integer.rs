//! The image as bytes that the accelerator reads.

use crate::integer::Map;
use lcsim_spec::Shape;

/// The map of an image of this shape: no ReLU is applied to it.
pub(crate) fn map(shape: Shape, image: &[i8]) -> Map {
    Map { shape, relu: false, stored: image.to_vec() }
}
