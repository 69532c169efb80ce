//! Layers that read or write a map off chip run in bands of rows.
//!
//! While the array computes a band, the DRAM fetches the rows of the next band into the other
//! buffer, and stores the rows of the band before.

use super::builder::Builder;
use super::ids::LayerId;
use super::jobs::{Band, Condition, MoveJob, Op, Unit};
use super::place::{Cut, Place, Placed};
use super::region::Region;
use crate::Shape;
use std::ops::Range;

/// The parameters of an instruction for one band.
pub(super) struct Piece {
    pub band: Band,
    pub input: Shape,
    pub output: Shape,
    /// Rows of zeros above the input.
    pub pad: usize,
    pub src: Region,
    pub dst: Region,
}

/// A layer that is cut into bands.
pub(super) struct Layer {
    /// The layer's line of the report.
    pub layer: LayerId,
    pub src: Placed,
    pub dst: Place,
    pub condition: Condition,
    /// Whether the layer also reads the values at its destination.
    pub adds: bool,
    /// Whether later layers read the output map, and not only its pool sums.
    pub read: bool,
}

impl Builder<'_> {
    /// Adds the instructions of a layer. `start` makes the unit of each band.
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
            if let Some(map) = of.src.place.off_chip {
                fetched.push((map, region(0, band, &rows), rows, of.src.copies));
            }
            if let Some(map) = of.dst.off_chip.filter(|_| of.adds) {
                fetched.push((map, region(1, band, &out), out, false));
            }
            for (map, buffer, rows, copies) in fetched {
                let job = MoveJob { layer: of.layer, stores: false, map, rows, buffer, copies };
                builder.moves(job, of.condition);
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
            self.op(unit, of.condition, of.layer);
            if let Some(map) = of.dst.off_chip.filter(|_| of.read) {
                let job = MoveJob { layer: of.layer, stores: true, map, rows: out, buffer: dst, copies: false };
                self.moves(job, of.condition);
            }
            ready = next;
        }
    }

    fn moves(&mut self, job: MoveJob, condition: Condition) {
        let op = Op { unit: Unit::Move(self.program.moves.len()), condition, layer: job.layer };
        self.program.ops.push(op);
        self.program.moves.push(job);
    }
}
