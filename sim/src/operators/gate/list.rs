//! Live lists of the gate unit.

use lcsim_spec::Score;

/// The channels that are computed, in ascending order, with their scores.
#[derive(Debug, Clone, Default)]
pub(crate) struct LiveList {
    pub channels: Vec<usize>,
    pub scores: Vec<Score>,
    /// Whether the gate has scored every channel.
    pub done: bool,
}

impl LiveList {
    /// Channel and score take two bytes each.
    pub const ENTRY_BYTES: u64 = 4;
}
