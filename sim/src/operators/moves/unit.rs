//! Moves rows of maps between the banks and the DRAM, one word of all banks at a time.

use crate::counters::Activity;
use crate::dram::Fetcher;
use crate::engine::{Memories, Port};
use crate::operators::convolution::move_copies;
use lcsim_spec::schedule::Program;
use std::collections::VecDeque;

/// The maps in the DRAM, and the words on their way from there.
#[derive(Debug)]
pub(crate) struct Mover {
    /// Maps, `[row][column][entry]`.
    maps: Vec<Vec<i8>>,
    /// The cycle that writes each word that has left the DRAM, and the word.
    arriving: VecDeque<(u64, Word)>,
}

/// A word of all banks that is moved.
#[derive(Debug, Clone, Copy)]
struct Word {
    /// The index of the move in [`Program::moves`].
    job: usize,
    /// The number of entries of the map.
    entries: usize,
    number: u64,
}

/// The place of a word.
struct Place {
    /// Its first entry, the place of this entry in the DRAM, and its address in the banks.
    entry: usize,
    dram: usize,
    address: usize,
}

impl Word {
    fn place(&self, program: &Program) -> Place {
        let (job, banks) = (&program.moves[self.job], program.config.banks());
        let groups = self.entries.div_ceil(banks);
        let (pixel, group) = (self.number as usize / groups, self.number as usize % groups);
        let pixels_above = job.rows.start * program.off_chip[job.map.index()].shape.width;
        let (entry, address) = (group * banks, job.buffer.base + group * job.buffer.plane + pixel);
        Place { entry, dram: (pixels_above + pixel) * self.entries + entry, address }
    }
}

impl Mover {
    pub fn new(program: &Program, image: &[i8]) -> Self {
        let mut maps: Vec<Vec<i8>> = program.off_chip.iter().map(|map| vec![0; map.shape.len()]).collect();
        if let Some(map) = program.image_off_chip {
            let (channels, pixels) = (program.image.channels, program.image.pixels());
            maps[map.index()] = (0..image.len()).map(|at| image[at % channels * pixels + at / channels]).collect();
        }
        Self { maps, arriving: VecDeque::new() }
    }

    /// Moves what the channel transfers in this cycle. Words to the DRAM are read now. Words from
    /// the DRAM arrive later, after its latency.
    pub fn tick(
        &mut self,
        program: &Program,
        now: u64,
        fetcher: &mut Fetcher,
        memories: &mut Memories,
        activity: &mut [Activity],
    ) {
        let before = fetcher.moving();
        fetcher.follow(program, now + 1);
        if let Some(moving) = before {
            let still = fetcher.moving().filter(|m| m.job == moving.job);
            let latency = program.config.dram.as_ref().map_or(0, |d| d.latency_cycles as u64);
            for number in moving.moved()..still.map_or(moving.words, |m| m.moved()) {
                let word = Word { job: moving.job, entries: moving.entries, number };
                if program.moves[word.job].stores {
                    self.store(program, now, word, memories, activity);
                } else {
                    self.arriving.push_back((now + latency, word));
                }
            }
        }
        while let Some(&(_, word)) = self.arriving.front().filter(|(arrival, _)| *arrival == now) {
            self.arriving.pop_front();
            self.fetch(program, now, word, memories, activity);
        }
    }

    fn store(&mut self, program: &Program, now: u64, word: Word, memories: &mut Memories, activity: &mut [Activity]) {
        let (job, banks, place) = (&program.moves[word.job], program.config.banks(), word.place(program));
        let memory = memories.of_mut(job.buffer.memory);
        let moved = banks.min(word.entries - place.entry);
        for bank in 0..moved {
            self.maps[job.map.index()][place.dram + bank] = memory.read_by(Port::Move, now, bank, place.address);
        }
        *activity[job.layer.index()].read_from(job.buffer.memory) += moved as u64;
    }

    fn fetch(&self, program: &Program, now: u64, word: Word, memories: &mut Memories, activity: &mut [Activity]) {
        let (job, banks, place) = (&program.moves[word.job], program.config.banks(), word.place(program));
        let [times, rest] = move_copies(program, job, word.entries);
        let memory = memories.of_mut(job.buffer.memory);
        let written = activity[job.layer.index()].written_to(job.buffer.memory);
        for bank in 0..banks.min(word.entries - place.entry) {
            let times = if place.entry + bank >= word.entries - rest { times } else { 1 };
            for copy in 0..times {
                let value = self.maps[job.map.index()][place.dram + bank];
                memory.write_by(Port::Move, now, bank + copy * rest, place.address, value);
            }
            *written += times as u64;
        }
    }
}
