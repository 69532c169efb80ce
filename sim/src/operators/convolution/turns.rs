//! Columns of a tile whose outputs go to the same bank take turns. Both engines compute the turns
//! here.

use lcsim_spec::schedule::ConvJob;

/// Whether outputs go to the banks of their channels, which a live list selects. Otherwise
/// neighbouring outputs go to neighbouring banks.
pub(super) fn by_channel(job: &ConvJob) -> bool {
    job.natural && job.outputs.is_some()
}

/// Whether columns of two tiles can write to the same bank. This is so if outputs go to banks in
/// any order, or to several banks each.
pub(super) fn scattered(job: &ConvJob) -> bool {
    by_channel(job) || job.dst_copies
}

/// The cycles that a pixel takes: the largest number of columns that write to one bank. `writers`
/// has the number of columns for each bank.
pub(super) fn interval(writers: &[usize]) -> usize {
    writers.iter().copied().max().unwrap_or(1).max(1)
}
