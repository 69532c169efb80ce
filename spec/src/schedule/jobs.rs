//! Jobs: the parameters of the units that instructions start.

use super::ids::{BlockId, LayerId, ListId, OffChipId};
use super::region::Region;
use crate::report::LayerKind;
use crate::{Decision, Pool, Shape};
use std::ops::Range;

/// One instruction of the controller.
#[derive(Debug, Clone, Copy)]
pub struct Op {
    /// The unit that the instruction starts.
    pub unit: Unit,
    /// When the instruction runs.
    pub condition: Condition,
    /// The line of the report to which its cycles are charged.
    pub layer: LayerId,
}

/// When an instruction runs. Otherwise the controller steps over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Always.
    Always,
    /// Unless the score of this block's L-Net is 0.
    IfLive(BlockId),
    /// Unless the image has left the network. No instruction makes an image leave yet.
    UnlessExited,
}

impl Condition {
    /// Whether the controller has to know an L-Net's score first.
    pub fn needs_score(self) -> bool {
        matches!(self, Self::IfLive(_))
    }
}

/// The unit that an instruction starts.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    /// The image port.
    LoadImage,
    /// The array and its units, with this job of [`super::Program::convs`].
    Conv(usize),
    /// The gate unit, with this job of [`super::Program::gates`].
    Gate(usize),
    /// The pooling unit, with this job of [`super::Program::pools`].
    Pool(usize),
    /// A move between memory and DRAM, with this job of [`super::Program::moves`].
    Move(usize),
}

impl Unit {
    /// The index of the convolution, if it is one.
    pub fn conv(self) -> Option<usize> {
        if let Self::Conv(conv) = self { Some(conv) } else { None }
    }

    /// The index of the gate, if it is one.
    pub fn gate(self) -> Option<usize> {
        if let Self::Gate(gate) = self { Some(gate) } else { None }
    }

    /// The index of the move, if it is one.
    pub fn moves(self) -> Option<usize> {
        if let Self::Move(moves) = self { Some(moves) } else { None }
    }
}

/// The rows of a layer's output map that an instruction computes. These are all rows, unless a map
/// of the layer is off chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    /// The first row.
    pub first_row: usize,
    /// The number of rows of the whole map.
    pub of: usize,
    /// The number of the program's moves that have to end before the instruction starts.
    pub moves: usize,
}

/// A transfer of rows of a map that is off chip, from DRAM to a buffer or back.
#[derive(Debug, Clone)]
pub struct MoveJob {
    /// The line of the report to which its bytes are charged.
    pub layer: LayerId,
    /// Whether the rows go to the DRAM; otherwise they come from there.
    pub stores: bool,
    /// The map whose rows are moved.
    pub map: OffChipId,
    /// Rows of the map.
    pub rows: Range<usize>,
    /// Where the rows are on chip.
    pub buffer: Region,
    /// Whether the buffer holds copies of the map's rest.
    pub copies: bool,
}

/// A map that does not fit on chip.
#[derive(Debug, Clone, Copy)]
pub struct OffChip {
    /// The shape with all channels live.
    pub shape: Shape,
    /// The live list that names the map's entries. Without one, the map has all channels.
    pub list: Option<ListId>,
    /// How many times each channel is stored on chip. Only the image is stored more than once.
    pub times: usize,
}

/// How a unit reads stored values that it adds. Maps are stored before their ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// The unit does not read them.
    Nothing,
    /// The values as they are stored.
    AsStored,
    /// The values after the ReLU of the map.
    Rectified,
}

impl Reads {
    /// Converts a stored value to the value that the unit reads.
    #[inline]
    pub fn value(self, stored: i8) -> i8 {
        match self {
            Self::Nothing => 0,
            Self::AsStored => stored,
            Self::Rectified => stored.max(0),
        }
    }

    /// The way to read a map whose readers apply ReLU, or do not.
    pub fn map(relu: bool) -> Self {
        if relu { Self::Rectified } else { Self::AsStored }
    }

    /// Returns `self` if it is `wanted`, and otherwise `Nothing`.
    #[must_use]
    pub fn only_if(self, wanted: bool) -> Self {
        if wanted { self } else { Self::Nothing }
    }

    /// Whether the unit reads anything.
    pub fn any(self) -> bool {
        self != Self::Nothing
    }
}

/// Which channels the entries of a convolution's input map are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// Entry i is channel i of the filter.
    Dense,
    /// Entry i is the channel that entry i of this live list names.
    List(ListId),
    /// The image, whose banks hold copies of its channels. A fold covers this number of taps.
    Packed(usize),
}

