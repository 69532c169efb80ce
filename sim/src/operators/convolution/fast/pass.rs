//! Computes fold by fold when the array's units work, and what the cycles between are charged to.

use crate::counters::LayerCount;
use crate::operators::convolution::folds::Folds;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::timing::{self, DECISION_TO_SLOT, OUTPUTS_SEEN};

/// Buffers that one convolution fills and the next one reuses.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub gaps: Vec<Gap>,
    /// The intervals in which the loader waits for entries of a list or for filters, in ascending
    /// order.
    pub waits: Vec<(For, [u64; 2])>,
    /// How many columns of a tile write to each bank.
    pub writers: Vec<usize>,
}

/// The reason for which a loader waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    Gate,
    Dram,
}

/// The result of a convolution's timing.
pub(crate) struct Ran {
    /// The first cycle in which none of its units works.
    pub idle: u64,
    /// The number of cycles in which the array waited for a live list.
    pub gate: u64,
    /// The cycle in which its last fold becomes active, if no other unit worked then.
    pub quiet: Option<u64>,
}

/// Cycles in which the array gets no pixel: from, to (exclusive). The cycles of a hold for the
/// banks are among them.
#[derive(Debug)]
pub(crate) struct Gap {
    from: u64,
    held: [u64; 2],
    to: u64,
}

/// The state that alone determines when the next fold that emits nothing is loaded and taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reached {
    /// The first cycle in which the loader may look at a fold. It has finished the fold before, and
    /// the shadow weights are free.
    pub loader: u64,
    pub shadow: u64,
    /// The first cycle in which the streamer can decide to take the next fold.
    streamer: u64,
    /// The first cycle that is not charged yet.
    charged: u64,
}

impl Reached {
    /// How much later everything is than in `before`, if it is the same number of cycles for all.
    fn later(&self, before: &Self) -> Option<u64> {
        let by = self.loader - before.loader;
        let moved = [self.shadow - before.shadow, self.streamer - before.streamer, self.charged - before.charged];
        moved.iter().all(|m| *m == by).then_some(by)
    }

    fn delay(&mut self, by: u64) {
        for cycle in [&mut self.loader, &mut self.shadow, &mut self.streamer, &mut self.charged] {
            *cycle += by;
        }
    }
}

/// The folds over a chunk of pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk {
    /// The number of groups of filter words that contain the tile's columns.
    pub groups: usize,
    pub pixels: usize,
    /// Cycles of a pixel in the last fold, and whether this fold waits until the banks have
    /// settled.
    pub interval: u64,
    pub scattered: bool,
}

/// The times of the array's units up to now.
pub(crate) struct Pass<'a> {
    config: &'a AcceleratorConfig,
    pub reached: Reached,
    /// The first cycle in which the streamer can decide to take a fold that emits.
    settled: u64,
    /// The cycle that decided to take the last fold.
    taken: u64,
    /// The first cycle in which the other set of column parameters is free.
    pub params: u64,
    /// The last cycle in which outputs are on their way, and the same before the last fold.
    drains: [u64; 2],
    gaps: &'a mut Vec<Gap>,
    compute: u64,
    conflict: u64,
}

impl<'a> Pass<'a> {
    pub fn new(config: &'a AcceleratorConfig, at: u64, gaps: &'a mut Vec<Gap>) -> Self {
        Self {
            config,
            reached: Reached { loader: at + OUTPUTS_SEEN as u64, shadow: 0, streamer: 0, charged: at + 1 },
            settled: 0,
            taken: 0,
            params: 0,
            drains: [0; 2],
            gaps,
            compute: 0,
            conflict: 0,
        }
    }

    /// Runs all folds over a chunk. Returns the cycle that decides to take the first one.
    ///
    /// The times of a fold follow from those of the fold before it by maxima and by sums with
    /// constants. Suppose that folds with the same rows delay everything by the same number of
    /// cycles, and leave no gap. Then all further such folds do the same, and are counted at once.
    pub fn chunk(&mut self, folds: &Folds, chunk: &Chunk) -> u64 {
        let last = folds.len() - 1;
        let [period, periodic] = folds.period();
        let periodic = periodic.min(last);
        let (mut fold, mut first) = (0, None);
        while fold < last {
            let (before, gaps) = (self.reached, self.gaps.len());
            let until = if fold + period <= periodic { fold + period } else { last };
            for fold in fold..until {
                self.fold(folds.at(fold).rows, chunk, false);
                first = first.or(Some(self.taken));
            }
            fold = until;
            let further = periodic.saturating_sub(fold) / period.max(1);
            if further > 0
                && self.gaps.len() == gaps
                && let Some(by) = self.reached.later(&before)
            {
                self.reached.delay(by * further as u64);
                self.compute += (further * period * chunk.pixels) as u64;
                fold += further * period;
            }
        }
        self.fold(folds.at(last).rows, chunk, true);
        first.unwrap_or(self.taken)
    }

