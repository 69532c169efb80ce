//! Live lists of the gate unit.

use lcsim_spec::Score;

/// Channels that are computed, with their scores, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct LiveList {
    pub channels: Vec<usize>,
    pub scores: Vec<Score>,
    /// The gate has scored every channel.
    pub done: bool,
}

impl LiveList {
    /// Channel and score, two bytes each.
    pub const ENTRY_BYTES: u64 = 4;
}
