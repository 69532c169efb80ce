//! A convolution: loader, streamer and columns, fold by fold.

use super::counts;
use crate::counters::{Activity, LayerCount};
use crate::dram::{self, Fetcher, Known, Next};
use crate::engine::{TAIL, rest};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::{ConvJob, Inputs, Program};

/// A live list: channels, and from which cycle each shows, and the end of the list.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    pub entries: Vec<usize>,
    pub shows: Vec<u64>,
    pub done: u64,
}

impl List {
    /// First cycle in which it has so many entries, or is done.
    fn suffices(&self, entries: usize) -> u64 {
        self.shows.get(entries.wrapping_sub(1)).map_or(self.done, |shows| self.done.min(*shows))
    }

    /// What it shows in cycle `now`, and whether that is all.
    fn at(&self, now: u64) -> (&[usize], bool) {
        let shown = self.shows.partition_point(|shows| *shows <= now);
        (&self.entries[..shown], self.done <= now)
    }
}

/// What a convolution finds when it starts.
pub(super) struct Start<'a> {
    pub program: &'a Program,
    /// Which convolution.
    pub conv: usize,
    pub lists: &'a [List; 2],
    /// The L-Net's score skips the branch of its block.
    pub skips: bool,
    /// The controller's cycle.
    pub at: u64,
}

impl Start<'_> {
    fn channels(&self, list: Option<usize>, all: usize, now: u64) -> (Vec<usize>, bool) {
        list.map_or_else(
            || ((0..all).collect(), true),
            |l| {
                let (entries, done) = self.lists[l].at(now);
                (entries.to_vec(), done)
            },
        )
    }

    fn inputs(&self, job: &ConvJob) -> Option<&[usize]> {
        if let Inputs::List(list) = job.inputs { Some(&self.lists[list].entries) } else { None }
    }

    /// Asks in cycle `now` for the filters of `tile`, and for those of the next one that is known then; when those of `tile` are there.
    fn fetch(&self, now: u64, tile: usize, fetcher: &mut Fetcher, activities: &mut [Activity]) -> u64 {
        let (program, cols) = (self.program, self.program.config.array.cols);
        if program.filters_on_chip {
            return 0;
        }
        let job = &program.convs[self.conv];
        let (live, done) = self.channels(job.outputs, job.output.channels, now);
        let of = |live: &[usize], tile: usize| live[tile * cols..live.len().min((tile + 1) * cols)].to_vec();
        let inputs = self.inputs(job);
        let channels = &of(&live, tile)[..];
        let known = Known { now, conv: self.conv, tile, channels, inputs };
        let arrival = fetcher.tile(program, &known, activities);
        let next = (tile + 1) * cols;
        if live.len() >= next + cols || done && live.len() > next {
            fetcher.ahead(program, &Known { tile: tile + 1, channels: &of(&live, tile + 1), ..known }, activities);
        } else if done && let Some(job) = program.convs.get(self.conv + 1) {
            let follows = dram::next(program, self.conv, self.skips);
            let (mut live, done) = self.channels(job.outputs, job.output.channels, now);
            let mut known = follows == Next::Decided && (done || live.len() >= cols);
            if !known && follows != Next::Nothing && dram::speculates(&program.config) {
                (live, known) = ((0..job.output.channels).collect(), true);
            }
            if known && !live.is_empty() {
                let (conv, inputs, channels) = (self.conv + 1, self.inputs(job), &of(&live, 0)[..]);
                fetcher.ahead(program, &Known { now, conv, tile: 0, channels, inputs }, activities);
            }
        }
        arrival
    }
}

/// Why a loader waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum For {
    Gate,
    Dram,
}

/// How a convolution ended.
pub(super) struct Ran {
    /// First cycle in which nothing of it is at work.
    pub idle: u64,
    /// Cycles in which the array waited for a live list.
    pub gate: u64,
    /// The cycle in which its last fold becomes active, if nothing else was at work.
    pub quiet: Option<u64>,
}

/// Folds of a tile: their rows, and how often they occur one after the other.
pub(super) struct Folds {
    /// Entries that are fed tap by tap, and entries whose taps share folds.
    pub alone: usize,
    pub packed: usize,
    /// Taps that share a fold.
    together: usize,
    taps: usize,
    rows: usize,
    /// Rows that feed nothing, in front of a depthwise convolution's own.
    pub idle: usize,
}

