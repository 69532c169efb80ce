//! A convolution: loader, streamer and columns, fold by fold.

use super::counts;
use super::pass::{Buffers, Chunk, For, Pass, Ran};
use crate::counters::{Activity, LayerCount};
use crate::dram::{self, Fetcher, Known, Next};
use crate::engine::rest;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::{ConvJob, Inputs, Program};
use lcsim_spec::timing::{self, DECISION_TO_SLOT};

/// A live list: channels, and from which cycle each shows, and the end of the list.
#[derive(Debug, Clone, Default)]
pub(super) struct List {
    pub entries: Vec<usize>,
    pub shows: Vec<u64>,
    pub done: u64,
}

impl List {
    /// Fills it with `entries`, which show one by one, and ends it.
    pub fn fill(&mut self, entries: impl Iterator<Item = (usize, u64)>, done: u64) {
        self.entries.clear();
        self.shows.clear();
        for (entry, shows) in entries {
            self.entries.push(entry);
            self.shows.push(shows);
        }
        self.done = done;
    }

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
    /// As many as any convolution has.
    pub channels: &'a [usize],
    /// The L-Net's score skips the branch of its block.
    pub skips: bool,
    /// The controller's cycle.
    pub at: u64,
}

impl<'a> Start<'a> {
    /// Output channels of a convolution that are known in cycle `now`, and whether those are all.
    fn outputs(&self, job: &ConvJob, now: u64) -> (&'a [usize], bool) {
        job.outputs.map_or_else(|| (&self.channels[..job.output.channels], true), |list| self.lists[list].at(now))
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
        let (live, done) = self.outputs(job, now);
        let of = |live: &'a [usize], tile: usize| &live[tile * cols..live.len().min((tile + 1) * cols)];
        let inputs = self.inputs(job);
        let channels = of(live, tile);
        let known = Known { now, conv: self.conv, tile, channels, inputs };
        let arrival = fetcher.tile(program, &known, activities);
        let next = (tile + 1) * cols;
        if live.len() >= next + cols || done && live.len() > next {
            fetcher.ahead(program, &Known { tile: tile + 1, channels: of(live, tile + 1), ..known }, activities);
        } else if done && let Some(job) = program.convs.get(self.conv + 1) {
            let follows = dram::next(program, self.conv, self.skips);
            let (mut live, done) = self.outputs(job, now);
            let mut known = follows == Next::Decided && (done || live.len() >= cols);
            if !known && follows != Next::Nothing && dram::speculates(&program.config) {
                (live, known) = (&self.channels[..job.output.channels], true);
            }
            if known && !live.is_empty() {
                let (conv, inputs, channels) = (self.conv + 1, self.inputs(job), of(live, 0));
                fetcher.ahead(program, &Known { now, conv, tile: 0, channels, inputs }, activities);
            }
        }
        arrival
    }
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
    pub fn rows(&self, fold: usize) -> usize {
        let groups = self.alone.div_ceil(self.rows);
        match fold.checked_sub(self.taps * groups) {
            Some(shared) if self.packed > 0 => self.together.min(self.taps - shared * self.together) * self.packed,
            _ => self.rows.min(self.alone - fold % groups.max(1) * self.rows),
        }
    }

    /// Folds after which the numbers of rows repeat, and the folds from the first on of which that holds.
    pub fn period(&self) -> [usize; 2] {
        let groups = self.alone.div_ceil(self.rows);
        [if self.alone.is_multiple_of(self.rows) { 1 } else { groups }, self.taps * groups]
    }
}

/// Runs a convolution.
pub(super) fn run(
    start: &Start,
    fetcher: &mut Fetcher,
    activities: &mut [Activity],
    layer: &mut LayerCount,
    buffers: &mut Buffers,
) -> Ran {
    let Start { program, lists, at, .. } = *start;
    let (config, job) = (&program.config, &program.convs[start.conv]);
    let (cols, depth) = (config.array.cols, config.array.accumulator_depth);
    let outputs = job.outputs.map(|l| &lists[l]);
    let live = outputs.map_or(job.output.channels, |l| l.entries.len());
    let entries = if let Inputs::List(list) = job.inputs { lists[list].entries.len() } else { job.input.channels };
    let whole = Folds::new(config, job, entries);
    let by_channel = job.natural && outputs.is_some();
    let scattered = by_channel || job.dst_copies;
    let Buffers { gaps, waits, writers } = buffers;
    gaps.clear();
    waits.clear();
    let mut pass = Pass::new(config, at, gaps);
    let mut tile = 0;
    let idle = loop {
        let enough = outputs.map_or(0, |l| l.suffices((tile + 1) * cols)).max(pass.reached.loader);
        waits.push((For::Gate, [pass.reached.loader, enough]));
        let count = live.saturating_sub(tile * cols).min(cols);
        if count == 0 {
            break enough + 1;
        }
        let own = job.depthwise.then(|| Folds::depthwise(config, job, tile * cols, count));
        let folds = own.as_ref().unwrap_or(&whole);
        let channel = |c: usize| outputs.map_or(tile * cols + c, |l| l.entries[tile * cols + c]);
        let groups = if program.filters_on_chip { channel(count - 1) / cols - channel(0) / cols + 1 } else { 1 };
        let interval = if by_channel { interval((0..count).map(channel), config.banks(), writers) } else { 1 };
        let begins = enough.max(pass.params);
        let arrival = start.fetch(begins, tile, fetcher, activities);
        let loader = begins + timing::tile_setup(count) as u64;
        waits.push((For::Dram, [loader, loader.max(arrival)]));
        pass.reached.loader = loader;
        pass.reached.shadow = pass.reached.shadow.max(arrival);
        let pixels = job.output.pixels();
        for start in (0..pixels).step_by(depth) {
            let chunk = Chunk { groups, pixels: depth.min(pixels - start), interval, scattered };
            let first = pass.chunk(folds, &chunk);
            if start == 0 {
                pass.params = first + (DECISION_TO_SLOT + timing::parameters_free(config.array.rows, cols)) as u64;
            }
        }
        counts::tile(&mut activities[job.layer], config, job, folds, [tile, count, groups]);
        tile += 1;
    };
    let ran = pass.end(idle, live > 0, waits, layer);
    layer.live = live as u64;
    ran
}

/// The most columns that write to one bank.
fn interval(channels: impl Iterator<Item = usize>, banks: usize, writers: &mut Vec<u64>) -> u64 {
    writers.clear();
    writers.resize(banks, 0);
    channels.for_each(|channel| writers[channel % banks] += 1);
    writers.iter().copied().max().unwrap_or(1)
}
