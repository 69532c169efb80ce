//! Stores the description of the image in the file's header.

use crate::container::{from_shape, to_shape};
use lcsim_spec::InputSpec;
use serde::{Deserialize, Serialize};

/// The description of the image.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputHeader {
    shape: [usize; 3],
    pub mean: Vec<f32>,
    pub std: Vec<f32>,
    pub scale: f32,
}

impl From<&InputSpec> for InputHeader {
    fn from(input: &InputSpec) -> Self {
        let InputSpec { shape, mean, std, scale } = input.clone();
        Self { shape: from_shape(shape), mean, std, scale }
    }
}

impl From<InputHeader> for InputSpec {
    fn from(header: InputHeader) -> Self {
        let InputHeader { shape, mean, std, scale } = header;
        Self { shape: to_shape(shape), mean, std, scale }
    }
}
