//! The state that the steps of an integer network share.

use lcsim_spec::{GateDecision, Shape, Trace};

/// What a score of 0 does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It skips its block or channel.
    Gated,
    /// It multiplies, as in published implementations. The values are the same, at full cost.
    ForcedOpen,
}

/// A stored map. Its readers see [`Map::read`].
pub(crate) struct Map {
    /// Its shape.
    pub shape: Shape,
    /// Whether readers apply ReLU.
    pub relu: bool,
    /// `[channel][row][column]`.
    pub stored: Vec<i8>,
}

impl Map {
    /// The values that readers see.
    pub fn read(&self) -> Vec<i8> {
        self.stored.iter().map(|&v| if self.relu { v.max(0) } else { v }).collect()
    }
}

/// The state of one image.
pub(crate) struct Run<'a> {
    /// What a score of 0 does.
    pub mode: Mode,
    /// The scores that came with the image.
    pub given: &'a [GateDecision],
    /// The decisions and maps up to now.
    pub trace: Trace,
    /// The multiply-accumulates up to now.
    pub macs: u64,
}

/// `sat16(round(t / 2^shift))`.
pub(crate) fn narrow(t: i32, shift: u8) -> i32 {
    let rounded = (i64::from(t) + (1i64 << shift >> 1)) >> shift;
    rounded.clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i32
}
