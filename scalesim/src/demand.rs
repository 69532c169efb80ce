//! The requests of a fold to the memories, cycle by cycle.

use super::config::Dataflow;
use super::mapping::{Fold, Mapping};
use super::memory::{Place, table};
use super::shape::Shape;
use anyhow::Result;
use std::ops::Range;

/// The cycles in which lanes take words. A lane is a row or a column at an edge of the array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Lane l takes word s in cycle `start + l + s`, for s in `0..len`.
    Skewed { start: usize, len: usize, lanes: usize },
    /// All lanes take word s in cycle `rows - 1 - s`, for s in `0..len`. So the first word is the
    /// last to enter.
    Loaded { rows: usize, len: usize, lanes: usize },
}

impl Stream {
    /// The lanes that take a word in `cycle` of the fold.
    pub(super) fn lanes(&self, cycle: usize) -> Range<usize> {
        match *self {
            Self::Skewed { start, len, lanes } => {
                let Some(since) = cycle.checked_sub(start) else { return 0..0 };
                let first = (since + 1).saturating_sub(len);
                first.min(lanes)..lanes.min(since + 1)
            }
            Self::Loaded { rows, len, lanes } => {
                let takes = cycle < rows && rows - 1 - cycle < len;
                0..if takes { lanes } else { 0 }
            }
        }
    }

    /// The index of the word that `lane`, one of [`Self::lanes`], takes in `cycle`.
    pub(super) fn word(&self, cycle: usize, lane: usize) -> usize {
        match *self {
            Self::Skewed { start, .. } => cycle - start - lane,
            Self::Loaded { rows, .. } => rows - 1 - cycle,
        }
    }
}

/// The words of an operand. Word s of lane l is element (`lane0 + l`, `word0 + s`) of its matrix,
/// or the transposed element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Operand {
    pub stream: Stream,
    pub lane0: usize,
    pub word0: usize,
    /// Whether the lane is the first index of the element. The matrix of inputs is pixels x window,
    /// that of weights is window x filters.
    pub lane_first: bool,
}

impl Operand {
    /// The elements that are requested in `cycle`, from the first lane to the last.
    pub(super) fn elements(&self, cycle: usize) -> impl Iterator<Item = (usize, usize)> + use<> {
        let operand = *self;
        operand.stream.lanes(cycle).map(move |lane| {
            let (l, w) = (operand.lane0 + lane, operand.word0 + operand.stream.word(cycle, lane));
            if operand.lane_first { (l, w) } else { (w, l) }
        })
    }
}

/// The requests of one fold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Demand {
    /// The inputs that are read: (pixel, place in the window).
    pub ifmap: Operand,
    /// The weights that are read: (place in the window, filter).
    pub filter: Operand,
    /// The outputs or partial sums that are written.
    pub ofmap: Stream,
}

impl Demand {
    pub(super) fn new(mapping: &Mapping, fold: &Fold) -> Self {
        let (rows, t) = (mapping.rows, mapping.t);
        let (used_rows, used_cols) = (fold.rows.len(), fold.cols.len());
        let skewed = |start, lanes| Stream::Skewed { start, len: t, lanes };
        let loaded = Stream::Loaded { rows, len: used_rows, lanes: used_cols };
        let (row0, col0) = (fold.rows.start, fold.cols.start);
        let operand = |stream, lane0, word0, lane_first| Operand { stream, lane0, word0, lane_first };
        match mapping.dataflow {
            Dataflow::OutputStationary => Self {
                ifmap: operand(skewed(0, used_rows), row0, 0, true),
                filter: operand(skewed(0, used_cols), col0, 0, false),
                // Rows leave at the bottom, the last one first, and the idle rows are the last
                // ones.
                ofmap: Stream::Skewed { start: t - 1 + rows - used_rows, len: used_rows, lanes: used_cols },
            },
            Dataflow::WeightStationary => Self {
                ifmap: operand(skewed(rows, used_rows), row0, 0, false),
                filter: operand(loaded, col0, row0, false),
                ofmap: skewed(2 * rows - 1, used_cols),
            },
            Dataflow::InputStationary => Self {
                ifmap: operand(loaded, col0, row0, true),
                filter: operand(skewed(rows, used_rows), row0, 0, true),
                ofmap: skewed(2 * rows - 1, used_cols),
            },
        }
    }
}

/// The addresses of the operands' elements.
#[derive(Debug)]
pub(super) struct Addresses {
    height: usize,
    width: usize,
    /// The row, the column and the address of the first input of each output pixel.
    pixels: Vec<Place>,
    /// The same for each place in the window, relative to the first input of the window.
    places: Vec<Place>,
}

impl Addresses {
    pub(super) fn new(shape: &Shape) -> Result<Self> {
        let (channels, out_width, stride) = (shape.channels, shape.output().1, shape.stride);
        let pixel = |i: usize| {
            let (row, col) = (i / out_width * stride, i % out_width * stride);
            (row, col, (row * shape.width + col) * channels)
        };
        let place = |i: usize| {
            let line = shape.filter_width * channels;
            let (row, col, channel) = (i / line, i % line / channels, i % channels);
            (row, col, (row * shape.width + col) * channels + channel)
        };
        Ok(Self {
            height: shape.height,
            width: shape.width,
            pixels: table(shape.pixels(), (0..shape.pixels()).map(pixel))?,
            places: table(shape.window(), (0..shape.window()).map(place))?,
        })
    }

    /// The address of an input. `None` beyond the edge.
    pub(super) fn input(&self, (pixel, place): (usize, usize)) -> Option<usize> {
        let ((row, col, first), (down, right, offset)) = (self.pixels[pixel], self.places[place]);
        (row + down < self.height && col + right < self.width).then_some(first + offset)
    }

    /// The address of a weight. Filters are stored one after the other.
    pub(super) fn weight(&self, (place, filter): (usize, usize)) -> usize {
        filter * self.places.len() + place
    }
}
