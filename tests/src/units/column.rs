//! A column: accumulator, requantise stage, residual addition, write-back, pool sum.

use super::numbers::{beyond16, multiplier, round, sat16, shift, tie};
use crate::bench::Script;
use crate::random::Rng;
use lcsim_hdl::{Kind, Part, unit};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::number::{ACC_BOUND, REQUANT_SHIFT};
use lcsim_spec::timing::{self, ColumnStage, FOLD_DISTANCE, SUM_TO_COLUMN};

/// A convolution's settings.
struct Job {
    residual: bool,
    residual_relu: bool,
    pool: bool,
    pool_relu: bool,
}

/// A column's parameters for a tile.
struct Set {
    bias: i64,
    multiplier: i64,
    shift: i64,
    /// Banks that it writes, a bit for each.
    select: i64,
    word: i64,
    entry: i64,
    interval: i64,
    hold: usize,
}

struct Column<'a> {
    config: &'a AcceleratorConfig,
    index: usize,
    script: Script,
    rng: Rng,
    accumulators: Vec<i64>,
    /// First cycle in which the next slot may enter, and in which a pixel may be emitted again.
    next: usize,
    emits: usize,
    /// Cycle in which the last pool sum of each set leaves.
    flushed: [usize; 2],
    /// Cycle in which the last parameters were written.
    written: usize,
}

/// Column `index` in `jobs` convolutions.
pub fn column(config: &AcceleratorConfig, index: usize, jobs: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Column);
    let quiet = ["i_slot_valid", "i_set", "i_scale", "i_delay"];
    let mut script = Script::new(&format!("column {index}"), &part, seed, &quiet, &["o_reads", "o_writes", "o_flush"]);
    script.hold("i_index", index as i64);
    let next = script.start() + 4;
    let accumulators = vec![0; config.array.accumulator_depth];
    let flushed = [script.start(); 2];
    let mut column =
        Column { config, index, script, rng: Rng::new(seed), accumulators, next, emits: 0, flushed, written: 0 };
    for _ in 0..jobs {
        column.job();
    }
    (part, column.script)
}

