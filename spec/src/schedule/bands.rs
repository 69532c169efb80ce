//! Layers one of whose maps is off chip run in bands of rows.
//!
//! While a band is computed, the rows that the next one needs are fetched into the other buffer,
//! and those of the one before are stored.

use super::builder::{Builder, Placed};
use super::layout::Place;
use super::{Band, MoveJob, OffChip, Op, Region, Unit};
use crate::Shape;
use std::ops::Range;

/// The rows that an output row is computed from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Windows {
    /// Rows of the kernel.
    pub kernel: usize,
    pub stride: usize,
    /// Zero rows above the input.
    pub pad: usize,
    /// Rows of the input.
    pub input: usize,
}

impl Windows {
    /// Input rows for the output rows `out`.
    fn input_rows(&self, out: &Range<usize>) -> Range<usize> {
        let first = (out.start * self.stride).saturating_sub(self.pad).min(self.input);
        let end = ((out.end - 1) * self.stride + self.kernel).saturating_sub(self.pad);
        first..end.clamp(first, self.input)
    }

    /// Zero rows above those.
    fn pad(&self, out: &Range<usize>) -> usize {
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
    pub windows: Windows,
    /// Output rows of a band.
    pub rows: usize,
    /// First words of the two buffers for rows of the input and of the output map, of each that is
    /// off chip.
    pub buffers: [Option<[usize; 2]>; 2],
}

/// Parameters of an instruction for a band.
pub(super) struct Piece {
    pub band: Band,
    pub input: Shape,
    pub output: Shape,
    /// Zero rows above the input.
    pub pad: usize,
    pub src: Region,
    pub dst: Region,
}

/// A layer that is cut.
pub(super) struct Layer {
    /// Line of the report.
    pub layer: usize,
    pub src: Placed,
    pub dst: Place,
    pub predicated: bool,
    /// The destination's values are read as well.
    pub adds: bool,
    /// The output is read as a map, not just by its pool sums.
    pub read: bool,
}

impl Builder<'_> {
    /// Instructions of a layer: `start` makes the unit of each band.
    pub(super) fn bands(&mut self, of: &Layer, cut: &Cut, mut start: impl FnMut(&mut Self, Piece) -> Unit) {
        let height = of.dst.shape.height;
        let outputs = |band: usize| band * cut.rows..height.min((band + 1) * cut.rows);
        let inputs = |out: &Range<usize>| match of.src.place.base {
            Some(_) if cut.rows >= height => 0..cut.windows.input,
            _ => cut.windows.input_rows(out),
        };
        let region = |end: usize, band: usize, rows: &Range<usize>| {
            let place = [&of.src.place, &of.dst][end];
            let width = place.shape.width;
            let (base, plane) = match (place.base, cut.buffers[end]) {
                (None, Some(buffers)) => (buffers[band % 2], rows.len() * width),
                (base, _) => (base.unwrap_or(0) + rows.start * width, place.shape.pixels()),
            };
            Region { memory: place.memory, base, plane, high: place.high }
        };
        let count = height.div_ceil(cut.rows);
        let fetch = |builder: &mut Self, band: usize| {
            let (out, mut fetched) = (outputs(band), vec![]);
            let rows = inputs(&out);
            if of.src.place.base.is_none() {
                fetched.push((of.src.place, region(0, band, &rows), rows, of.src.copies));
            }
            if of.adds && of.dst.base.is_none() {
                fetched.push((of.dst, region(1, band, &out), out, false));
            }
            for (place, buffer, rows, copies) in fetched {
                let job = MoveJob { layer: of.layer, stores: false, map: place.off_chip, rows, buffer, copies };
                builder.moves(job, of.predicated);
            }
            builder.program.moves.len()
        };
        let mut ready = fetch(self, 0);
        for band in 0..count {
            let next = if band + 1 < count { fetch(self, band + 1) } else { 0 };
            let out = outputs(band);
            let rows = inputs(&out);
            let (src, dst) = (region(0, band, &rows), region(1, band, &out));
            let piece = Piece {
                band: Band { first_row: out.start, of: height, moves: ready },
                input: Shape { height: rows.len(), ..of.src.place.shape },
                output: Shape { height: out.len(), ..of.dst.shape },
                pad: cut.windows.pad(&out),
                src,
                dst,
            };
            let unit = start(self, piece);
            self.op(unit, of.predicated, of.layer);
            if of.dst.base.is_none() && of.read {
                let (layer, map) = (of.layer, of.dst.off_chip);
                let job = MoveJob { layer, stores: true, map, rows: out, buffer: dst, copies: false };
                self.moves(job, of.predicated);
            }
            ready = next;
        }
    }

    fn moves(&mut self, job: MoveJob, predicated: bool) {
        let op = Op { unit: Unit::Move(self.program.moves.len()), predicated, layer: job.layer };
        self.program.ops.push(op);
        self.program.moves.push(job);
    }

    /// Gives a map that is off chip its number there.
    pub(super) fn off_chip(&mut self, place: &mut Place, list: Option<usize>, times: usize) {
        if place.base.is_none() {
            place.off_chip = self.program.off_chip.len();
            self.program.off_chip.push(OffChip { shape: place.shape, list, times });
        }
    }
}
