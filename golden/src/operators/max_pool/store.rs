//! Stores max pooling in the file of a quantised network.

use crate::container::{from_shape, to_shape};
use lcsim_spec::{MaxPool, Pool, Pooling, Windows};
use serde::{Deserialize, Serialize};

/// A max pooling in the header of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolHeader {
    name: String,
    input: [usize; 3],
    output: [usize; 3],
    kernel: [usize; 2],
    stride: [usize; 2],
    pad: [usize; 2],
}

impl PoolHeader {
    /// Makes the header of a pooling with these windows.
    pub fn new(name: &str, windows: &Windows, _: &MaxPool) -> Self {
        let Windows { input, output, kernel, stride, pad } = *windows;
        Self { name: name.into(), input: from_shape(input), output: from_shape(output), kernel, stride, pad }
    }
}

impl From<PoolHeader> for Pool {
    fn from(header: PoolHeader) -> Self {
        let PoolHeader { name, input, output, kernel, stride, pad } = header;
        let windows = Windows { input: to_shape(input), output: to_shape(output), kernel, stride, pad };
        Self { name, windows, pooling: Pooling::Max(MaxPool) }
    }
}
