//! The columns below the array: accumulators, requantise stage, residual addition, pool sums and
//! write-back.
//!
//! The stages are E0 to E11 of docs/microarchitecture.md. In a stage, column `c` works on the slot
//! of [`timing::column_stage`] cycles ago. From E6 on, the column's delay is added.

use super::array::Array;
use super::slot::{Slot, SlotHistory};
use crate::arithmetic;
use crate::counters::Activity;
use crate::engine::Memories;
use crate::operators::convolution::turns;
use lcsim_spec::schedule::{ConvJob, Param};
use lcsim_spec::timing::{self, ColumnStage};
use lcsim_spec::{AcceleratorConfig, Score};

/// A column's parameters for a tile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    /// The group of output channels in the filter memory, and the byte in its words.
    pub group: usize,
    pub lane: usize,
    bias: i32,
    multiplier: u16,
    shift: u8,
    /// The destination of its output: the bank, the word of pixel 0, and the entry of the pool
    /// region.
    bank: usize,
    word: usize,
    entry: usize,
    /// How many times its output is written, and the distance of the copies in banks.
    copies: [usize; 2],
    /// The cycles for which it holds a value until its turn at the bank.
    delay: usize,
}

/// The parameters of all columns for a tile. Two sets alternate.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnSet {
    pub columns: Vec<Column>,
    /// The number of columns that write to each bank.
    writers: Vec<usize>,
    /// The cycles that a pixel takes: the largest number of columns that write to one bank.
    interval: usize,
}

impl ColumnSet {
    /// Adds the next column. `from` is its group and lane. `entry` is its place in the output map.
    /// `copies` is how many times it is stored, and the distance in banks.
    pub fn push(
        &mut self,
        job: &ConvJob,
        from: [usize; 2],
        entry: usize,
        copies: [usize; 2],
        param: Param,
        scores: [Score; 2],
    ) {
        let banks = self.writers.len();
        let bank = entry % banks;
        self.columns.push(Column {
            group: from[0],
            lane: from[1],
            bias: param.bias,
            multiplier: arithmetic::scored(param.multiplier, scores),
            shift: param.shift,
            bank,
            word: job.dst.base + entry / banks * job.dst.plane,
            entry,
            copies,
            delay: self.writers[bank], // its turn; `finish` makes it a delay
        });
        self.writers[bank] += 1;
    }

    pub fn interval(&self) -> usize {
        self.interval
    }

    /// Computes each column's delay from its turn at the bank. Returns the cycles that a pixel
    /// takes.
    pub fn finish(&mut self) -> usize {
        self.interval = turns::interval(&self.writers);
        for (c, column) in self.columns.iter_mut().enumerate() {
            column.delay = (column.delay + self.interval - c % self.interval) % self.interval;
        }
        self.interval
    }
}

#[derive(Debug)]
pub(crate) struct Columns {
    rows: usize,
    cols: usize,
    banks: usize,
    depth: usize,
    sets: [ColumnSet; 2],
    accumulators: Vec<i32>,
    /// The registers after E0 to E10.
    read: Vec<i32>,
    sum: Vec<i32>,
    kept: Vec<i32>,
    biased: Vec<i32>,
    part: Vec<i32>,
    shifted: Vec<i32>,
    narrow: Vec<i32>,
    product: Vec<i32>,
    scaled: Vec<i32>,
    saturated: Vec<i32>,
    /// The residual in three registers: the bank's answer, the bank's output register, the column's
    /// register.
    residual: Vec<[i8; 3]>,
    output: Vec<i8>,
    pool: Vec<i32>,
    /// The cycle of the last write to the pool memory, which has one write port.
    flushed_at: Option<u64>,
}

/// The memories that the columns write.
pub(crate) struct Stores<'a> {
    pub memories: &'a mut Memories,
    pub pool: &'a mut [i32],
    pub pool_base: usize,
}

impl Columns {
    pub fn new(config: &AcceleratorConfig) -> Self {
        let (rows, cols, depth) = (config.array.rows, config.array.cols, config.array.accumulator_depth);
        Self {
            rows,
            cols,
            banks: config.banks(),
            depth,
            sets: Default::default(),
            accumulators: vec![0; cols * depth],
            read: vec![0; cols],
            sum: vec![0; cols],
            kept: vec![0; cols],
            biased: vec![0; cols],
            part: vec![0; cols],
            shifted: vec![0; cols],
            narrow: vec![0; cols],
            product: vec![0; cols],
            scaled: vec![0; cols],
            saturated: vec![0; cols],
            residual: vec![[0; 3]; cols],
            output: vec![0; cols],
            pool: vec![0; cols],
            flushed_at: None,
        }
    }

    /// The registers of a column after E1 (sum) and E10 (output), for observers.
    pub fn registers(&self, c: usize) -> (i32, i8) {
        (self.sum[c], self.output[c])
    }

    pub fn set(&self, parity: usize) -> &ColumnSet {
        &self.sets[parity]
    }

    pub fn set_mut(&mut self, parity: usize) -> &mut ColumnSet {
        &mut self.sets[parity]
    }

    pub fn begin_set(&mut self, parity: usize) {
        let set = &mut self.sets[parity];
        set.columns.clear();
        set.writers.clear();
        set.writers.resize(self.banks, 0);
    }

