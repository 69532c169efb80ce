//! Chooses the filters that are requested before their use.

use super::fetcher::{Fetcher, Known};
use crate::counters::Activity;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::config::Prefetch;
use lcsim_spec::schedule::{Condition, ConvJob, Inputs, ListId, Program, Target};

/// The state of the machine when the loader begins a tile.
pub(crate) struct Begins<'a> {
    pub now: u64,
    pub conv: usize,
    pub tile: usize,
    /// Whether the L-Net's score skips the branch of the block.
    pub skips: bool,
    /// Returns the channels that a live list shows now, and whether the list is complete.
    pub list: &'a dyn Fn(ListId) -> (&'a [usize], bool),
    /// The channels from 0 up to the largest channel count of a convolution.
    pub channels: &'a [usize],
}

impl<'a> Begins<'a> {
    /// The output channels of a convolution that are known now, and whether these are all.
    fn outputs(&self, job: &ConvJob) -> (&'a [usize], bool) {
        job.outputs.map_or_else(|| (&self.channels[..job.output.channels], true), self.list)
    }

    /// What the loader knows of a tile of a convolution with the output channels `live`.
    fn known(&self, program: &Program, conv: usize, tile: usize, live: &'a [usize]) -> Known<'a> {
        let cols = program.config.array.cols;
        let channels = &live[tile * cols..live.len().min((tile + 1) * cols)];
        let inputs = if let Inputs::List(list) = program.convs[conv].inputs { Some((self.list)(list).0) } else { None };
        Known { now: self.now, conv, tile, channels, inputs }
    }
}

impl Fetcher {
    /// Requests the filters of the tile that begins, and those of the next tile if it is known.
    /// Returns the first cycle in which the filters of this tile are on chip.
    pub fn begin(&mut self, program: &Program, begins: &Begins, activities: &mut [Activity]) -> u64 {
        if program.filters_on_chip {
            return 0;
        }
        let Begins { conv, tile, .. } = *begins;
        let cols = program.config.array.cols;
        let (live, done) = begins.outputs(&program.convs[conv]);
        let arrival = self.tile(program, &begins.known(program, conv, tile, live), activities);
        let next = (tile + 1) * cols;
        if live.len() >= next + cols || done && live.len() > next {
            self.ahead(program, &begins.known(program, conv, tile + 1, live), activities);
        } else if done && let Some(live) = behind(program, begins).filter(|live| !live.is_empty()) {
            self.ahead(program, &begins.known(program, conv + 1, 0, live), activities);
        }
        arrival
    }
}

/// Finds the output channels, known or guessed, of the convolution after the one whose last tile
/// begins. Returns `None` if nothing is requested for it.
fn behind<'a>(program: &Program, begins: &Begins<'a>) -> Option<&'a [usize]> {
    let job = program.convs.get(begins.conv + 1)?;
    let follows = next(program, begins.conv, begins.skips);
    let (live, done) = begins.outputs(job);
    match follows {
        Next::Decided if done || live.len() >= program.config.array.cols => Some(live),
        Next::Decided | Next::Undecided if speculates(&program.config) => Some(&begins.channels[..job.output.channels]),
        _ => None,
    }
}

/// What follows the last tile of a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// Nothing that could be fetched early.
    Nothing,
    /// The next convolution. A gate that decides about it has not run yet.
    Undecided,
    /// The next convolution. All gates that decide about it have been started.
    Decided,
}

/// Decides whether filters of the convolution after `conv` may be fetched while the last tile of
/// `conv` is in use. `skips` says that the block of `conv` is skipped.
fn next(program: &Program, conv: usize, skips: bool) -> Next {
    let Some(job) = program.convs.get(conv + 1) else { return Next::Nothing };
    let at = |conv: usize| program.ops.iter().position(|op| op.unit.conv() == Some(conv));
    let (Some(from), Some(to)) = (at(conv), at(conv + 1)) else { return Next::Nothing };
    let condition = program.ops[to].condition;
    let decides = |gate: usize| match program.gates[gate].target {
        Target::Block(block) => condition == Condition::IfLive(block),
        Target::Channels(list) => job.outputs == Some(list),
        Target::Classes | Target::Hidden => false,
    };
    if program.ops[from..to].iter().filter_map(|op| op.unit.gate()).any(decides) {
        return Next::Undecided;
    }
    if condition.needs_score() && skips { Next::Nothing } else { Next::Decided }
}

/// Whether filters are fetched before a gate has decided about them.
fn speculates(config: &AcceleratorConfig) -> bool {
    config.dram.as_ref().is_some_and(|d| d.prefetch == Prefetch::Speculative)
}
