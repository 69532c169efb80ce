//! What max pooling costs beside its bytes.

use crate::counters::Activity;

/// A comparison is an addition of the accumulators' width.
pub(super) fn comparisons(activity: &mut Activity, joined: u64) {
    activity.accumulations += joined;
}
