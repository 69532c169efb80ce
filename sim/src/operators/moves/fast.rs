//! The timing of a move.

use super::counts;
use crate::fast::{Buffers, Timeline};

impl Timeline<'_> {
    /// Requests a move.
    pub(crate) fn moves(&mut self, at: u64, index: usize) {
        let job = &self.program.moves[index];
        let map = &self.program.off_chip[job.map.index()];
        let Buffers { activities, lists, fetcher, .. } = &mut *self.buffers;
        let entries = map.list.map_or(map.shape.channels, |l| lists[l.index()].entries.len());
        fetcher.moves(self.program, at, index, entries, activities);
        counts::moves(&mut activities[job.layer.index()], self.program, job, entries);
    }

    /// Steps over a move.
    pub(crate) fn skip_move(&mut self, at: u64, index: usize) {
        self.buffers.fetcher.skip_move(self.program, at, index);
    }
}
