//! What the steps of an integer network read and write.

use lcsim_spec::{Shape, Trace};

/// The effect of a score of 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It skips.
    Gated,
    /// It multiplies, as published implementations do: same values, full cost.
    ForcedOpen,
}

/// A stored map; its readers see [`Map::read`].
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

/// An image so far.
pub(crate) struct Run {
    /// The effect of a score of 0.
    pub mode: Mode,
    /// Gates and maps.
    pub trace: Trace,
    /// Multiply-accumulates.
    pub macs: u64,
}

/// `sat16(round(t / 2^shift))`.
pub(crate) fn narrow(t: i32, shift: u8) -> i32 {
    let rounded = (i64::from(t) + (1i64 << shift >> 1)) >> shift;
    rounded.clamp(i64::from(i16::MIN), i64::from(i16::MAX)) as i32
}
