//! The interface of a pooling's room, for both engines.

use crate::counters::Activity;
use crate::fast::Map;
use lcsim_spec::{Pooling, Windows};

/// A window on a map.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    /// The number of its pixels that are inside the map.
    pub inside: usize,
    /// The number of all its pixels.
    pub taps: usize,
}

impl Window {
    /// The window of output pixel `output`.
    pub fn at(windows: &Windows, output: usize) -> Self {
        let [y, x] = [output / windows.output.width, output % windows.output.width];
        Self { inside: windows.window(0, y).len() * windows.window(1, x).len(), taps: windows.taps() }
    }
}

/// The function that a pooling computes of a window.
pub(crate) trait Room {
    /// The value of a bank's register before the first value of a window.
    fn empty(&self) -> i64;
    /// The register after a stored value has joined it. `relu` says whether readers of the map
    /// apply ReLU to the value.
    fn join(&self, register: i64, stored: i8, relu: bool) -> i64;
    /// The number of registers between the last value of a window and the write.
    fn stages(&self) -> usize;
    /// Computes stage number `stage` from the value of the stage before.
    fn stage(&self, stage: usize, value: i64, window: Window) -> i64;
    /// Computes a whole map at once, as `[pixel][channel]`.
    fn values(&self, windows: &Windows, x: &Map, out: &mut Vec<i8>);
    /// Counts the activities, apart from bytes, for `joined` values that joined and `written`
    /// values that were written.
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
