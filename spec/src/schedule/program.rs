//! The program: everything that is fixed before an image arrives.

use super::ids::{LayerId, OffChipId};
use super::jobs::{ConvJob, GateJob, LayerInfo, MoveJob, OffChip, Op, Param, PoolJob, Unit};
use super::region::Region;
use crate::{AcceleratorConfig, Shape};

/// Everything that is fixed before an image arrives.
#[derive(Debug, Clone)]
pub struct Program {
    /// The accelerator.
    pub config: AcceleratorConfig,
    /// Shape of an image.
    pub image: Shape,
    /// Where the image is written.
    pub image_region: Region,
    /// The number of the image in [`Program::off_chip`] if it does not fit.
    pub image_off_chip: Option<OffChipId>,
    /// Times each of its channels is stored.
    pub image_copies: usize,
    /// Instructions in order.
    pub ops: Vec<Op>,
    /// Convolutions, in the order of their instructions.
    pub convs: Vec<ConvJob>,
    /// Gates and classifier, in the order of their instructions.
    pub gates: Vec<GateJob>,
    /// Poolings, in the order of their instructions.
    pub pools: Vec<PoolJob>,
    /// Moves of maps from and to DRAM, in the order of their instructions.
    pub moves: Vec<MoveJob>,
    /// Maps of the network, with the image; a block without projection updates the one before it.
    pub maps: usize,
    /// Those of them that do not fit on chip.
    pub off_chip: Vec<OffChip>,
    /// Lines of the report, in order.
    pub layers: Vec<LayerInfo>,
    /// Filters stand in the filter memory; otherwise it holds two tiles of them, which come from
    /// DRAM.
    pub filters_on_chip: bool,
    /// Gate weights stand in their memory; otherwise it holds those of a gate, which come from
    /// DRAM.
    pub gate_weights_on_chip: bool,
    /// Words of `cols` bytes.
    pub filters: Vec<i8>,
    /// Parameter memory: a word for each output channel.
    pub params: Vec<Param>,
    /// Words of `gate.macs` bytes.
    pub gate_weights: Vec<i8>,
    /// Gate parameter memory: a word for each output.
    pub gate_params: Vec<Param>,
}

impl Program {
    /// A line of the report.
    pub fn layer(&self, id: LayerId) -> &LayerInfo {
        &self.layers[id.index()]
    }

    /// Moves that have to have ended before an instruction starts.
    pub fn moves_before(&self, op: &Op) -> usize {
        match op.unit {
            Unit::Conv(c) => self.convs[c].band.moves,
            Unit::Pool(p) => self.pools[p].band.moves,
            Unit::LoadImage | Unit::Gate(_) | Unit::Move(_) => 0,
        }
    }

    /// Words that one pixel of the image takes.
    pub fn image_words(&self) -> usize {
        self.image.channels.div_ceil(self.config.banks())
    }

    /// Words of the image at its port.
    pub fn image_depth(&self) -> usize {
        self.image.pixels() * self.image_words()
    }
}