impl Column<'_> {
    fn job(&mut self) {
        let mut flag = || self.rng.once_in(2);
        let job = Job { residual: flag(), residual_relu: flag(), pool: flag(), pool_relu: flag() };
        // A convolution begins when the one before has drained.
        let begin = self.script.cycles().max(self.next);
        (self.next, self.emits) = (begin + 4, begin + 4);
        self.flushed = [begin; 2];
        let scattered = self.rng.once_in(2);
        for (name, value) in [
            ("i_residual", job.residual),
            ("i_residual_relu", job.residual_relu),
            ("i_pool", job.pool),
            ("i_pool_relu", job.pool_relu),
        ] {
            self.script.hold(name, i64::from(value));
            // What is driven ahead of a job's own cycles never reaches into the next job.
            self.script.drive(begin, name, i64::from(value));
        }
        for tile in 0..self.rng.range(1, 4) {
            self.tile(&job, scattered, (tile % 2) as usize);
        }
        // All that is held has left.
        let drained = self.script.cycles() + timing::drain(0, self.config.array.cols, self.config.array.cols);
        self.script.drive(drained, "i_slot_valid", 0);
    }

    /// Parameters of a tile, written when the set is free: the last pool sum with it has left.
    fn set(&mut self, residual: bool, scattered: bool, parity: usize) -> (Set, i64) {
        let cols = self.config.array.cols as i64;
        let interval = if scattered { self.rng.range(1, cols) } else { 1 };
        let turn = self.rng.range(0, interval - 1);
        let phase = self.index as i64 % interval;
        let words = 1i64 << self.script.width("i_set_word");
        let entries = 1i64 << self.script.width("i_set_entry");
        let rng = &mut self.rng;
        // Small odd multipliers without shift, for ties.
        let (multiplier, shift, most) = match rng.range(0, 2) {
            0 => (2 * rng.range(0, 511) + 1, 0, ACC_BOUND / 2),
            _ => (multiplier(rng), shift(rng), ACC_BOUND - 1),
        };
        let set = Set {
            bias: rng.within(most),
            multiplier,
            shift,
            select: select(rng, residual, self.config),
            word: rng.range(0, words - 1),
            entry: rng.range(0, entries - 1),
            interval,
            hold: (turn - self.index as i64).rem_euclid(interval) as usize,
        };
        let at = self.flushed[parity].max(self.written);
        self.written = at + 2;
        let columns = [(at + 1, self.index as i64), (at + 2, (self.index as i64 + 1) % (cols + 1))];
        for (cycle, column) in columns {
            // Another column's parameters are noise to this one.
            self.script.drive(cycle, "i_set", 1);
            self.script.drive(cycle, "i_set_column", column);
            self.script.drive(cycle + 2, "i_scale", 1);
            self.script.drive(cycle + 2, "i_scale_column", column);
            self.script.drive(cycle + 1, "i_delay", 1);
            self.script.drive(cycle + 1, "i_delay_column", column);
        }
        for (name, value) in [
            ("parity", parity as i64),
            ("bias", set.bias),
            ("shift", set.shift),
            ("select", set.select),
            ("word", set.word),
            ("entry", set.entry),
            ("turn", turn),
        ] {
            self.script.drive(at + 1, &format!("i_set_{name}"), value);
        }
        for (name, value) in [("phase", phase), ("parity", parity as i64), ("interval", interval)] {
            self.script.drive(at + 2, &format!("i_delay_{name}"), value);
        }
        self.script.drive(at + 3, "i_scale_parity", parity as i64);
        self.script.drive(at + 3, "i_scale_multiplier", set.multiplier);
        self.next = self.next.max(at + 3);
        let used = rng_used(&mut self.rng, self.index as i64, cols);
        (set, used)
    }

    fn tile(&mut self, job: &Job, scattered: bool, parity: usize) {
        let (set, cols) = self.set(job.residual, scattered, parity);
        let depth = self.config.array.accumulator_depth as i64;
        let folds = self.rng.range(1, 3);
        let pixels = self.rng.pick(&[1, 2, 3, depth - 1, depth, depth + 1, 2 * depth + 1]).clamp(1, 40);
        let mut pool = 0;
        for first in (0..pixels).step_by(depth as usize) {
            let chunk = depth.min(pixels - first);
            for fold in 0..folds {
                let last = fold + 1 == folds;
                // An accumulator is read when the fold before has written it.
                let short = FOLD_DISTANCE.saturating_sub(chunk as usize);
                self.next += if fold > 0 { short } else { 0 } + self.rng.pick(&[0, 0, 0, 1, 5]);
                self.next = if last { self.next.max(self.emits) } else { self.next };
                for acc in 0..chunk {
                    let pixel = first + acc;
                    let flags = [fold == 0, last, last && pixel == 0, last && pixel + 1 == pixels];
                    self.slot(flags, parity, cols, pixel, acc);
                    if (self.index as i64) < cols {
                        let sum = self.sum(&set, fold == 0, last, acc);
                        if last {
                            pool = self.emit(job, &set, sum, pixel, pool, flags);
                            self.flushed[parity] = self.next + ColumnStage::WriteBack as usize + set.interval as usize;
                        }
                    }
                    self.next += if last { set.interval as usize } else { 1 };
                }
            }
        }
        if scattered {
            // The slot of the last emitted pixel is `interval` cycles ago; a fold that emits is
            // taken when the banks have settled.
            let interval = set.interval as usize;
            self.emits = self.next - interval + 1 + timing::settled(self.config.array.cols, interval);
        }
    }

    fn slot(&mut self, flags: [bool; 4], parity: usize, cols: i64, pixel: i64, acc: i64) {
        let [first, last, opens, closes] = flags.map(i64::from);
        let fields = [
            ("valid", 1),
            ("first", first),
            ("last", last),
            ("opens", opens),
            ("closes", closes),
            ("parity", parity as i64),
            ("cols", cols),
            ("pixel", pixel),
            ("acc", acc),
        ];
        for (field, value) in fields {
            self.script.drive(self.next, &format!("i_slot_{field}"), value);
            self.script.expect(self.next + 1, &format!("o_slot_{field}"), value);
        }
    }

    /// E0 to E2: chooses the sum at random and drives what the array must deliver for it; gives
    /// acc + bias.
    fn sum(&mut self, set: &Set, first: bool, last: bool, acc: i64) -> i64 {
        let most = ACC_BOUND - 1 - set.bias.abs();
        let total = match self.rng.range(0, 2) {
            0 => Some(beyond16(&mut self.rng, set.shift)),
            _ => self.tie(set),
        };
        let sum = total.map_or_else(|| self.rng.within(most), |total| (total - set.bias).clamp(-most, most));
        let before = if first { 0 } else { self.accumulators[acc as usize] };
        self.script.drive(self.next + ColumnStage::Add as usize - SUM_TO_COLUMN, "i_bottom", sum - before);
        if !last {
            self.accumulators[acc as usize] = sum;
        }
        sum + set.bias
    }

    /// A sum with bias whose product with an odd multiplier is half an output step, or one less;
    /// where one in the last place decides. None if the set's shift hides it.
    fn tie(&mut self, set: &Set) -> Option<i64> {
        if set.shift > 0 || set.multiplier % 2 == 0 {
            return None;
        }
        let total = tie(&mut self.rng, set.multiplier, i64::from(REQUANT_SHIFT));
        i16::try_from(total).is_ok().then_some(total)
    }

    /// E3 to E8 and the flush, for the pixel whose slot enters in this cycle; gives the pool sum.
    fn emit(&mut self, job: &Job, set: &Set, sum: i64, pixel: i64, pool: i64, flags: [bool; 4]) -> i64 {
        let (script, e4) = (&mut self.script, self.next + ColumnStage::Scale as usize + set.hold);
        let arrives = ColumnStage::Saturate as usize - ColumnStage::Scale as usize;
        let e8 = e4 + ColumnStage::WriteBack as usize - ColumnStage::Scale as usize;
        let words = 1i64 << script.width("i_set_word");
        let word = (set.word + pixel) % words;
        let mut base = 0;
        if job.residual {
            // The bank has a register in front of its address.
            script.expect(e4 - 1, "o_reads", set.select);
            script.expect(e4 - 1, "o_read_word", word);
            let stored = i64::from(self.rng.int8());
            script.drive(e4 + arrives, &format!("i_stored[{}/{}]", set.select.ilog2(), self.config.banks()), stored);
            base = if job.residual_relu { stored.max(0) } else { stored };
        }
        let scaled = round(sat16(round(sum, set.shift)) * set.multiplier, i64::from(REQUANT_SHIFT));
        let value = (scaled + base).clamp(-128, 127);
        script.expect(e8, "o_writes", set.select);
        script.expect(e8, "o_write_word", word);
        script.expect(e8, "o_write_data", value);
        let [_, _, opens, closes] = flags;
        let pool = if opens { 0 } else { pool } + if job.pool_relu { value.max(0) } else { value };
        if closes && job.pool {
            let flush = self.next + ColumnStage::WriteBack as usize + set.interval as usize;
            script.expect(flush, "o_flush", 1);
            script.expect(flush, "o_flush_entry", set.entry);
            script.expect(flush, "o_flush_sum", pool);
        }
        pool
    }
}

/// How many columns take part: mostly this one too.
fn rng_used(rng: &mut Rng, index: i64, cols: i64) -> i64 {
    if rng.once_in(6) { rng.range(1, cols) } else { rng.range(index + 1, cols) }
}

/// One bank where the residual is read; where none is, sometimes more: an output in copies.
fn select(rng: &mut Rng, residual: bool, config: &AcceleratorConfig) -> i64 {
    let mut bank = || 1 << rng.range(0, config.banks() as i64 - 1);
    if residual { bank() } else { bank() | bank() }
}
