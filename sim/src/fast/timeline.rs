//! What the units have reached, from instruction to instruction.

use super::list::List;
use crate::counters::{Activity, LayerCount};
use crate::dram::Fetcher;
use crate::operators::convolution::TileBuffers;
use crate::outcome::Mode;
use lcsim_spec::Score;
use lcsim_spec::schedule::{LayerId, Program};

/// Cycles and counts of an image.
pub(crate) struct Counted {
    pub cycles: u64,
    pub layers: Vec<LayerCount>,
    pub ends: Vec<(LayerId, u64)>,
    pub dram_busy: u64,
}

/// What an image fills, used again by the next one.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub activities: Vec<Activity>,
    /// Cycle, whether of the array, layer. Those of one cycle in the order in which they are
    /// observed.
    pub ends: Vec<(u64, bool, LayerId)>,
    pub lists: [List; 2],
    /// Cycle in which the last input of each group of a gate's outputs is read.
    pub groups: Vec<u64>,
    pub conv: TileBuffers,
    pub fetcher: Fetcher,
    /// All channels that a convolution has at most.
    pub channels: Vec<usize>,
}

/// The gate unit's job: it runs in the cycles `started + 1 ..= last`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GateRun {
    pub layer: LayerId,
    pub classifier: bool,
    pub started: u64,
    pub last: u64,
}

pub(crate) struct Timeline<'a> {
    pub program: &'a Program,
    pub mode: Mode,
    pub layers: Vec<LayerCount>,
    pub buffers: &'a mut Buffers,
    /// First cycle in which the controller may start the next instruction, and in which it sees the
    /// array idle.
    pub fetched: u64,
    pub idle: u64,
    pub gate: GateRun,
    /// The L-Net's score, and from which cycle it shows.
    pub lscore: (Score, u64),
    /// Cycles before this one are charged, except `quiet` ones, in which nothing of the array was
    /// at work.
    pub charged: u64,
    pub quiet: Option<u64>,
}