    /// The slot that column `c` works on in `stage`, if its outputs are not delayed.
    fn slot<'s>(&self, now: u64, slots: &'s SlotHistory, c: usize, stage: ColumnStage) -> &'s Slot {
        slots.at(now, timing::column_stage(self.rows, c, stage))
    }

    /// Runs one clock edge of the stages E0 to E3.
    pub fn accumulate(&mut self, now: u64, slots: &SlotHistory, array: &Array, activity: &mut Activity) {
        for c in 0..self.cols {
            let done = self.slot(now, slots, c, ColumnStage::Bias);
            if done.valid && c < done.cols {
                if done.last {
                    self.biased[c] = self.kept[c] + self.sets[done.parity].columns[c].bias;
                } else {
                    self.accumulators[c * self.depth + done.acc] = self.kept[c];
                    activity.accumulator_write += 4;
                }
            }
            let keeps = self.slot(now, slots, c, ColumnStage::Sum);
            if keeps.valid && c < keeps.cols {
                self.kept[c] = self.sum[c];
            }
            let adds = self.slot(now, slots, c, ColumnStage::Add);
            if adds.valid && c < adds.cols {
                self.sum[c] = array.bottom(c) + if adds.first { 0 } else { self.read[c] };
                activity.accumulations += 1;
            }
            let reads = self.slot(now, slots, c, ColumnStage::Address);
            if reads.valid && c < reads.cols && !reads.first {
                self.read[c] = self.accumulators[c * self.depth + reads.acc];
                activity.accumulator_read += 4;
            }
        }
    }

    /// Runs one clock edge of the stages E4 to E11 and of the pool flush, the last stage first.
    pub fn emit(&mut self, now: u64, slots: &SlotHistory, job: &ConvJob, stores: &mut Stores, activity: &mut Activity) {
        for c in 0..self.cols {
            self.flush_pool(now, slots, job, c, stores, activity);
            if let Some(&slot) = self.emitted(now, slots, c, ColumnStage::WriteBack) {
                self.write_back(now, &slot, job, c, stores, activity);
            }
            if self.emitted(now, slots, c, ColumnStage::Residual).is_some() {
                let base = self.residual[c][2];
                self.output[c] = arithmetic::stored(self.saturated[c], job.residual.value(base).into());
            }
            if self.emitted(now, slots, c, ColumnStage::Saturate).is_some() {
                self.saturated[c] = arithmetic::saturate(self.scaled[c]);
                self.residual[c][2] = self.residual[c][1];
            }
            if self.emitted(now, slots, c, ColumnStage::Round).is_some() {
                self.scaled[c] = arithmetic::rescale(self.product[c]);
                self.residual[c][1] = self.residual[c][0];
            }
            if let Some(&slot) = self.emitted(now, slots, c, ColumnStage::Scale) {
                let column = self.sets[slot.parity].columns[c];
                self.product[c] = self.narrow[c] * i32::from(column.multiplier);
                activity.requantized += 1;
                if job.residual.any() {
                    self.residual[c][0] = stores.memories.stream.read(now, column.bank, column.word + slot.pixel);
                    activity.stream_read += 1;
                }
            }
            if self.emitted(now, slots, c, ColumnStage::Narrow).is_some() {
                self.narrow[c] = self.shifted[c];
            }
            let slot = self.slot(now, slots, c, ColumnStage::Shift);
            if slot.valid && slot.last && c < slot.cols {
                let shift = self.sets[slot.parity].columns[c].shift;
                self.shifted[c] = arithmetic::narrow(self.part[c], shift);
            }
            let slot = self.slot(now, slots, c, ColumnStage::Part);
            if slot.valid && slot.last && c < slot.cols {
                self.part[c] = self.biased[c];
            }
        }
    }

    /// The slot whose output column `c` works on in a stage from E4 on.
    fn emitted<'s>(&self, now: u64, slots: &'s SlotHistory, c: usize, stage: ColumnStage) -> Option<&'s Slot> {
        (0..2).find_map(|parity| {
            let column = self.sets[parity].columns.get(c)?;
            let slot = slots.at(now, timing::column_stage(self.rows, c, stage) + column.delay);
            (slot.valid && slot.last && slot.parity == parity && c < slot.cols).then_some(slot)
        })
    }

    fn write_back(
        &mut self,
        now: u64,
        slot: &Slot,
        job: &ConvJob,
        c: usize,
        stores: &mut Stores,
        activity: &mut Activity,
    ) {
        let column = self.sets[slot.parity].columns[c];
        let value = self.output[c];
        let memory = stores.memories.of_mut(job.dst.memory);
        let [copies, step] = column.copies;
        for copy in 0..copies {
            memory.write(now, column.bank + copy * step, column.word + slot.pixel, value);
        }
        *activity.written_to(job.dst.memory) += copies as u64;
        if job.pool.any() {
            let seen = i32::from(job.pool.value(value));
            self.pool[c] = seen + if slot.opens_tile { 0 } else { self.pool[c] };
            activity.pool_adds += 1;
        }
    }

    /// Sends the pool sums to the pool memory, one in each cycle. This begins when the slowest
    /// column has added the tile's last pixel.
    fn flush_pool(
        &mut self,
        now: u64,
        slots: &SlotHistory,
        job: &ConvJob,
        c: usize,
        stores: &mut Stores,
        activity: &mut Activity,
    ) {
        if !job.pool.any() {
            return;
        }
        let mut flushed = None;
        for (parity, set) in self.sets.iter().enumerate().filter(|(_, s)| c < s.columns.len()) {
            let slot = slots.at(now, timing::flush(self.rows, c, set.interval));
            if slot.closes_tile && slot.parity == parity {
                assert_ne!(self.flushed_at, Some(now), "two pool sums leave in one cycle");
                let sum = &mut stores.pool[stores.pool_base + set.columns[c].entry];
                let above = if job.band.first_row > 0 { *sum } else { 0 };
                *sum = above + self.pool[c];
                activity.pool_read += if job.band.first_row > 0 { 4 } else { 0 };
                activity.pool_write += 4;
                flushed = Some(now);
            }
        }
        self.flushed_at = flushed.or(self.flushed_at);
    }
}
