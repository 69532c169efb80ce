//! The image in integers, as the accelerator reads it.

use crate::integer::Map;
use lcsim_spec::Shape;

/// Makes the map of an image of this shape. Its readers apply no ReLU.
pub(crate) fn map(shape: Shape, image: &[i8]) -> Map {
    Map { shape, relu: false, stored: image.to_vec() }
}
