//! Convolution on the array.

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
    /// Zero padding above and to the left; what is needed below and to the right follows from the
    /// shapes.
    pub pad: [usize; 2],
    /// Whether readers of the output map (and its pool sums) apply ReLU to it.
    pub relu: bool,
    /// Each output channel reads the input channel of its own number alone.
    pub depthwise: bool,
    /// `[output channel][input channel][row][column]`; of a depthwise convolution
    /// `[channel][row][column]`.
    pub weights: Vec<i8>,
    /// Per output channel.
    pub bias: Vec<i32>,
    /// Per output channel; see [`crate::number`].
    pub multiplier: Vec<u16>,
    /// Per output channel; see [`crate::number`].
    pub shift: Vec<u8>,
}

impl Conv {
    /// Kernel taps.
    pub fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }
    /// Multiply-accumulates with everything live; taps that fall on padding count.
    pub fn dense_macs(&self) -> u64 {
        self.macs(self.input.channels, self.output.channels)
    }
    /// Multiply-accumulates with so many live channels.
    pub fn macs(&self, live_in: usize, live_out: usize) -> u64 {
        let read = if self.depthwise { depthwise::FAN_IN } else { live_in };
        (read * live_out * self.taps() * self.output.pixels()) as u64
    }
    /// Input channels that an output channel reads.
    pub fn fan_in(&self) -> usize {
        if self.depthwise { depthwise::FAN_IN } else { self.input.channels }
    }
    /// The weight of (output channel, input channel, tap).
    pub fn weight(&self, out: usize, inp: usize, tap: usize) -> i8 {
        match self.depthwise {
            true if out != inp => 0,
            true => self.weights[out * self.taps() + tap],
            false => self.weights[(out * self.input.channels + inp) * self.taps() + tap],
        }
    }
}

/// A convolution of a float or a quantised network.
pub trait Convolution {
    /// Its name.
    fn name(&self) -> &str;
    /// Where it reads and writes.
    fn windows(&self) -> Windows;
    /// Whether each output channel reads the input channel of its own number alone.
    fn is_depthwise(&self) -> bool;
    /// How many weights and how many biases there are.
    fn lengths(&self) -> [usize; 2];
    /// Checks that only this kind of network needs.
    ///
    /// # Errors
    /// Names what is wrong.
    fn check(&self) -> Result<(), NetworkError>;
}

/// Checks a convolution that reads a map of shape `input`; gives the shape of its output.
///
/// # Errors
/// Names what is wrong.
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
