//! The cycles of a convolution: loader, streamer and columns, fold by fold.

use super::super::counts;
use super::pass::{Buffers, Chunk, For, Pass, Ran};
use crate::counters::{Activity, LayerCount};
use crate::dram::{Begins, Fetcher};
use crate::fast::List;
use crate::operators::convolution::folds::Folds;
use crate::operators::convolution::turns;
use lcsim_spec::schedule::{Inputs, ListId, Program};
use lcsim_spec::timing::{self, DECISION_TO_SLOT, OUTPUTS_SEEN};

/// The state of the machine when a convolution starts.
pub(crate) struct Start<'a> {
    pub program: &'a Program,
    /// The index of the convolution.
    pub conv: usize,
    pub lists: &'a [List; 2],
    /// The channels from 0 up to the largest channel count of a convolution.
    pub channels: &'a [usize],
    /// Whether the L-Net's score skips the branch of the block.
    pub skips: bool,
    /// The cycle in which the controller starts it.
    pub at: u64,
}

/// Runs a convolution.
pub(crate) fn run(
    start: &Start,
    fetcher: &mut Fetcher,
    activities: &mut [Activity],
    layer: &mut LayerCount,
    buffers: &mut Buffers,
) -> Ran {
    let Start { program, lists, at, .. } = *start;
    let (config, job) = (&program.config, &program.convs[start.conv]);
    let (cols, depth) = (config.array.cols, config.array.accumulator_depth);
    let outputs = job.outputs.map(|l| &lists[l.index()]);
    let live = outputs.map_or(job.output.channels, |l| l.entries.len());
    let entries =
        if let Inputs::List(list) = job.inputs { lists[list.index()].entries.len() } else { job.input.channels };
    let whole = Folds::new(&config.array, job, entries);
    let (by_channel, scattered) = (turns::by_channel(job), turns::scattered(job));
    let Buffers { gaps, waits, writers } = buffers;
    gaps.clear();
    waits.clear();
    let mut pass = Pass::new(config, at, gaps);
    let mut tile = 0;
    let idle = loop {
        let seen = |list: &List| list.suffices((tile + 1) * cols) + OUTPUTS_SEEN as u64;
        let enough = outputs.map_or(0, seen).max(pass.reached.loader);
        waits.push((For::Gate, [pass.reached.loader, enough]));
        let count = live.saturating_sub(tile * cols).min(cols);
        if count == 0 {
            break enough + 1;
        }
        let folds = whole.of_tile(job, [tile * cols, count]);
        let channel = |c: usize| outputs.map_or(tile * cols + c, |l| l.entries[tile * cols + c]);
        let groups = if program.filters_on_chip { channel(count - 1) / cols - channel(0) / cols + 1 } else { 1 };
        let interval = if by_channel { interval((0..count).map(channel), config.banks(), writers) } else { 1 };
        let begins = enough.max(pass.params);
        let (conv, skips, channels) = (start.conv, start.skips, start.channels);
        let list = |list: ListId| lists[list.index()].at(begins);
        let asks = Begins { now: begins, conv, tile, skips, list: &list, channels };
        let arrival = fetcher.begin(program, &asks, activities);
        let loader = begins + timing::tile_setup(count) as u64;
        waits.push((For::Dram, [loader, loader.max(arrival)]));
        pass.reached.loader = loader;
        pass.reached.shadow = pass.reached.shadow.max(arrival);
        let pixels = job.output.pixels();
        for start in (0..pixels).step_by(depth) {
            let chunk = Chunk { groups, pixels: depth.min(pixels - start), interval, scattered };
            let first = pass.chunk(&folds, &chunk);
            if start == 0 {
                pass.params = first + (DECISION_TO_SLOT + timing::parameters_free(config.array.rows, cols)) as u64;
            }
        }
        counts::tile(&mut activities[job.layer.index()], config, job, &folds, [tile, count, groups]);
        tile += 1;
    };
    let ran = pass.end(idle, live > 0, waits, layer);
    layer.live = live as u64;
    ran
}

/// The number of cycles that a pixel of a tile of these channels takes.
fn interval(channels: impl Iterator<Item = usize>, banks: usize, writers: &mut Vec<usize>) -> u64 {
    writers.clear();
    writers.resize(banks, 0);
    channels.for_each(|channel| writers[channel % banks] += 1);
    turns::interval(writers) as u64
}
