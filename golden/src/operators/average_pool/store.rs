//! Stores average pooling in the file of a quantised network.

use crate::container::{from_shape, to_shape};
use lcsim_spec::operators::average_pool::AveragePool;
use lcsim_spec::{Pool, Pooling, Windows};
use serde::{Deserialize, Serialize};

/// An average pooling in the header of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PoolHeader {
    name: String,
    input: [usize; 3],
    output: [usize; 3],
    kernel: [usize; 2],
    stride: [usize; 2],
    pad: [usize; 2],
    counts_padding: bool,
    relu: bool,
}

impl PoolHeader {
    /// Makes the header of a pooling with these windows.
    pub fn new(name: &str, windows: &Windows, pooling: &AveragePool) -> Self {
        let Windows { input, output, kernel, stride, pad } = *windows;
        let (name, input, output) = (name.into(), from_shape(input), from_shape(output));
        let AveragePool { counts_padding, relu } = *pooling;
        Self { name, input, output, kernel, stride, pad, counts_padding, relu }
    }
}

impl From<PoolHeader> for Pool {
    fn from(header: PoolHeader) -> Self {
        let PoolHeader { name, input, output, kernel, stride, pad, counts_padding, relu } = header;
        let windows = Windows { input: to_shape(input), output: to_shape(output), kernel, stride, pad };
        Self { name, windows, pooling: Pooling::Average(AveragePool { counts_padding, relu }) }
    }
}
