//! The activities of average pooling, apart from its bytes.

use crate::counters::Activity;

/// Counts sums and means. A value that joins a sum costs an addition of the accumulators' width. A
/// value that is written was multiplied and rounded, as in the requantise stage.
pub(super) fn sums(activity: &mut Activity, joined: u64, written: u64) {
    activity.accumulations += joined;
    activity.requantized += written;
}