/// A convolution on the array.
#[derive(Debug, Clone)]
pub struct ConvJob {
    /// The line of the report to which its cycles are charged.
    pub layer: LayerId,
    /// The rows of the input map that the band needs, with every channel live.
    pub input: Shape,
    /// The rows of the output map that the band computes, with every channel live.
    pub output: Shape,
    /// The position of these rows in the output map.
    pub band: Band,
    /// Kernel height and width.
    pub kernel: [usize; 2],
    /// Vertical and horizontal stride.
    pub stride: [usize; 2],
    /// Rows of zeros above the map, and columns of zeros to its left.
    pub pad: [usize; 2],
    /// Whether output channel `i` reads only input channel `i`.
    pub depthwise: bool,
    /// Where the input map is.
    pub src: Region,
    /// Where the output map goes.
    pub dst: Region,
    /// Whether ReLU is applied to the input.
    pub src_relu: bool,
    /// Which channels the entries of the input map are.
    pub inputs: Inputs,
    /// Whether the input memory holds copies of the map's rest, so that several of its taps share a
    /// fold.
    pub src_copies: bool,
    /// Whether the output's rest is written in copies.
    pub dst_copies: bool,
    /// The live list of the output channels. Without one, all channels are computed.
    pub outputs: Option<ListId>,
    /// Whether the destination is indexed by channel, and not by the position in the live list.
    pub natural: bool,
    /// How the values at the destination are read, to which the output is added.
    pub residual: Reads,
    /// Whether the output is scaled by the L-Net's score.
    pub l_scaled: bool,
    /// How the pool sums take the output values.
    pub pool: Reads,
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

    /// Words of the filter memory that one tap of a group of output channels takes.
    pub fn words_of_tap(&self) -> usize {
        if self.depthwise { 1 } else { self.input.channels }
    }
}

/// A pooling of the residual stream.
#[derive(Debug, Clone)]
pub struct PoolJob {
    /// The line of the report to which its cycles are charged.
    pub layer: LayerId,
    /// The pooling; its windows are on the rows of the band.
    pub pool: Pool,
    /// The position of these rows in the output map.
    pub band: Band,
    /// Where the input map is.
    pub src: Region,
    /// Whether ReLU is applied to the input.
    pub src_relu: bool,
    /// Where the output map goes.
    pub dst: Region,
    /// How the pool sums take the output values.
    pub sums: Reads,
}

/// What the outputs of a fully connected layer are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One score for the residual branch of this block.
    Block(BlockId),
    /// One score for each channel, written to this live list.
    Channels(ListId),
    /// Logits, one for each class.
    Classes,
    /// Scores that the second layer of the same gate reads.
    Hidden,
}

impl Target {
    /// Whether the outputs decide what is skipped.
    pub fn decides(self) -> bool {
        matches!(self, Self::Block(_) | Self::Channels(_))
    }
}

/// A gate or the classifier on the gate unit.
#[derive(Debug, Clone)]
pub struct GateJob {
    /// The line of the report to which its cycles are charged.
    pub layer: LayerId,
    /// The region of the pool memory that has the sums of the map.
    pub pool_region: usize,
    /// The live list that names the pooled channels. Without one, all channels are pooled.
    pub list: Option<ListId>,
    /// Its fully connected layer. There is none if something outside the accelerator makes the
    /// scores. The instruction then takes no cycle of the gate unit.
    pub fc: Option<FcJob>,
    /// Whether the layer reads the scores of the layer before, and not the pool sums of a map.
    pub reads_hidden: bool,
    /// The number of scores or logits.
    pub outputs: usize,
    /// The rule that turns outputs into scores. The classifier has none: its outputs are the
    /// logits.
    pub decision: Option<Decision>,
    /// What the outputs are for.
    pub target: Target,
}

/// A fully connected layer on the gate unit.
#[derive(Debug, Clone)]
pub struct FcJob {
    /// The number of inputs: channels of the pooled map, or outputs of the layer before.
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
    /// How far a pool sum is shifted right.
    pub pool_shift: u8,
    /// First word of the gate weight memory.
    pub weight_base: usize,
    /// First word of the gate parameter memory.
    pub param_base: usize,
}

impl GateJob {
    /// The number of channels that the gate reads.
    pub fn inputs(&self) -> usize {
        self.fc.as_ref().map_or(0, |fc| fc.inputs)
    }
}

/// Bias, multiplier and shift of an output channel.
#[derive(Debug, Clone, Copy, Default)]
pub struct Param {
    /// The number that is added to the accumulator.
    pub bias: i32,
    /// The multiplier, of 15 bits.
    pub multiplier: u16,
    /// The right shift, of 5 bits.
    pub shift: u8,
}

/// What a line of the report says before any image has run.
#[derive(Debug, Clone)]
pub struct LayerInfo {
    /// Unique name.
    pub name: String,
    /// Its kind.
    pub kind: LayerKind,
    /// MACs if everything is live.
    pub macs_dense: u64,
    /// Output channels.
    pub channels: usize,
}
