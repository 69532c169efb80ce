//! Stores a convolution in the file of a quantised network.

use crate::Error;
use crate::container::{File, Tensors, from_shape, to_shape};
use crate::operators::depthwise;
use lcsim_spec::Conv;
use serde::{Deserialize, Serialize};

/// A convolution in the header of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ConvHeader {
    name: String,
    input: [usize; 3],
    output: [usize; 3],
    kernel: [usize; 2],
    stride: [usize; 2],
    pad: [usize; 2],
    relu: bool,
    #[serde(default, skip_serializing_if = "depthwise::store::is_left_out")]
    depthwise: bool,
}

impl ConvHeader {
    /// Makes the header of a convolution, and adds its numbers to `tensors`.
    pub fn new(c: &Conv, tensors: &mut Tensors) -> Self {
        let header = Self {
            name: c.name.clone(),
            input: from_shape(c.input),
            output: from_shape(c.output),
            kernel: c.kernel,
            stride: c.stride,
            pad: c.pad,
            relu: c.relu,
            depthwise: c.depthwise,
        };
        tensors.parameters(&c.name, header.dims(), &c.weights, &c.bias, &c.multiplier, &c.shift);
        header
    }

    /// Makes the convolution from the header and the numbers in `file`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the numbers are missing or do not fit.
    pub fn read(self, file: &File) -> Result<Conv, Error> {
        let (weights, bias) = file.weights(&self.name, &self.dims())?;
        let (multiplier, shift) = file.scales(&self.name, self.output[0])?;
        let (input, output) = (to_shape(self.input), to_shape(self.output));
        let Self { name, kernel, stride, pad, relu, depthwise, .. } = self;
        Ok(Conv { name, input, output, kernel, stride, pad, relu, depthwise, weights, bias, multiplier, shift })
    }

    /// The sizes of the weights.
    fn dims(&self) -> Vec<usize> {
        match self.depthwise {
            true => depthwise::store::dims(self.output[0], self.kernel),
            false => vec![self.output[0], self.input[0], self.kernel[0], self.kernel[1]],
        }
    }
}
