//! The clock edge of all units.

use super::machine::{Machine, Sampled};
use crate::outcome::{Outcome, Probe};

impl Machine<'_> {
    pub fn run(mut self) -> Outcome {
        while self.step() {}
        self.outcome()
    }

    /// Returns the content of the memories after `cycles` cycles, or at the end if the image takes
    /// fewer.
    pub fn probe(mut self, cycles: u64) -> Probe {
        while self.now < cycles && self.step() {}
        self.peek()
    }

    /// Runs one cycle. Returns false if nothing is left to do.
    pub(crate) fn step(&mut self) -> bool {
        let sampled = self.sample();
        self.observe_ends(&sampled);
        if self.rests(&sampled) && self.now >= self.fetcher.moves_end(self.program, self.program.moves.len()) {
            return false;
        }
        self.account(&sampled);
        self.tick(&sampled);
        self.now += 1;
        true
    }

    fn tick(&mut self, sampled: &Sampled) {
        self.array_busy = self.busy();
        self.tick_array();
        self.tick_streamer_and_loader(sampled);
        self.tick_image();
        self.tick_pool();
        self.tick_gate();
        self.tick_controller(sampled);
        let (program, now) = (self.program, self.now);
        self.mover.tick(program, now, &mut self.fetcher, &mut self.memories, &mut self.activity);
    }
}
