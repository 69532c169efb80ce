//! Jobs: the units that instructions start, and their parameters.

use super::Region;
use crate::number::Score;
use crate::report::LayerKind;
use crate::{MaxPool, Shape};
use std::ops::Range;

/// One instruction of the controller.
#[derive(Debug, Clone, Copy)]
pub struct Op {
    /// The unit that it starts.
    pub unit: Unit,
    /// Stepped over if the block's L-Net gave 0.
    pub predicated: bool,
    /// Line of the report.
    pub layer: usize,
}

/// The unit that an instruction starts.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    /// The image port.
    LoadImage,
    /// This convolution of [`Program::convs`].
    Conv(usize),
    /// This gate of [`Program::gates`].
    Gate(usize),
    /// This max pooling of [`Program::max_pools`].
    MaxPool(usize),
    /// This move of [`Program::moves`].
    Move(usize),
}

/// Which rows of a layer's output map an instruction computes: all of them, unless a map of the
/// layer is off chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The first row.
    pub first_row: usize,
    /// Rows of the whole map.
    pub of: usize,
    /// So many moves of the program have to have ended before it starts.
    pub moves: usize,
}

/// Rows of a map that is off chip, on their way to a buffer or back.
#[derive(Debug, Clone)]
pub struct MoveJob {
    /// Line of the report.
    pub layer: usize,
    /// To the DRAM; otherwise from there.
    pub stores: bool,
    /// Which map of [`Program::off_chip`].
    pub map: usize,
    /// Rows of the map.
    pub rows: Range<usize>,
    /// Where they stand on chip.
    pub buffer: Region,
    /// The map's rest stands there in copies.
    pub copies: bool,
}

/// A map that does not fit on chip.
#[derive(Debug, Clone, Copy)]
pub struct OffChip {
    /// All channels live.
    pub shape: Shape,
    /// Its entries are those of this live list; all channels without one.
    pub list: Option<usize>,
    /// Times each channel is stored on chip: more than once for the image.
    pub times: usize,
}

/// Where a convolution's input channels come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// Channel i of the map is channel i of the filter.
    Dense,
    /// Entry i of a live list names the channel of the map's i-th entry.
    List(usize),
    /// The image: banks hold copies of its channels, so that a fold covers this many taps.
    Packed(usize),
}

/// A convolution on the array.
#[derive(Debug, Clone)]
pub struct ConvJob {
    /// Line of the report.
    pub layer: usize,
    /// Input map, every channel live: the rows that the band needs.
    pub input: Shape,
    /// Output map, every channel live: the rows of the band.
    pub output: Shape,
    /// Which rows these are.
    pub band: Band,
    /// Kernel height and width.
    pub kernel: [usize; 2],
    /// Vertical and horizontal stride.
    pub stride: [usize; 2],
    /// Zero padding above and to the left.
    pub pad: [usize; 2],
    /// Each output channel reads the input channel of its own number alone.
    pub depthwise: bool,
    /// Where the input stands.
    pub src: Region,
    /// Where the output goes.
    pub dst: Region,
    /// Readers of the input apply ReLU.
    pub src_relu: bool,
    /// Which channels the input's entries are.
    pub inputs: Inputs,
    /// The input's rest stands in copies, so that taps of it share folds.
    pub src_copies: bool,
    /// Writes the output's rest in copies.
    pub dst_copies: bool,
    /// Output channels in the order of a live list; all of them without one.
    pub outputs: Option<usize>,
    /// The destination is indexed by channel, not by position in the list.
    pub natural: bool,
    /// Adds to what stands at the destination, which is read with ReLU if the flag is set.
    pub residual: Option<bool>,
    /// Scales by the L-Net's score.
    pub l_scaled: bool,
    /// Adds up pool sums, of the values with ReLU if the flag is set.
    pub pool: Option<bool>,
    /// First word of the filter memory.
    pub filter_base: usize,
    /// First word of the parameter memory.
    pub param_base: usize,
}

impl ConvJob {
    /// Kernel taps.
    pub fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    /// Words of the filter memory that hold a tap of a group of output channels.
    pub fn words_of_tap(&self) -> usize {
        if self.depthwise { 1 } else { self.input.channels }
    }
}

/// A max pooling of the residual stream.
#[derive(Debug, Clone)]
pub struct MaxPoolJob {
    /// Line of the report.
    pub layer: usize,
    /// Its windows, on the rows of the band.
    pub windows: MaxPool,
    /// Which rows these are.
    pub band: Band,
    /// Where the input stands.
    pub src: Region,
    /// Where the output goes.
    pub dst: Region,
    /// Adds up pool sums, of the values with ReLU if the flag is set.
    pub pool: Option<bool>,
}

/// The purpose of a fully connected layer on the gate unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// One score for the residual branch.
    LNet,
    /// Scores of channels, written to this live list.
    CNet(usize),
    /// Logits.
    Classifier,
}

/// A fully connected layer on the gate unit.
#[derive(Debug, Clone)]
pub struct GateJob {
    /// Line of the report.
    pub layer: usize,
    /// The purpose of its outputs.
    pub purpose: Purpose,
    /// Channels of the pooled map.
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
    /// The map's region of the pool memory.
    pub pool_region: usize,
    /// Right shift of a pool sum.
    pub pool_shift: u8,
    /// Scores below it count as 0.
    pub threshold: Score,
    /// The live list that names the pooled channels; all of them without one.
    pub list: Option<usize>,
    /// First word of the gate weight memory.
    pub weight_base: usize,
    /// First word of the gate parameter memory.
    pub param_base: usize,
}

/// Bias, multiplier and shift of an output channel.
#[derive(Debug, Clone, Copy, Default)]
pub struct Param {
    /// Added to the accumulator.
    pub bias: i32,
    /// 15 bits.
    pub multiplier: u16,
    /// 5 bits.
    pub shift: u8,
}

/// A line of the report.
#[derive(Debug, Clone)]
pub struct LayerInfo {
    /// Unique name.
    pub name: String,
    /// Its kind.
    pub kind: LayerKind,
    /// MACs with everything live.
    pub macs_dense: u64,
    /// Output channels.
    pub channels: usize,
}
