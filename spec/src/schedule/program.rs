//! The program: everything that is fixed before an image arrives.

use super::ids::{LayerId, OffChipId};
use super::jobs::{ConvJob, GateJob, LayerInfo, MoveJob, OffChip, Op, Param, PoolJob, Unit};
use super::region::Region;
use crate::{AcceleratorConfig, Shape};

/// Everything that is fixed before an image arrives.
#[derive(Debug, Clone)]
pub struct Program {
    /// The accelerator that it was made for.
    pub config: AcceleratorConfig,
    /// Shape of an image.
    pub image: Shape,
    /// Where the image port writes the image.
    pub image_region: Region,
    /// The number of the image in [`Program::off_chip`]. `None` if it fits on chip.
    pub image_off_chip: Option<OffChipId>,
    /// How many times each channel of the image is stored.
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
    /// The number of maps of the network, including the image. A block without projection makes
    /// none, because it updates the map before it.
    pub maps: usize,
    /// The maps that do not fit on chip.
    pub off_chip: Vec<OffChip>,
    /// Lines of the report, in order.
    pub layers: Vec<LayerInfo>,
    /// Whether all filters are in the filter memory. Otherwise filters come from DRAM, and the
    /// memory holds two tiles of them.
    pub filters_on_chip: bool,
    /// Whether all gate weights are in their memory. Otherwise they come from DRAM, and the memory
    /// holds those of one gate.
    pub gate_weights_on_chip: bool,
    /// The filter memory, in words of `cols` bytes.
    pub filters: Vec<i8>,
    /// The parameter memory: a word for each output channel.
    pub params: Vec<Param>,
    /// The gate weight memory, in words of `gate.macs` bytes.
    pub gate_weights: Vec<i8>,
    /// The gate parameter memory: a word for each output.
    pub gate_params: Vec<Param>,
}

impl Program {
    /// The line of the report with this number.
    pub fn layer(&self, id: LayerId) -> &LayerInfo {
        &self.layers[id.index()]
    }

    /// The number of moves that have to end before an instruction starts.
    pub fn moves_before(&self, op: &Op) -> usize {
        match op.unit {
            Unit::Conv(c) => self.convs[c].band.moves,
            Unit::Pool(p) => self.pools[p].band.moves,
            Unit::LoadImage | Unit::Gate(_) | Unit::Move(_) => 0,
        }
    }

    /// Words of one pixel of the image.
    pub fn image_words(&self) -> usize {
        self.image.channels.div_ceil(self.config.banks())
    }

    /// Words of the whole image at the image port.
    pub fn image_depth(&self) -> usize {
        self.image.pixels() * self.image_words()
    }
}
