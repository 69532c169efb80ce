//! The streamer: it issues the pixels of one fold after the other, one slot in each cycle.

use super::fold::{Fold, Place};
use super::slot::Slot;
use crate::operators::convolution::turns;
use lcsim_spec::schedule::ConvJob;
use lcsim_spec::timing;

#[derive(Debug, Default)]
pub(crate) struct Streamer {
    fold: Option<Fold>,
    /// The pixel within the chunk, and the cycle within the pixel.
    pixel: usize,
    phase: usize,
    /// Cycles until the outputs of another tile may follow. Its columns can have other turns at the
    /// banks.
    settling: usize,
    /// Whether a loaded fold waits for these cycles.
    held: bool,
}

/// What the streamer decided in one cycle.
pub(crate) struct Issue {
    pub slot: Slot,
    /// Whether the pending fold becomes active after this slot.
    pub swap: bool,
}

impl Streamer {
    pub fn busy(&self) -> bool {
        self.fold.is_some()
    }

    /// The position of the fold whose pixels it issues, for observers.
    pub fn place(&self) -> Option<Place> {
        self.fold.map(|f| f.place)
    }

    /// Decides about the next slot. `ready` is the fold that may follow the current one without a
    /// gap.
    pub fn tick(&mut self, job: &ConvJob, cols: usize, ready: Option<Fold>) -> Issue {
        let mut slot =
            self.fold.filter(|_| self.phase == 0).map_or_else(Slot::default, |f| pixel_slot(job, &f, self.pixel));
        slot.waits = self.fold.is_some() && self.phase > 0;
        let interval = self.fold.map_or(1, |f| f.interval);
        if let Some(fold) = self.fold {
            self.phase += 1;
            if self.phase == fold.interval {
                (self.phase, self.pixel) = (0, self.pixel + 1);
            }
            if self.pixel == fold.pixels {
                self.fold = None;
            }
        }
        if slot.valid && slot.last {
            // The slowest column has to write its last output before. It is `cols - 1` columns to
            // the right, and its delay is less than the cycles of a pixel.
            self.settling = timing::settled(cols, interval);
        }
        let scattered = turns::scattered(job);
        let allowed = ready.filter(|f| !(scattered && f.last && self.settling > 0));
        self.settling = self.settling.saturating_sub(1);
        self.held = self.fold.is_none() && ready.is_some() && allowed.is_none();
        let swap = self.fold.is_none() && allowed.is_some();
        if swap {
            (self.fold, self.pixel) = (allowed, 0);
            slot.swap = true;
        }
        Issue { slot, swap }
    }

    /// Whether a fold waits for turns at the banks.
    pub fn held(&self) -> bool {
        self.held
    }
}

fn pixel_slot(job: &ConvJob, fold: &Fold, index: usize) -> Slot {
    let pixel = fold.start + index;
    let (y, x) = (pixel / job.output.width, pixel % job.output.width);
    let corner = |at: usize, axis: usize| (at * job.stride[axis]) as isize - job.pad[axis] as isize;
    Slot {
        valid: true,
        waits: false,
        swap: false,
        first: fold.first,
        last: fold.last,
        opens_tile: fold.last && pixel == 0,
        closes_tile: fold.last_of_tile && index + 1 == fold.pixels,
        parity: fold.parity,
        rows: fold.taken.rows,
        cols: fold.cols,
        bank: fold.bank,
        word: fold.word,
        corner: [corner(y, 0), corner(x, 1)],
        tap: fold.taken.tap,
        tap_rows: fold.taken.tap_rows,
        idle_rows: fold.idle_rows,
        pixel,
        acc: index,
    }
}
