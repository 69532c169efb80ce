//! Average pooling. It adds values as readers of the map see them, and multiplies the sum by a
//! reciprocal.

mod counts;
mod fast;
mod mean;
mod stepped;

use crate::counters::Activity;
use crate::fast::Map;
use crate::operators::pooling::{Room, Window};
use lcsim_spec::Windows;
use lcsim_spec::operators::average_pool::AveragePool;
use lcsim_spec::timing::AVERAGE_STAGES;

impl Room for AveragePool {
    fn empty(&self) -> i64 {
        0
    }

    fn join(&self, register: i64, stored: i8, relu: bool) -> i64 {
        stepped::join(register, stored, relu)
    }

    fn stages(&self) -> usize {
        AVERAGE_STAGES
    }

    fn stage(&self, stage: usize, value: i64, window: Window) -> i64 {
        stepped::stage(stage, value, mean::divisor(self, window))
    }

    fn values(&self, windows: &Windows, x: &Map, out: &mut Vec<i8>) {
        fast::values(self, windows, x, out);
    }

    fn count(&self, activity: &mut Activity, joined: u64, written: u64) {
        counts::sums(activity, joined, written);
    }
}
