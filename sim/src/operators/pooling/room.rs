//! What a pooling computes of a window, for both engines.

use crate::counters::Activity;
use crate::fast::Map;
use lcsim_spec::{Pooling, Windows};

/// A window on the map.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// Pixels of it that lie in the map.
    pub inside: usize,
    /// All of its pixels.
    pub taps: usize,
}

impl Window {
    /// The one of output pixel `output`.
    pub fn at(windows: &Windows, output: usize) -> Self {
        let [y, x] = [output / windows.output.width, output % windows.output.width];
        Self { inside: windows.window(0, y).len() * windows.window(1, x).len(), taps: windows.taps() }
    }
}

/// A pooling.
pub(crate) trait Room {
    /// A bank's register before the first value of a window.
    fn empty(&self) -> i64;
    /// The register when a stored value has joined it, which readers of the map see through its
    /// ReLU or not.
    fn join(&self, register: i64, stored: i8, relu: bool) -> i64;
    /// Registers between the last value of a window and the write.
    fn stages(&self) -> usize;
    /// What stage number `stage` makes of the value of the one before it.
    fn stage(&self, stage: usize, value: i64, window: Window) -> i64;
    /// The output of a whole map, `[pixel][channel]`, at once.
    fn values(&self, windows: &Windows, x: &Map, out: &mut Vec<i8>);
    /// What so many values that joined, and so many that were written, cost beside their bytes.
    fn count(&self, activity: &mut Activity, joined: u64, written: u64);
}

/// The room of a pooling.
pub(super) fn room(pooling: &Pooling) -> &dyn Room {
    macro_rules! edge {
        ($($name:ident($room:ty) $what:literal)*) => {
            match pooling {
                $(Pooling::$name(room) => room,)*
            }
        };
    }
    lcsim_spec::poolings!(edge)
}
