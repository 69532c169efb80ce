//! The clock edge of all units.

use super::columns::Stores;
use super::gate::GateView;
use super::loader::LoaderView;
use super::machine::{Machine, Sampled};
use crate::outcome::{Mode, Outcome, Probe};
use lcsim_spec::Score;
use lcsim_spec::schedule::{ConvJob, pool_region};
use lcsim_spec::timing::{self, DECISION_TO_SLOT};

impl Machine<'_> {
    pub fn run(mut self) -> Outcome {
        while self.step() {}
        self.outcome()
    }

    /// The content of the memories after so many cycles, or at the end if that comes first.
    pub fn probe(mut self, cycles: u64) -> Probe {
        while self.now < cycles && self.step() {}
        self.peek()
    }

    /// One cycle; false if nothing is left to do.
    pub(super) fn step(&mut self) -> bool {
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
        let job = &self.program.convs[self.conv];
        if self.now <= self.last_slot + self.slot_ends() {
            self.tick_columns(job);
            self.array.tick();
            self.feed_rows(job);
        }
        self.loader.commit(self.program, &self.columns, &mut self.array, &mut self.activity[job.layer.index()]);
        self.tick_streamer_and_loader(job, sampled);
        self.tick_image();
        self.tick_max_pooling();
        let forced_open = self.mode == Mode::ForcedOpen;
        let view = GateView { program: self.program, pool: &self.pool, now: self.now, forced_open };
        self.gate.tick(&view, &mut self.activity);
        self.tick_controller(sampled);
        let (program, now) = (self.program, self.now);
        self.mover.tick(program, now, &mut self.fetcher, &mut self.memories, &mut self.activity);
    }

    fn slot_ends(&self) -> u64 {
        timing::slot_ends(self.program.config.array.rows, self.program.config.array.cols) as u64
    }

    fn tick_columns(&mut self, job: &ConvJob) {
        let emits = self.now <= self.last_emission + self.slot_ends();
        let activity = &mut self.activity[job.layer.index()];
        if emits {
            let pool_base = pool_region(job.dst) * self.program.config.gate.channels;
            let mut stores = Stores { memories: &mut self.memories, pool: &mut self.pool, pool_base };
            self.columns.emit(self.now, &self.slots, job, &mut stores, activity);
        }
        self.columns.accumulate(self.now, &self.slots, &self.array, activity);
    }

    /// Each row reads its bank for the slot that reaches it, and hands the operand of the slot
    /// before, with its swap flag, to its first PE.
    fn feed_rows(&mut self, job: &ConvJob) {
        let rows = self.program.config.array.rows;
        for r in 0..rows {
            let slot = self.slots.at(self.now, r);
            let mut operand = 0;
            if slot.valid && (slot.idle_rows..slot.rows).contains(&r) {
                let activity = &mut self.activity[job.layer.index()];
                activity.macs += if job.depthwise { 1 } else { slot.cols as u64 };
                // The operand passes `cols` PEs (1 byte each), which each write a partial sum (4
                // bytes).
                activity.register_bytes += 5 * slot.cols as u64;
                if let Some(offset) = input_offset(job, slot.corner, slot.tap + r / slot.tap_rows) {
                    let memory = self.memories.of_mut(job.src.memory);
                    *activity.read_from(job.src.memory) += 1;
                    operand = memory.read(self.now, slot.bank + r, slot.word + offset);
                    if job.src_relu {
                        operand = operand.max(0);
                    }
                }
            } else if slot.valid {
                // Rows without an input pass the partial sums on.
                self.activity[job.layer.index()].register_bytes += 4 * slot.cols as u64;
            }
            let (operand, swap) = std::mem::replace(&mut self.fetched[r], (operand, slot.swap));
            self.array.feed(r, operand, swap);
        }
    }

    fn tick_streamer_and_loader(&mut self, job: &ConvJob, sampled: &Sampled) {
        self.draining = self.draining.saturating_sub(1);
        let lscore = sampled.lscore.unwrap_or(Score::ONE);
        let skips = lscore == Score::ZERO && self.mode == Mode::Gated;
        let view = LoaderView { program: self.program, lists: &self.gate.lists, lscore, skips, now: self.now };
        let issue = self.streamer.tick(job, self.program.config.array.cols, self.loader.ready());
        self.loader.tick(&view, &mut self.columns, &mut self.fetcher, &mut self.activity);
        let array = &self.program.config.array;
        if issue.slot.valid && issue.slot.last {
            self.last_emission = self.now + DECISION_TO_SLOT as u64;
            self.draining = timing::drain(array.rows, array.cols, self.columns.set(issue.slot.parity).interval());
        }
        if issue.slot.valid || issue.swap {
            self.last_slot = self.now + DECISION_TO_SLOT as u64;
        }
        if issue.swap {
            self.loader.swapped(array);
        }
        self.slots.set(self.now + DECISION_TO_SLOT as u64, issue.slot);
    }

    /// One word a cycle into the scratch memory: the channels of a pixel, in as many copies as rows
    /// can use.
    fn tick_image(&mut self) {
        let Some(fetched) = self.image_fetched else { return };
        let (shape, region) = (self.program.image, self.program.image_region);
        let (words, pixels, banks) = (self.program.image_words(), shape.pixels(), self.program.config.banks());
        self.image_fetched = (fetched < words * pixels).then_some(fetched + 1);
        // A word is written in the cycle after it has been fetched.
        let Some(word) = fetched.checked_sub(1) else { return };
        let (pixel, part) = (word / words, word % words);
        for copy in 0..self.program.image_copies {
            for entry in (part * banks..(part + 1) * banks).take_while(|e| *e < shape.channels) {
                let value = self.image[entry * pixels + pixel];
                let bank = copy * shape.channels + entry % banks;
                self.memories.scratch.write(self.now, bank, region.base + part * pixels + pixel, value);
                self.activity[0].scratch_write += 1;
            }
        }
    }

    fn tick_max_pooling(&mut self) {
        let Some(unit) = &mut self.max_pooling else { return };
        let job = &self.program.max_pools[unit.job];
        let channels = self.program.config.gate.channels;
        let pool = &mut self.pool[pool_region(job.dst) * channels..][..channels];
        if !unit.tick(self.now, job, &mut self.memories.stream, pool, &mut self.activity[job.layer.index()]) {
            self.max_pooling = None;
        }
    }
}

/// Word of the input pixel under a tap, from the entry's first; nothing on padding.
fn input_offset(job: &ConvJob, corner: [isize; 2], tap: usize) -> Option<usize> {
    let y = corner[0] + (tap / job.kernel[1]) as isize;
    let x = corner[1] + (tap % job.kernel[1]) as isize;
    let inside = |at: isize, size: usize| usize::try_from(at).ok().filter(|at| *at < size);
    Some(inside(y, job.input.height)? * job.input.width + inside(x, job.input.width)?)
}
