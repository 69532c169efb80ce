//! The places of maps, and how a layer with a map off chip is cut.

use super::ids::{MapId, OffChipId};
use super::jobs::Inputs;
use super::region::{Memory, region_at};
use crate::{Shape, Windows};
use std::ops::Range;

/// Says that this map has to go off chip. The layout then begins again.
pub(super) struct Spill(pub MapId);

/// A map and its place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub map: MapId,
    pub memory: Memory,
    pub high: bool,
    pub shape: Shape,
    /// The first word in every bank. `None` if the map is off chip.
    pub base: Option<usize>,
    /// The number of the map off chip, if it is one.
    pub off_chip: Option<OffChipId>,
}

impl Place {
    /// The number of the map's region in the pool memory.
    pub fn pool_region(&self) -> usize {
        region_at(self.memory, self.high)
    }
}

/// A map at its place, and how it is read.
#[derive(Clone, Copy)]
pub(super) struct Placed {
    pub place: Place,
    pub relu: bool,
    pub inputs: Inputs,
    pub copies: bool,
}

/// How the rows of an output map depend on the rows of an input map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows {
    /// Rows of the kernel.
    pub kernel: usize,
    pub stride: usize,
    /// Rows of zeros above the input.
    pub pad: usize,
    /// Rows of the input.
    pub input: usize,
}

impl Rows {
    /// Takes the vertical part of these windows.
    pub fn of(windows: &Windows) -> Self {
        let Windows { input, kernel, stride, pad, .. } = windows;
        Self { kernel: kernel[0], stride: stride[0], pad: pad[0], input: input.height }
    }

    /// The input rows that the output rows `out` need.
    pub fn input_rows(&self, out: &Range<usize>) -> Range<usize> {
        let first = (out.start * self.stride).saturating_sub(self.pad).min(self.input);
        let end = ((out.end - 1) * self.stride + self.kernel).saturating_sub(self.pad);
        first..end.clamp(first, self.input)
    }

    /// Rows of zeros above these input rows.
    pub fn pad(&self, out: &Range<usize>) -> usize {
        self.pad.saturating_sub(out.start * self.stride)
    }

    /// The largest number of input rows that `rows` output rows need.
    pub fn most_input_rows(&self, rows: usize) -> usize {
        ((rows - 1) * self.stride + self.kernel).min(self.input)
    }
}

/// How a layer is cut into bands.
#[derive(Debug)]
pub(super) struct Cut {
    pub windows: Rows,
    /// Output rows of one band.
    pub rows: usize,
    /// The first words of the two buffers for rows, of the input map and of the output map. `None`
    /// for a map that is on chip.
    pub buffers: [Option<[usize; 2]>; 2],
}
