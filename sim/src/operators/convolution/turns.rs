//! Columns of a tile whose outputs go to one bank take turns at it, for both engines.

use lcsim_spec::schedule::ConvJob;

/// Whether outputs go to the banks of their channels, which a live list picks, and not to one bank
/// after the other.
pub(super) fn by_channel(job: &ConvJob) -> bool {
    job.natural && job.outputs.is_some()
}

/// Whether columns of two tiles can want one bank: outputs go to banks of any order, or to several
/// banks each.
pub(super) fn scattered(job: &ConvJob) -> bool {
    by_channel(job) || job.dst_copies
}

/// Cycles that a pixel takes: the most columns that write to one bank, of the numbers of columns
/// that write to each.
pub(super) fn interval(writers: &[usize]) -> usize {
    writers.iter().copied().max().unwrap_or(1).max(1)
}
