//! Jobs: the units that instructions start, and their parameters.

use super::ids::{BlockId, LayerId, ListId, OffChipId};
use super::region::Region;
use crate::report::LayerKind;
use crate::{Decision, Head, Pool, Shape};
use std::ops::Range;

/// One instruction of the controller.
#[derive(Debug, Clone, Copy)]
pub struct Op {
    /// The unit that it starts.
    pub unit: Unit,
    /// Whether it runs, or is stepped over.
    pub condition: Condition,
    /// Line of the report.
    pub layer: LayerId,
}

/// When an instruction runs; otherwise the controller steps over it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// Always.
    Always,
    /// Unless the score of this block's L-Net is 0.
    IfLive(BlockId),
    /// Unless the image has left the network. No instruction lets it leave yet.
    UnlessExited,
}

/// The unit that an instruction starts.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    /// The image port.
    LoadImage,
    /// This convolution of [`super::Program::convs`].
    Conv(usize),
    /// This gate of [`super::Program::gates`].
    Gate(usize),
    /// This pooling of [`super::Program::pools`].
    Pool(usize),
    /// This move of [`super::Program::moves`].
    Move(usize),
}

impl Unit {
    /// The convolution that it is.
    pub fn conv(self) -> Option<usize> {
        if let Self::Conv(conv) = self { Some(conv) } else { None }
    }

    /// The gate that it is.
    pub fn gate(self) -> Option<usize> {
        if let Self::Gate(gate) = self { Some(gate) } else { None }
    }

    /// The move that it is.
    pub fn moves(self) -> Option<usize> {
        if let Self::Move(moves) = self { Some(moves) } else { None }
    }
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
    pub layer: LayerId,
    /// To the DRAM; otherwise from there.
    pub stores: bool,
    /// Which map.
    pub map: OffChipId,
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
    pub list: Option<ListId>,
    /// Times each channel is stored on chip: more than once for the image.
    pub times: usize,
}

/// How a unit reads stored values that it adds to something: a map is stored before its ReLU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reads {
    /// It does not.
    Nothing,
    /// As they are stored.
    AsStored,
    /// Through the ReLU of the map.
    Rectified,
}

impl Reads {
    /// A stored value as it is read.
    #[inline]
    pub fn value(self, stored: i8) -> i8 {
        match self {
            Self::Nothing => 0,
            Self::AsStored => stored,
            Self::Rectified => stored.max(0),
        }
    }

    /// Reads a map with a ReLU or without.
    pub fn map(relu: bool) -> Self {
        if relu { Self::Rectified } else { Self::AsStored }
    }

    /// This, if it is wanted.
    #[must_use]
    pub fn only_if(self, wanted: bool) -> Self {
        if wanted { self } else { Self::Nothing }
    }

    /// Whether it reads anything.
    pub fn any(self) -> bool {
        self != Self::Nothing
    }
}

/// Where a convolution's input channels come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inputs {
    /// Channel i of the map is channel i of the filter.
    Dense,
    /// Entry i of a live list names the channel of the map's i-th entry.
    List(ListId),
    /// The image: banks hold copies of its channels, so that a fold covers this many taps.
    Packed(usize),
}

/// A convolution on the array.
#[derive(Debug, Clone)]
pub struct ConvJob {
    /// Line of the report.
    pub layer: LayerId,
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
    pub outputs: Option<ListId>,
    /// The destination is indexed by channel, not by position in the list.
    pub natural: bool,
    /// How it reads what stands at the destination, which it adds to.
    pub residual: Reads,
    /// Scales by the L-Net's score.
    pub l_scaled: bool,
    /// How it reads its outputs for pool sums.
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

    /// Words of the filter memory that hold a tap of a group of output channels.
    pub fn words_of_tap(&self) -> usize {
        if self.depthwise { 1 } else { self.input.channels }
    }
}

/// A pooling of the residual stream.
#[derive(Debug, Clone)]
pub struct PoolJob {
    /// Line of the report.
    pub layer: LayerId,
    /// Its windows, on the rows of the band.
    pub pool: Pool,
    /// Which rows these are.
    pub band: Band,
    /// Where the input stands.
    pub src: Region,
    /// Readers of the input apply ReLU.
    pub src_relu: bool,
    /// Where the output goes.
    pub dst: Region,
    /// How it reads its outputs for pool sums.
    pub sums: Reads,
}

/// The target of a fully connected layer's outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One score for the residual branch of this block.
    Block(BlockId),
    /// Scores of channels, written to this live list.
    Channels(ListId),
    /// Logits.
    Classes,
}

/// A gate or the classifier on the gate unit.
#[derive(Debug, Clone)]
pub struct GateJob {
    /// Line of the report.
    pub layer: LayerId,
    /// The map's region of the pool memory.
    pub pool_region: usize,
    /// The live list that names the pooled channels; all of them without one.
    pub list: Option<ListId>,
    /// Its fully connected layers.
    pub head: Head<FcJob>,
    /// What it makes of their outputs; logits are left as they are.
    pub decision: Option<Decision>,
    /// What the outputs are about.
    pub target: Target,
}

/// A fully connected layer on the gate unit.
#[derive(Debug, Clone)]
pub struct FcJob {
    /// Inputs: of the first layer, channels of the pooled map.
    pub inputs: usize,
    /// Outputs.
    pub outputs: usize,
    /// Right shift of a pool sum.
    pub pool_shift: u8,
    /// First word of the gate weight memory.
    pub weight_base: usize,
    /// First word of the gate parameter memory.
    pub param_base: usize,
}

impl GateJob {
    /// Channels that it reads.
    pub fn inputs(&self) -> usize {
        self.head.input().inputs
    }

    /// Scores or logits that it gives.
    pub fn outputs(&self) -> usize {
        self.head.output().outputs
    }
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