impl Folds {
    /// Of a tile whose `count` channels begin with channel `first`.
    fn depthwise(config: &AcceleratorConfig, job: &ConvJob, first: usize, count: usize) -> Self {
        let rows = config.array.rows;
        let idle = first % rows;
        Self { alone: idle + count, packed: 0, together: 1, taps: job.taps(), rows, idle }
    }

    pub fn new(config: &AcceleratorConfig, job: &ConvJob, entries: usize) -> Self {
        let rows = config.array.rows;
        let (packed, together) = match (job.inputs, rest(&config.array, entries)) {
            (Inputs::Packed(taps), _) => (entries, taps),
            (_, rest) if job.src_copies && rest > 0 => (rest, rows / rest),
            _ => (0, 1),
        };
        Self { alone: entries - packed, packed, together, taps: job.taps(), rows, idle: 0 }
    }

    pub fn len(&self) -> usize {
        let shared = if self.packed > 0 { self.taps.div_ceil(self.together) } else { 0 };
        (self.taps * self.alone.div_ceil(self.rows) + shared).max(1)
    }

    /// Rows of a fold.
    fn rows(&self, fold: usize) -> usize {
        let groups = self.alone.div_ceil(self.rows);
        match fold.checked_sub(self.taps * groups) {
            Some(shared) if self.packed > 0 => self.together.min(self.taps - shared * self.together) * self.packed,
            _ => self.rows.min(self.alone - fold % groups.max(1) * self.rows),
        }
    }
}

/// A stretch of cycles in which no pixel is fed: from, to (exclusive); a hold for the banks lies within.
struct Gap {
    from: u64,
    held: [u64; 2],
    to: u64,
}

/// What the units of the array have reached.
struct Pass<'a> {
    config: &'a AcceleratorConfig,
    /// The streamer's decision cycle: earliest for the next fold, and for one that emits.
    streamer: u64,
    settled: u64,
    /// Decision cycle of the last fold.
    taken: u64,
    /// First cycle in which the loader may look at a fold: it has none, and the shadow weights are free.
    shadow: u64,
    /// First cycle in which the other set of column parameters is free.
    params: u64,
    /// First cycle that is not charged, and the last in which outputs are on their way; the same before the last fold.
    charged: u64,
    drains: [u64; 2],
    gaps: Vec<Gap>,
    compute: u64,
    conflict: u64,
}

/// Runs a convolution.
pub(super) fn run(start: &Start, fetcher: &mut Fetcher, activities: &mut [Activity], layer: &mut LayerCount) -> Ran {
    let Start { program, lists, at, .. } = *start;
    let (config, job) = (&program.config, &program.convs[start.conv]);
    let (cols, depth) = (config.array.cols, config.array.accumulator_depth);
    let outputs = job.outputs.map(|l| &lists[l]);
    let live = outputs.map_or(job.output.channels, |l| l.entries.len());
    let entries = if let Inputs::List(list) = job.inputs { lists[list].entries.len() } else { job.input.channels };
    let whole = Folds::new(config, job, entries);
    let by_channel = job.natural && outputs.is_some();
    let scattered = by_channel || job.dst_copies;
    let mut pass = Pass::new(config, at);
    // TILE: since when it waits for entries of the list, until when. FOLD: the same for filters.
    let mut waits = vec![];
    let mut loader = at + 1;
    let mut tile = 0;
    let idle = loop {
        let enough = outputs.map_or(0, |l| l.suffices((tile + 1) * cols)).max(loader);
        waits.push((For::Gate, [loader, enough]));
        let count = live.saturating_sub(tile * cols).min(cols);
        if count == 0 {
            break enough + 1;
        }
        let own = job.depthwise.then(|| Folds::depthwise(config, job, tile * cols, count));
        let folds = own.as_ref().unwrap_or(&whole);
        let channel = |c: usize| outputs.map_or(tile * cols + c, |l| l.entries[tile * cols + c]);
        let groups = if program.filters_on_chip { channel(count - 1) / cols - channel(0) / cols + 1 } else { 1 };
        let interval = if by_channel { interval((0..count).map(channel), config.banks()) } else { 1 };
        // SETUP and SETTLE.
        let begins = enough.max(pass.params);
        let arrival = start.fetch(begins, tile, fetcher, activities);
        loader = begins + count as u64 + 2;
        waits.push((For::Dram, [loader, loader.max(arrival)]));
        pass.shadow = pass.shadow.max(arrival);
        let pixels = job.output.pixels();
        for start in (0..pixels).step_by(depth) {
            for fold in 0..folds.len() {
                let last = fold + 1 == folds.len();
                let rows = folds.rows(fold);
                let interval = if last { interval } else { 1 };
                loader =
                    pass.fold(loader, rows, groups, depth.min(pixels - start), interval, [last, last && scattered]);
                if fold == 0 && start == 0 {
                    pass.params = pass.taken + (config.array.rows + cols + TAIL) as u64 + 1;
                }
            }
        }
        counts::tile(&mut activities[job.layer], config, job, folds, [tile, count, groups]);
        tile += 1;
    };
    let ran = pass.end(idle, live > 0, &waits, layer);
    layer.live = live as u64;
    ran
}

