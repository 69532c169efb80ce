//! What average pooling costs beside its bytes.

use crate::counters::Activity;

/// Values that join are additions of the accumulators' width; what is written was multiplied and
/// rounded, as in the requantise stage.
pub(super) fn sums(activity: &mut Activity, joined: u64, written: u64) {
    activity.accumulations += joined;
    activity.requantized += written;
}
