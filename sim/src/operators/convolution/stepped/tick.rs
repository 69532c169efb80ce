//! The convolution's part of a clock edge of the machine.

use super::columns::Stores;
use super::loader::LoaderView;
use crate::engine::{Machine, Sampled};
use crate::operators::depthwise;
use crate::outcome::Mode;
use lcsim_spec::Score;
use lcsim_spec::schedule::{ConvJob, Op, pool_region};
use lcsim_spec::timing::{self, DECISION_TO_SLOT, ROW_ADDRESS};

impl Machine<'_> {
    /// Starts a convolution.
    pub(crate) fn start_conv(&mut self, conv: usize) {
        (self.conv, self.array_busy) = (conv, true);
        self.loader.start(conv);
    }

    /// Records the values of a convolution that has ended.
    pub(crate) fn end_conv(&mut self, op: Op, conv: usize) {
        let job = &self.program.convs[conv];
        let live = job.outputs.map_or(job.output.channels, |l| self.gate.lists[l.index()].channels.len());
        self.layers[op.layer.index()].live = live as u64;
        if self.open.keep_maps {
            self.keep(op, job.band, job.output, &self.map(job));
        }
    }

    /// Clocks the columns, the PEs and the rows.
    pub(crate) fn tick_array(&mut self) {
        let job = &self.program.convs[self.conv];
        if self.now <= self.last_slot + self.slot_ends() {
            self.tick_columns(job);
            self.array.tick();
            self.feed_rows(job);
        }
        self.loader.commit(self.program, &self.columns, &mut self.array, &mut self.activity[job.layer.index()]);
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

    /// Lets each row read its bank for the slot that reached the row a cycle before. The row gives
    /// the operand that it read `ROW_FETCH` cycles before, with its swap flag, to its first PE.
    fn feed_rows(&mut self, job: &ConvJob) {
        let rows = self.program.config.array.rows;
        for r in 0..rows {
            let slot = self.slots.at(self.now, r + ROW_ADDRESS);
            let mut operand = 0;
            if slot.valid && (slot.idle_rows..slot.rows).contains(&r) {
                let activity = &mut self.activity[job.layer.index()];
                let macs = if job.depthwise { depthwise::MACS_A_ROW } else { slot.cols };
                activity.macs += macs as u64;
                // The operand passes `cols` PEs (1 byte each), and each of them writes a partial
                // sum (4 bytes).
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
            let fetched = &mut self.fetched[r];
            let (operand, swap) = std::mem::replace(&mut fetched[0], (operand, slot.swap));
            fetched.rotate_left(1);
            self.array.feed(r, operand, swap);
        }
    }

    /// Clocks the loader and the streamer.
    pub(crate) fn tick_streamer_and_loader(&mut self, sampled: &Sampled) {
        let job = &self.program.convs[self.conv];
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

    /// Returns a convolution's output map in channel order. Channels without an entry in a
    /// compacted map are 0.
    pub(crate) fn map(&self, job: &ConvJob) -> Vec<i8> {
        let mut map = vec![0; job.output.len()];
        let entries: Vec<usize> = match job.outputs {
            Some(list) if !job.natural => self.gate.lists[list.index()].channels.clone(),
            _ => (0..job.output.channels).collect(),
        };
        for (entry, channel) in entries.into_iter().enumerate() {
            let pixels = job.output.pixels();
            map[channel * pixels..][..pixels].copy_from_slice(&self.entry(job.dst, job.output, entry));
        }
        map
    }
}

/// The word of the input pixel under a tap, counted from the entry's first word. `None` on padding.
fn input_offset(job: &ConvJob, corner: [isize; 2], tap: usize) -> Option<usize> {
    let y = corner[0] + (tap / job.kernel[1]) as isize;
    let x = corner[1] + (tap % job.kernel[1]) as isize;
    let inside = |at: isize, size: usize| usize::try_from(at).ok().filter(|at| *at < size);
    Some(inside(y, job.input.height)? * job.input.width + inside(x, job.input.width)?)
}