    /// Runs a fold. The last fold over its pixels emits outputs.
    fn fold(&mut self, rows: usize, chunk: &Chunk, last: bool) {
        let array = &self.config.array;
        let Chunk { groups, pixels, .. } = *chunk;
        let interval = if last { chunk.interval } else { 1 };
        let Reached { loader, shadow, streamer, charged } = self.reached;
        let first_word = loader.max(shadow) + 1;
        let ready = first_word + timing::fold_ready(rows, groups) as u64;
        let free = streamer.max(ready);
        let taken = if last && chunk.scattered { free.max(self.settled) } else { free };
        // The slot that has the swap. The fold's first pixel is in the next one.
        let slot = taken + DECISION_TO_SLOT as u64;
        if charged <= slot {
            let held = (free + DECISION_TO_SLOT as u64).max(charged);
            self.gaps.push(Gap { from: charged, held: [held, held.max(slot)], to: slot + 1 });
        }
        let slots = pixels as u64 * interval;
        self.compute += pixels as u64;
        self.conflict += slots - pixels as u64;
        self.taken = taken;
        self.reached = Reached {
            loader: first_word + (rows * groups).max(1) as u64,
            shadow: slot + timing::shadow_free(array.cols) as u64 - 1,
            streamer: taken + slots,
            charged: slot + slots + 1,
        };
        self.drains[0] = self.drains[1];
        if last {
            // The cycle that decides about the last pixel.
            let emitted = taken + 1 + (pixels as u64 - 1) * interval;
            self.settled = emitted + timing::settled(array.cols, interval as usize) as u64;
            let drain = timing::drain(array.rows, array.cols, interval as usize) as u64;
            self.drains[1] = emitted + DECISION_TO_SLOT as u64 - 1 + drain;
        }
    }

    /// Charges all gaps. The loader has nothing left to do from cycle `idle` on.
    pub fn end(self, idle: u64, any: bool, waits: &[(For, [u64; 2])], layer: &mut LayerCount) -> Ran {
        // The loader works on a fold until the streamer has taken it.
        let loads = if any { idle.max(self.taken + 1) } else { idle };
        let end = loads.max(self.drains[1] + 1);
        let cycles = &mut layer.cycles;
        cycles.compute += self.compute;
        cycles.bank_conflict += self.conflict;
        let (mut gate, mut dram, mut quiet) = (0, 0, None);
        let mut next = 0;
        let mut charge = |from: u64, to: u64| {
            // Waits and gaps are in ascending order. The last wait can reach into several gaps.
            while next + 1 < waits.len() && waits[next].1[1] <= from {
                next += 1;
            }
            let mut rest = to - from;
            for (reason, [since, until]) in waits[next..].iter().take_while(|w| w.1[0] < to) {
                let waited = (*until).min(to).saturating_sub((*since).max(from));
                rest -= waited;
                *(if *reason == For::Gate { &mut gate } else { &mut dram }) += waited;
            }
            rest
        };
        for gap in self.gaps.iter() {
            let [held, held_to] = gap.held;
            cycles.bank_conflict += held_to - held;
            cycles.weights += charge(gap.from, held.min(gap.to - 1).max(gap.from));
            // The cycle in which the fold becomes active. After the last fold, the loader may be
            // idle.
            let swap = gap.to - 1;
            if swap < loads {
                cycles.weights += charge(swap, gap.to);
            } else if swap <= self.drains[0] {
                cycles.drain += 1;
            } else {
                quiet = Some(swap);
            }
        }
        let loaded = loads.max(self.reached.charged);
        cycles.weights += charge(self.reached.charged.min(loaded), loaded);
        cycles.drain += end.saturating_sub(loaded);
        cycles.dram += dram;
        Ran { idle: end.max(loaded), gate, quiet }
    }
}
