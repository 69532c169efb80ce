//! Convolution on the array.
//!
//! ```
//! use lcsim_spec::{Conv, Shape};
//!
//! let map = Shape { channels: 4, height: 8, width: 8 };
//! let conv = Conv {
//!     name: "conv".to_owned(),
//!     input: map,
//!     output: map,
//!     kernel: [3, 3],
//!     stride: [1, 1],
//!     pad: [1, 1],
//!     relu: true,
//!     depthwise: false,
//!     weights: vec![1; 4 * 4 * 9],
//!     bias: vec![0; 4],
//!     multiplier: vec![1 << 14; 4],
//!     shift: vec![4; 4],
//! };
//! assert_eq!(conv.dense_macs(), 64 * 9 * 4 * 4);
//! assert_eq!(conv.macs(2, 3), 64 * 9 * 2 * 3, "with 2 live input channels and 3 live output channels");
//! ```

use super::depthwise;
use super::parameters::check_ranges;
use crate::require::{NetworkError, check_windows, layer, reaches, require};
use crate::shape::{Shape, Windows};

/// A convolution. Its output map is stored before its ReLU.
#[derive(Debug, Clone, PartialEq)]
pub struct Conv {
    /// Unique name.
    pub name: String,
    /// Input map.
    pub input: Shape,
    /// Output map.
    pub output: Shape,
    /// Kernel height and width.
    pub kernel: [usize; 2],
    /// Vertical and horizontal stride.
    pub stride: [usize; 2],
    /// Rows of zeros above the map, and columns of zeros to its left. The zeros below and to the
    /// right follow from the shapes.
    pub pad: [usize; 2],
    /// Whether readers of the output map (and its pool sums) apply ReLU to it.
    pub relu: bool,
    /// Whether output channel `i` reads only input channel `i`.
    pub depthwise: bool,
    /// `[output channel][input channel][row][column]`; of a depthwise convolution
    /// `[channel][row][column]`.
    pub weights: Vec<i8>,
    /// One for each output channel.
    pub bias: Vec<i32>,
    /// One for each output channel, in the format of [`crate::number`].
    pub multiplier: Vec<u16>,
    /// One for each output channel, in the format of [`crate::number`].
    pub shift: Vec<u8>,
}

impl Conv {
    /// The number of kernel taps.
    pub fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }
    /// MACs if every channel is live. Taps on padding count.
    pub fn dense_macs(&self) -> u64 {
        self.macs(self.input.channels, self.output.channels)
    }
    /// MACs with `live_in` live input channels and `live_out` live output channels.
    pub fn macs(&self, live_in: usize, live_out: usize) -> u64 {
        let read = if self.depthwise { depthwise::FAN_IN } else { live_in };
        (read * live_out * self.taps() * self.output.pixels()) as u64
    }
    /// The number of input channels that one output channel reads.
    pub fn fan_in(&self) -> usize {
        if self.depthwise { depthwise::FAN_IN } else { self.input.channels }
    }
    /// The weight for output channel `out`, input channel `inp` and tap `tap`.
    pub fn weight(&self, out: usize, inp: usize, tap: usize) -> i8 {
        match self.depthwise {
            true if out != inp => 0,
            true => self.weights[out * self.taps() + tap],
            false => self.weights[(out * self.input.channels + inp) * self.taps() + tap],
        }
    }
}

/// The common interface of float and quantised convolutions, by which both are checked.
pub trait Convolution {
    /// Its name.
    fn name(&self) -> &str;
    /// The shapes of the maps, and the geometry of the kernel.
    fn windows(&self) -> Windows;
    /// Whether output channel `i` reads only input channel `i`.
    fn is_depthwise(&self) -> bool;
    /// The number of weights and the number of biases.
    fn lengths(&self) -> [usize; 2];
    /// Runs the checks that only this kind of network needs.
    ///
    /// # Errors
    /// Names the property that is wrong.
    fn check(&self) -> Result<(), NetworkError>;
}

/// Checks a convolution that reads a map of shape `input`, and returns the shape of its output.
///
/// # Errors
/// Names the property that is wrong.
pub(crate) fn check_conv(c: &impl Convolution, input: Shape) -> Result<Shape, NetworkError> {
    let item = layer(c.name());
    let w = c.windows();
    check_windows(&item, &w, input)?;
    reaches(&item, &w)?;
    let outputs = w.output.channels;
    if c.is_depthwise() {
        require(&item, "output channels of a depthwise convolution", w.input.channels, outputs)?;
    }
    let fan_in = if c.is_depthwise() { depthwise::FAN_IN } else { w.input.channels };
    let [weights, biases] = c.lengths();
    require(&item, "weights", outputs * fan_in * w.kernel[0] * w.kernel[1], weights)?;
    require(&item, "biases", outputs, biases)?;
    c.check()?;
    Ok(w.output)
}

impl Convolution for Conv {
    fn name(&self) -> &str {
        &self.name
    }
    fn windows(&self) -> Windows {
        let Conv { input, output, kernel, stride, pad, .. } = *self;
        Windows { input, output, kernel, stride, pad }
    }
    fn is_depthwise(&self) -> bool {
        self.depthwise
    }
    fn lengths(&self) -> [usize; 2] {
        [self.weights.len(), self.bias.len()]
    }
    fn check(&self) -> Result<(), NetworkError> {
        let item = layer(&self.name);
        require(&item, "multipliers", self.output.channels, self.multiplier.len())?;
        require(&item, "shifts", self.output.channels, self.shift.len())?;
        check_ranges(&item, &self.weights, 128, &self.bias, &self.multiplier, &self.shift)
    }
}
