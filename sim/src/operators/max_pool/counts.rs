//! The activities of max pooling, apart from its bytes.

use crate::counters::Activity;

/// Counts comparisons. A comparison costs as much as an addition of the accumulators' width.
pub(super) fn comparisons(activity: &mut Activity, joined: u64) {
    activity.accumulations += joined;
}
