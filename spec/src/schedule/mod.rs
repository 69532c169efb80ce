//! The schedule: which unit does what in which order, and what every memory holds when an image
//! arrives.
//!
//! docs/microarchitecture.md, "Program" and "Memory map". No cycle is counted here.

mod bands;
mod builder;
mod fit;
mod jobs;
mod layout;

pub use fit::{Capacity, Misfit, Shortage};
pub use jobs::{Band, ConvJob, GateJob, Inputs, LayerInfo, MaxPoolJob, MoveJob, OffChip, Op, Param, Purpose, Unit};
pub use layout::{Memory, Region, pool_region};

use crate::network::NetworkError;
use crate::{AcceleratorConfig, Conv, QuantNetwork, Shape};
use builder::Builder;
use fit::Lacks;
use layout::Spill;
use std::collections::BTreeSet;
use thiserror::Error;

/// Why a network cannot run on an accelerator.
#[derive(Debug, Error)]
pub enum ScheduleError {
    /// The network contradicts itself.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// It needs more than the accelerator has.
    #[error(transparent)]
    Capacity(#[from] Misfit),
}

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
    pub image_off_chip: Option<usize>,
    /// Times each of its channels is stored.
    pub image_copies: usize,
    /// Instructions in order.
    pub ops: Vec<Op>,
    /// Convolutions, in the order of their instructions.
    pub convs: Vec<ConvJob>,
    /// Gates and classifier, in the order of their instructions.
    pub gates: Vec<GateJob>,
    /// Max poolings, in the order of their instructions.
    pub max_pools: Vec<MaxPoolJob>,
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
    /// Lays `net` out on the accelerator `config`.
    ///
    /// # Errors
    /// [`ScheduleError`]: the network contradicts itself, or something does not fit.
    pub fn new(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<Self, ScheduleError> {
        net.validate()?;
        let (mut program, lacks) = lay_out(net, config);
        if !lacks.is_empty() {
            return Err(fit::misfit(config, lacks, |config| lay_out(net, config).1).into());
        }
        program.filters = net.convs().flat_map(|c| filter_words(c, config.array.cols)).collect();
        Ok(program)
    }

    /// Moves that have to have ended before an instruction starts.
    pub fn moves_before(&self, op: &Op) -> usize {
        match op.unit {
            Unit::Conv(c) => self.convs[c].band.moves,
            Unit::MaxPool(p) => self.max_pools[p].band.moves,
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

/// The program of a valid network without its filters, and what does not fit.
fn lay_out(net: &QuantNetwork, config: &AcceleratorConfig) -> (Program, Lacks) {
    let mut off = BTreeSet::new();
    loop {
        match Builder::build(net, config, &off) {
            Ok(built) => return built,
            Err(Spill(map)) => off.insert(map),
        };
    }
}

/// Word `(group * taps + tap) * inputs + input` holds the weights of `cols` neighbouring output
/// channels; of a depthwise convolution word `group * taps + tap`, each for its own input.
fn filter_words(c: &Conv, cols: usize) -> impl Iterator<Item = i8> {
    let (taps, inputs, outputs) = (c.taps(), c.fan_in(), c.output.channels);
    (0..outputs.div_ceil(cols) * taps * inputs).flat_map(move |word| {
        let (input, tap, group) = (word % inputs, word / inputs % taps, word / inputs / taps);
        let weight = move |o: usize| c.weight(o, if c.depthwise { o } else { input }, tap);
        (group * cols..(group + 1) * cols).map(move |o| if o < outputs { weight(o) } else { 0 })
    })
}
