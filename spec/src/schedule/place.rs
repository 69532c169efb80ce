//! Maps where they stand, and how a layer is cut that reads or writes one off chip.

use super::ids::{MapId, OffChipId};
use super::jobs::Inputs;
use super::region::{Memory, region_at};
use crate::{Shape, Windows};
use std::ops::Range;

/// This map has to go off chip, and the layout to be tried again.
pub(super) struct Spill(pub MapId);

/// A map and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub map: MapId,
    pub memory: Memory,
    pub high: bool,
    pub shape: Shape,
    /// First word in every bank; nothing if the map is off chip.
    pub base: Option<usize>,
    /// Which of those off chip, if it is one.
    pub off_chip: Option<OffChipId>,
}

impl Place {
    /// Number of the map's region of the pool memory.
    pub fn pool_region(&self) -> usize {
        region_at(self.memory, self.high)
    }
}

/// A map where it stands, and how it is read.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    pub place: Place,
    pub relu: bool,
    pub inputs: Inputs,
    pub copies: bool,
}

/// The rows that an output row is computed from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    /// Rows of the kernel.
    pub kernel: usize,
    pub stride: usize,
    /// Zero rows above the input.
    pub pad: usize,
    /// Rows of the input.
    pub input: usize,
}

impl Rows {
    /// Of these windows.
    pub fn of(windows: &Windows) -> Self {
        let Windows { input, kernel, stride, pad, .. } = windows;
        Self { kernel: kernel[0], stride: stride[0], pad: pad[0], input: input.height }
    }

    /// Input rows for the output rows `out`.
    pub fn input_rows(&self, out: &Range<usize>) -> Range<usize> {
        let first = (out.start * self.stride).saturating_sub(self.pad).min(self.input);
        let end = ((out.end - 1) * self.stride + self.kernel).saturating_sub(self.pad);
        first..end.clamp(first, self.input)
    }

    /// Zero rows above those.
    pub fn pad(&self, out: &Range<usize>) -> usize {
        self.pad.saturating_sub(out.start * self.stride)
    }

    /// The most input rows that so many output rows need.
    pub fn most_input_rows(&self, rows: usize) -> usize {
        ((rows - 1) * self.stride + self.kernel).min(self.input)
    }
}

/// How a layer is cut into bands.
#[derive(Debug)]
pub(super) struct Cut {
    pub windows: Rows,
    /// Output rows of a band.
    pub rows: usize,
    /// First words of the two buffers for rows of the input and of the output map, of each that is
    /// off chip.
    pub buffers: [Option<[usize; 2]>; 2],
}
