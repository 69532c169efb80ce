//! Computes the means of all windows of a map.

use super::mean::{self, Reciprocal};
use crate::fast::Map;
use crate::operators::pooling::Window;
use lcsim_spec::Windows;
use lcsim_spec::operators::average_pool::AveragePool;

pub(super) fn values(pool: &AveragePool, windows: &Windows, x: &Map, out: &mut Vec<i8>) {
    let channels = windows.output.channels;
    let least = if x.relu { 0 } else { i8::MIN };
    let mut sums = vec![0i32; channels];
    for o in 0..windows.output.pixels() {
        sums.fill(0);
        for row in windows.window(0, o / windows.output.width) {
            for column in windows.window(1, o % windows.output.width) {
                let pixel = &x.values[(row * windows.input.width + column) * channels..][..channels];
                sums.iter_mut().zip(pixel).for_each(|(sum, value)| *sum += i32::from((*value).max(least)));
            }
        }
        let reciprocal = Reciprocal::of(mean::divisor(pool, Window::at(windows, o)));
        out.extend(sums.iter().map(|&sum| reciprocal.rounded(reciprocal.scaled(sum.into())) as i8));
    }
}
