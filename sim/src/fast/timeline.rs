//! The state of the units between two instructions.

use super::list::List;
use crate::counters::{Activity, LayerCount};
use crate::dram::Fetcher;
use crate::operators::convolution::TileBuffers;
use crate::outcome::Mode;
use lcsim_spec::Score;
use lcsim_spec::schedule::{LayerId, Program};
use lcsim_spec::timing::ARRAY_SEEN;

/// The cycles and counts of an image.
pub(crate) struct Counted {
    pub cycles: u64,
    pub layers: Vec<LayerCount>,
    pub ends: Vec<(LayerId, u64)>,
    pub dram_busy: u64,
}

/// Buffers that one image fills and the next one reuses.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub activities: Vec<Activity>,
    /// The ends of instructions: cycle, whether the array's units ran it, layer. Those of one cycle
    /// are in the order in which an observer sees them.
    pub ends: Vec<(u64, bool, LayerId)>,
    pub lists: [List; 2],
    /// The cycle that reads the last input of each group of a gate's outputs.
    pub groups: Vec<u64>,
    pub conv: TileBuffers,
    pub fetcher: Fetcher,
    /// The channels from 0 up to the largest channel count of a convolution.
    pub channels: Vec<usize>,
}

/// The gate unit's job. It runs in the cycles `started + 1 ..= last`.
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
    /// The first cycle in which the controller may start the next instruction, and the first one in
    /// which it sees the array idle.
    pub fetched: u64,
    pub idle: u64,
    pub gate: GateRun,
    /// The L-Net's score, and the first cycle in which it is visible.
    pub lscore: (Score, u64),
    /// Cycles before this one are charged, except `quiet` ones. In those no unit of the array
    /// worked.
    pub charged: u64,
    pub quiet: Option<u64>,
}

impl Timeline<'_> {
    /// Records that a unit which the controller sees as the array works for `layer` until before
    /// cycle `end`, and that the cycles until then are charged.
    pub(crate) fn ends_before(&mut self, end: u64, layer: LayerId) {
        self.charged = end;
        self.idle = end + ARRAY_SEEN as u64;
        self.buffers.ends.push((self.idle, true, layer));
    }
}
