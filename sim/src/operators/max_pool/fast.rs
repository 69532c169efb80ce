//! Computes the maxima of all windows of a map.

use crate::fast::Map;
use lcsim_spec::Windows;

pub(super) fn values(windows: &Windows, x: &Map, out: &mut Vec<i8>) {
    let channels = windows.output.channels;
    out.resize(windows.output.len(), i8::MIN);
    for (o, best) in out.chunks_exact_mut(channels).enumerate() {
        for row in windows.window(0, o / windows.output.width) {
            for column in windows.window(1, o % windows.output.width) {
                let pixel = &x.values[(row * windows.input.width + column) * channels..][..channels];
                best.iter_mut().zip(pixel).for_each(|(best, value)| *best = (*best).max(*value));
            }
        }
    }
}