/// The most columns that write to one bank.
fn interval(channels: impl Iterator<Item = usize>, banks: usize) -> u64 {
    let mut writers = vec![0; banks];
    channels.for_each(|channel| writers[channel % banks] += 1);
    writers.into_iter().max().unwrap_or(1)
}

impl<'a> Pass<'a> {
    fn new(config: &'a AcceleratorConfig, at: u64) -> Self {
        Self {
            config,
            streamer: 0,
            settled: 0,
            taken: 0,
            shadow: 0,
            params: 0,
            charged: at + 1,
            drains: [0; 2],
            gaps: vec![],
            compute: 0,
            conflict: 0,
        }
    }

    /// A fold at which the loader may look from cycle `loader` on; gives the cycle behind its load. The last one over its pixels emits.
    fn fold(
        &mut self,
        loader: u64,
        rows: usize,
        groups: usize,
        pixels: usize,
        interval: u64,
        [last, scattered]: [bool; 2],
    ) -> u64 {
        let array = &self.config.array;
        let first_word = loader.max(self.shadow) + 1;
        let ready = first_word + (rows * (groups - 1)) as u64 + 2;
        let free = self.streamer.max(ready);
        let taken = if scattered { free.max(self.settled) } else { free };
        // A decision shows in the slot register a cycle later, the first pixel of a fold two.
        if self.charged <= taken + 1 {
            let held = (free + 1).max(self.charged);
            self.gaps.push(Gap { from: self.charged, held: [held, held.max(taken + 1)], to: taken + 2 });
        }
        let slots = pixels as u64 * interval;
        self.compute += pixels as u64;
        self.conflict += slots - pixels as u64;
        (self.taken, self.streamer, self.charged) = (taken, taken + slots, taken + slots + 2);
        self.shadow = taken + 1 + array.cols.saturating_sub(4) as u64;
        self.drains[0] = self.drains[1];
        if last {
            let emitted = taken + 1 + (pixels as u64 - 1) * interval;
            self.settled = emitted + array.cols as u64 + interval - 2;
            self.drains[1] = emitted + (array.rows + array.cols + TAIL) as u64 + interval;
        }
        first_word + (rows * groups).max(1) as u64
    }

    /// Charges all gaps. The loader has nothing left from cycle `idle` on.
    fn end(self, idle: u64, any: bool, waits: &[(For, [u64; 2])], layer: &mut LayerCount) -> Ran {
        // A fold is the loader's until it has been taken.
        let loads = if any { idle.max(self.taken + 1) } else { idle };
        let end = loads.max(self.drains[1] + 1);
        let cycles = &mut layer.cycles;
        (cycles.compute, cycles.bank_conflict) = (self.compute, self.conflict);
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
        for gap in &self.gaps {
            let [held, held_to] = gap.held;
            cycles.bank_conflict += held_to - held;
            cycles.weights += charge(gap.from, held.min(gap.to - 1).max(gap.from));
            // The cycle in which the fold becomes active; behind the last one the loader may be idle.
            let swap = gap.to - 1;
            if swap < loads {
                cycles.weights += charge(swap, gap.to);
            } else if swap <= self.drains[0] {
                cycles.drain += 1;
            } else {
                quiet = Some(swap);
            }
        }
        let loaded = loads.max(self.charged);
        cycles.weights += charge(self.charged.min(loaded), loaded);
        cycles.drain += end.saturating_sub(loaded);
        cycles.dram = dram;
        Ran { idle: end.max(loaded), gate, quiet }
    }
}
