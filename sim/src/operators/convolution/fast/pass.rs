//! What the units of the array reach, fold by fold, and what the cycles between are charged to.

use crate::counters::LayerCount;
use crate::operators::convolution::folds::Folds;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::timing::{self, DECISION_TO_SLOT};

/// What a convolution fills, used again by the next one.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    pub gaps: Vec<Gap>,
    /// Since when the loader waits for entries of a list or for filters, until when. They come in
    /// order.
    pub waits: Vec<(For, [u64; 2])>,
    /// Columns of a tile that write to each bank.
    pub writers: Vec<usize>,
}

/// Why a loader waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum For {
    Gate,
    Dram,
}

/// How a convolution ended.
pub(crate) struct Ran {
    /// First cycle in which nothing of it is at work.
    pub idle: u64,
    /// Cycles in which the array waited for a live list.
    pub gate: u64,
    /// The cycle in which its last fold becomes active, if nothing else was at work.
    pub quiet: Option<u64>,
}

/// A stretch of cycles in which no pixel is fed: from, to (exclusive); a hold for the banks lies
/// within.
#[derive(Debug)]
pub(crate) struct Gap {
    from: u64,
    held: [u64; 2],
    to: u64,
}

/// Cycles on which alone it depends when the next fold that emits nothing is loaded and taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reached {
    /// First cycle in which the loader may look at a fold: it is done with the one before, and the
    /// shadow weights are free.
    pub loader: u64,
    pub shadow: u64,
    /// The streamer's earliest decision cycle for the next fold.
    streamer: u64,
    /// First cycle that is not charged.
    charged: u64,
}

impl Reached {
    /// By how much everything is later than in `before`, if that is the same for all.
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

/// Folds over a chunk of pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chunk {
    /// Groups of filter words that a tile's columns lie in.
    pub groups: usize,
    pub pixels: usize,
    /// Cycles a pixel takes in the last fold, and whether that waits until the banks have settled.
    pub interval: u64,
    pub scattered: bool,
}

/// What the units of the array have reached.
pub(crate) struct Pass<'a> {
    config: &'a AcceleratorConfig,
    pub reached: Reached,
    /// The streamer's earliest decision cycle for a fold that emits.
    settled: u64,
    /// Decision cycle of the last fold.
    taken: u64,
    /// First cycle in which the other set of column parameters is free.
    pub params: u64,
    /// The last cycle in which outputs are on their way; the same before the last fold.
    drains: [u64; 2],
    gaps: &'a mut Vec<Gap>,
    compute: u64,
    conflict: u64,
}

impl<'a> Pass<'a> {
    pub fn new(config: &'a AcceleratorConfig, at: u64, gaps: &'a mut Vec<Gap>) -> Self {
        Self {
            config,
            reached: Reached { loader: at + 1, shadow: 0, streamer: 0, charged: at + 1 },
            settled: 0,
            taken: 0,
            params: 0,
            drains: [0; 2],
            gaps,
            compute: 0,
            conflict: 0,
        }
    }

    /// All folds over a chunk; gives the decision cycle of the first.
    ///
    /// What a fold reaches is made of what the one before has reached by maxima and sums with
    /// constants. So once folds with the same rows make everything later by the same number of
    /// cycles, and leave no gap, all further ones do.
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

    /// A fold; the last one over its pixels emits.
    fn fold(&mut self, rows: usize, chunk: &Chunk, last: bool) {
        let array = &self.config.array;
        let Chunk { groups, pixels, .. } = *chunk;
        let interval = if last { chunk.interval } else { 1 };
        let Reached { loader, shadow, streamer, charged } = self.reached;
        let first_word = loader.max(shadow) + 1;
        let ready = first_word + timing::fold_ready(rows, groups) as u64;
        let free = streamer.max(ready);
        let taken = if last && chunk.scattered { free.max(self.settled) } else { free };
        // The swap's slot; the fold's first pixel is in the one behind.
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
            // The last pixel's decision.
            let emitted = taken + 1 + (pixels as u64 - 1) * interval;
            self.settled = emitted + timing::settled(array.cols, interval as usize) as u64;
            let drain = timing::drain(array.rows, array.cols, interval as usize) as u64;
            self.drains[1] = emitted + DECISION_TO_SLOT as u64 - 1 + drain;
        }
    }

    /// Charges all gaps. The loader has nothing left from cycle `idle` on.
    pub fn end(self, idle: u64, any: bool, waits: &[(For, [u64; 2])], layer: &mut LayerCount) -> Ran {
        // A fold is the loader's until it has been taken.
        let loads = if any { idle.max(self.taken + 1) } else { idle };
        let end = loads.max(self.drains[1] + 1);
        let cycles = &mut layer.cycles;
        cycles.compute += self.compute;
        cycles.bank_conflict += self.conflict;
        let (mut gate, mut dram, mut quiet) = (0, 0, None);
        let mut next = 0;
        let mut charge = |from: u64, to: u64| {
            // Waits and gaps come in order; the last wait may reach into several gaps.
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
            // The cycle in which the fold becomes active; behind the last one the loader may be
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
