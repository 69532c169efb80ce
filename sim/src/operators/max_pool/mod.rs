//! Max pooling. It compares values before their ReLU, as they are stored.

mod counts;
mod fast;
mod stepped;

use crate::counters::Activity;
use crate::fast::Map;
use crate::operators::pooling::{Room, Window};
use lcsim_spec::{MaxPool, Windows};

impl Room for MaxPool {
    fn empty(&self) -> i64 {
        i8::MIN.into()
    }

    fn join(&self, register: i64, stored: i8, _: bool) -> i64 {
        stepped::join(register, stored)
    }

    fn stages(&self) -> usize {
        0
    }

    fn stage(&self, _: usize, value: i64, _: Window) -> i64 {
        value
    }

    fn values(&self, windows: &Windows, x: &Map, out: &mut Vec<i8>) {
        fast::values(windows, x, out);
    }

    fn count(&self, activity: &mut Activity, joined: u64, _: u64) {
        counts::comparisons(activity, joined);
    }
}
