//! A move in the `stepped` engine: how the controller starts it or steps over it.

use crate::engine::Machine;

impl Machine<'_> {
    /// Requests a move.
    pub(crate) fn start_move(&mut self, job: usize) {
        let map = &self.program.off_chip[self.program.moves[job].map.index()];
        let entries = map.list.map_or(map.shape.channels, |l| self.gate.lists[l.index()].channels.len());
        self.fetcher.moves(self.program, self.now, job, entries, &mut self.activity);
    }

    /// Steps over a move.
    pub(crate) fn skip_move(&mut self, job: usize) {
        self.fetcher.skip_move(self.program, self.now, job);
    }
}
