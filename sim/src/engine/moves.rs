//! Moves of rows of maps between the banks and the DRAM, a word of the banks at a time.

use super::Machine;
use super::memory::Port;
use crate::dram::move_copies;
use lcsim_spec::schedule::{Memory, Program};
use std::collections::VecDeque;

/// What stands in the DRAM, and what is on its way from there.
pub(super) struct Mover {
    /// Maps, `[row][column][entry]`.
    maps: Vec<Vec<i8>>,
    /// Cycle in which each word that has left the DRAM is written: the move, its entries, the word.
    arriving: VecDeque<(u64, usize, usize, u64)>,
}

impl Mover {
    pub fn new(program: &Program, image: &[i8]) -> Self {
        let mut maps: Vec<Vec<i8>> = program.off_chip.iter().map(|map| vec![0; map.shape.len()]).collect();
        if let Some(map) = program.image_off_chip {
            let (channels, pixels) = (program.image.channels, program.image.pixels());
            maps[map] = (0..image.len()).map(|at| image[at % channels * pixels + at / channels]).collect();
        }
        Self { maps, arriving: VecDeque::new() }
    }
}

impl Machine<'_> {
    pub(super) fn start_move(&mut self, job: usize) {
        let map = &self.program.off_chip[self.program.moves[job].map];
        let entries = map.list.map_or(map.shape.channels, |l| self.gate.lists[l].entries.len());
        self.fetcher.moves(self.program, self.now, job, entries, &mut self.activity);
    }

    /// What the channel moves in this cycle: words to the DRAM are read now, words from there arrive a latency later.
    pub(super) fn tick_moves(&mut self) {
        let before = self.fetcher.moving();
        self.fetcher.follow(self.program, self.now + 1);
        if let Some(moving) = before {
            let (job, entries) = (moving.job, moving.entries);
            let still = self.fetcher.moving().filter(|m| m.job == job);
            let latency = self.program.config.dram.as_ref().map_or(0, |d| d.latency_cycles as u64);
            for word in moving.moved()..still.map_or(moving.words, |m| m.moved()) {
                if self.program.moves[job].stores {
                    self.store_word(job, entries, word);
                } else {
                    self.mover.arriving.push_back((self.now + latency, job, entries, word));
                }
            }
        }
        while let Some(&(_, job, entries, word)) = self.mover.arriving.front().filter(|word| word.0 == self.now) {
            self.mover.arriving.pop_front();
            self.fetch_word(job, entries, word);
        }
    }

    /// Pixel of the buffer and first entry of a word, and where that stands in the DRAM.
    fn word(&self, job: usize, entries: usize, word: u64) -> (usize, usize, usize) {
        let job = &self.program.moves[job];
        let groups = entries.div_ceil(self.program.config.banks());
        let (pixel, group) = (word as usize / groups, word as usize % groups);
        let first = group * self.program.config.banks();
        let pixels_above = job.rows.start * self.program.off_chip[job.map].shape.width;
        (pixel, first, (pixels_above + pixel) * entries + first)
    }

    fn store_word(&mut self, job: usize, entries: usize, word: u64) {
        let (pixel, first, at) = self.word(job, entries, word);
        let (job, banks) = (&self.program.moves[job], self.program.config.banks());
        let activity = &mut self.activity[job.layer];
        let (memory, read) = match job.buffer.memory {
            Memory::Stream => (&mut self.stream, &mut activity.stream_read),
            Memory::Scratch => (&mut self.scratch, &mut activity.scratch_read),
        };
        let address = job.buffer.base + first / banks * job.buffer.plane + pixel;
        for bank in 0..banks.min(entries - first) {
            self.mover.maps[job.map][at + bank] = memory.read_by(Port::Move, self.now, bank, address);
            *read += 1;
        }
    }

    fn fetch_word(&mut self, job: usize, entries: usize, word: u64) {
        let (pixel, first, at) = self.word(job, entries, word);
        let [times, rest] = move_copies(self.program, &self.program.moves[job], entries);
        let (job, banks) = (&self.program.moves[job], self.program.config.banks());
        let activity = &mut self.activity[job.layer];
        let (memory, written) = match job.buffer.memory {
            Memory::Stream => (&mut self.stream, &mut activity.stream_write),
            Memory::Scratch => (&mut self.scratch, &mut activity.scratch_write),
        };
        let address = job.buffer.base + first / banks * job.buffer.plane + pixel;
        for bank in 0..banks.min(entries - first) {
            let times = if first + bank >= entries - rest { times } else { 1 };
            for copy in 0..times {
                let value = self.mover.maps[job.map][at + bank];
                memory.write_by(Port::Move, self.now, bank + copy * rest, address, value);
            }
            *written += times as u64;
        }
    }
}
