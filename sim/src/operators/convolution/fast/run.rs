//! Runs a convolution on the timeline of the units.

use super::tiles::{self, Start};
use crate::fast::{Buffers, Timeline};
use crate::outcome::Mode;
use lcsim_spec::Score;

impl Timeline<'_> {
    /// Runs a convolution on loader, streamer and columns. The controller starts it in cycle `at`.
    pub(crate) fn conv(&mut self, at: u64, index: usize) {
        let job = &self.program.convs[index];
        let layer = &mut self.layers[job.layer.index()];
        let skips = self.lscore.0 == Score::ZERO && self.mode == Mode::Gated;
        let Buffers { activities, lists, conv, fetcher, channels, .. } = &mut *self.buffers;
        let start = Start { program: self.program, conv: index, lists, channels, skips, at };
        let ran = tiles::run(&start, fetcher, activities, layer, conv);
        self.layers[self.gate.layer.index()].cycles.gate += ran.gate;
        self.quiet = ran.quiet;
        self.ends_before(ran.idle, job.layer);
    }
}
