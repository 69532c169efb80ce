//! What the loader asks of the DRAM.

use super::{Loader, LoaderView};
use crate::counters::Activity;
use crate::dram::{self, Fetcher, Known, Next};
use lcsim_spec::schedule::{ConvJob, Inputs};

impl Loader {
    /// Asks for the filters of the tile that begins, and for those of the next one that is known.
    pub(super) fn fetch(&mut self, view: &LoaderView, job: &ConvJob, fetcher: &mut Fetcher, activity: &mut [Activity]) {
        let program = view.program;
        if program.filters_on_chip {
            return;
        }
        let cols = program.config.array.cols;
        let channels = |list: Option<usize>, all: usize| -> Vec<usize> {
            list.map_or_else(|| (0..all).collect(), |l| view.lists[l].entries.iter().map(|e| e.0).collect())
        };
        let inputs = |job: &ConvJob| match job.inputs {
            Inputs::List(list) => Some(channels(Some(list), 0)),
            Inputs::Dense | Inputs::Packed(_) => None,
        };
        let done = |list: Option<usize>| list.is_none_or(|l| view.lists[l].done);
        let live = channels(job.outputs, job.output.channels);
        let tile = |conv, tile: usize, channels: &[usize], inputs: Option<&[usize]>, ask: &mut dyn FnMut(&Known)| {
            let end = channels.len().min((tile + 1) * cols);
            ask(&Known { now: view.now, conv, tile, channels: &channels[tile * cols..end], inputs });
        };
        let own = inputs(job);
        let begins = &mut |known: &Known| self.arrival = fetcher.tile(program, known, activity);
        tile(self.job, self.tile, &live, own.as_deref(), begins);
        let ahead = &mut |known: &Known| fetcher.ahead(program, known, activity);
        let next = (self.tile + 1) * cols;
        if live.len() >= next + cols || done(job.outputs) && live.len() > next {
            return tile(self.job, self.tile + 1, &live, own.as_deref(), ahead);
        }
        let behind = self.job + 1;
        let follows = if done(job.outputs) { dram::next(program, self.job, view.skips) } else { Next::Nothing };
        let Some(job) = program.convs.get(behind).filter(|_| follows != Next::Nothing) else { return };
        let live = channels(job.outputs, job.output.channels);
        if follows == Next::Decided && (done(job.outputs) || live.len() >= cols) {
            if !live.is_empty() {
                tile(behind, 0, &live, inputs(job).as_deref(), ahead);
            }
        } else if dram::speculates(&program.config) {
            tile(behind, 0, &channels(None, job.output.channels), inputs(job).as_deref(), ahead);
        }
    }
}
