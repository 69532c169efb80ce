//! The loader: parameters of a tile, then filter words of fold after fold. The streamer takes folds
//! at random.

mod job;

use crate::bench::Script;
use crate::random::Rng;
use job::{Inputs, Job, List};
use lcsim_hdl::{Kind, Part, unit};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::number::SCORE_FRAC;
use lcsim_spec::timing::{
    self, ColumnStage, DECISION_TO_SLOT, FILTER_ADDRESS, FILTER_STAGES, FOLD_DISTANCE, OFFER, OUTPUTS_SEEN,
    PARAMETER_ADDRESS, REGISTERED_ANSWER,
};
use std::collections::HashSet;

/// A column of a tile.
#[derive(Debug, Clone, Copy)]
struct Column {
    group: i64,
    lane: i64,
}

/// A tile that is being loaded.
#[derive(Debug)]
struct Tile {
    number: i64,
    columns: Vec<Column>,
    interval: i64,
}

struct Loader<'a> {
    config: &'a AcceleratorConfig,
    script: Script,
    rng: Rng,
    /// Cycle that the state machine has reached.
    now: usize,
    /// First cycle in which the shadow weights are free, and the other set of column parameters.
    shadow_free: usize,
    set_free: usize,
    /// Cycle in which the last fold was taken.
    taken: usize,
    /// Cycles in which weights are written.
    loads: HashSet<usize>,
}

/// `jobs` random convolutions.
pub fn loader(config: &AcceleratorConfig, jobs: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Loader);
    let silent = ["o_ready", "o_busy"];
    let script = Script::new("loader", &part, seed, &["i_start", "i_taken"], &silent);
    let now = script.start();
    let mut loader = Loader {
        config,
        script,
        rng: Rng::new(seed),
        now,
        shadow_free: 0,
        set_free: 0,
        taken: 0,
        loads: HashSet::new(),
    };
    for _ in 0..jobs {
        loader.job();
    }
    loader.script.drive(loader.now + 3, "i_start", 0);
    for cycle in now..loader.script.cycles() {
        if !loader.loads.contains(&cycle) {
            loader.script.expect(cycle, "o_load", 0);
        }
    }
    (part, loader.script)
}

impl Loader<'_> {
    fn cols(&self) -> i64 {
        self.config.array.cols as i64
    }

    fn job(&mut self) {
        let job = Job::random(self.config, &mut self.rng);
        // The array has drained: everything is free, and the controller has seen it.
        let free = self.now.max(self.set_free).max(self.script.cycles());
        let start = free + timing::ARRAY_SEEN + self.rng.pick(&[0, 3, 20]);
        (self.shadow_free, self.set_free, self.taken) = (start, start, start);
        job.hold(&mut self.script);
        self.script.drive(start, "i_start", 1);
        self.now = start + OUTPUTS_SEEN;
        // The gate unit fills the list while tiles are loaded.
        let arrivals = self.fill(&job, start);
        for number in 0.. {
            let length = job.out_list.as_ref().map_or(job.outputs, List::len);
            let left = length - number * self.cols();
            // TILE: C more entries, or the end of the list.
            let enough = if left >= self.cols() { (number + 1) * self.cols() } else { i64::MAX };
            self.now = self.now.max(arrivals.when(enough) + OUTPUTS_SEEN);
            if left <= 0 {
                break;
            }
            self.now = self.now.max(self.set_free);
            let tile = self.setup(&job, number, left.min(self.cols()));
            self.load(&job, &tile);
        }
        // "No entry left: the loader is idle", unless a fold has not been taken.
        let end = self.now.max(self.taken);
        for cycle in start + 1..=end {
            self.script.expect(cycle, "o_busy", 1);
        }
        self.now = end + 1;
    }

    /// Length and end of the output list, cycle by cycle; the input list has been finished before.
    fn fill(&mut self, job: &Job, start: usize) -> Arrivals {
        let mut arrivals = Arrivals::default();
        let Some(list) = &job.out_list else { return arrivals };
        let mut cycle = start;
        // Some entries are there from the beginning; then at most one comes in a cycle.
        let there = self.rng.pick(&[0, list.len() / 2, list.len()]);
        for entry in 0..list.len() {
            if entry >= there {
                cycle += self.rng.pick(&[1, 1, 1, 2, 3, 40]) as usize;
            }
            arrivals.entries.push(cycle);
        }
        arrivals.done = cycle + self.rng.pick(&[0, 1, 30]) as usize;
        let last = arrivals.done;
        for cycle in start..=last {
            let length = arrivals.entries.iter().filter(|c| **c <= cycle).count() as i64;
            self.script.drive(cycle, &format!("i_length{}", job.out_which), length);
            self.script.drive(cycle, &format!("i_done{}", job.out_which), i64::from(cycle >= last));
        }
        self.script.hold(&format!("i_length{}", job.out_which), list.len());
        self.script.hold(&format!("i_done{}", job.out_which), 1);
        arrivals
    }

    /// SETUP and SETTLE: "one column a cycle: list entry, parameter word, both score
    /// multiplications, turn at the bank".
    fn setup(&mut self, job: &Job, number: i64, count: i64) -> Tile {
        let banks = self.config.banks() as i64;
        let cols = self.cols();
        let mut tile = Tile { number, columns: vec![], interval: 1 };
        let mut turns = vec![0; banks as usize];
        let (mut sets, mut scales) = (vec![], vec![]);
        let entries = 1 << self.script.output_width("o_set_entry");
        for c in 0..count {
            let cycle = self.now + 1 + c as usize;
            let position = number * cols + c;
            let (channel, score) = match &job.out_list {
                Some(list) => {
                    self.script.expect(cycle - 1, "o_list_address", position);
                    list.answer(&mut self.script, cycle - 1 + REGISTERED_ANSWER, position, self.config)
                }
                None => (position, 1 << SCORE_FRAC),
            };
            self.script.expect(cycle + PARAMETER_ADDRESS, "o_param_address", job.param_base + channel);
            let (bias, multiplier, shift) = (
                self.rng.within((1 << 30) - 1),
                super::numbers::multiplier(&mut self.rng),
                super::numbers::shift(&mut self.rng),
            );
            for (port, value) in [("i_bias", bias), ("i_multiplier", multiplier), ("i_shift", shift)] {
                self.script.drive(cycle + PARAMETER_ADDRESS + REGISTERED_ANSWER, port, value);
            }
            let fold = |m: i64, score: i64| (m * score + (1 << (SCORE_FRAC - 1))) >> SCORE_FRAC;
            let scaled = fold(multiplier, score);
            let scaled = if job.l_scaled { fold(scaled, job.lscore) } else { scaled };
            let entry = if job.natural { channel } else { position };
            let bank = (entry % banks) as usize;
            scales.push([("o_scale_column", c), ("o_scale_parity", number % 2), ("o_scale_multiplier", scaled)]);
            sets.push([
                ("o_set_column", c),
                ("o_set_parity", number % 2),
                ("o_set_bias", bias),
                ("o_set_shift", shift),
                ("o_set_select", job.copies(number * cols + c, self.config) << bank),
                ("o_set_word", job.dst_base + entry / banks * job.out_pixels),
                ("o_set_entry", entry % entries),
                ("o_set_turn", turns[bank]),
            ]);
            turns[bank] += 1;
            tile.interval = tile.interval.max(turns[bank]);
            tile.columns.push(Column { group: channel / cols, lane: channel % cols });
        }
        // Parameters are dated by who needs them: E2 of the column, behind the first fold's first
        // slot. That is no earlier than the distance of folds after the first word.
        let fold = self.now + timing::tile_setup(count as usize) + 1;
        let e2 = fold + FOLD_DISTANCE + timing::column_stage(self.config.array.rows, 0, ColumnStage::Bias) - 1;
        for (c, set) in sets.iter().enumerate() {
            self.script.expect_event("o_set", (self.now, e2 + c - 1), set);
            self.script.expect_event("o_scale", (self.now, e2 + c - 1), &scales[c]);
            let delay = [
                ("o_delay_column", c as i64),
                ("o_delay_phase", c as i64 % tile.interval),
                ("o_delay_parity", number % 2),
                ("o_delay_interval", tile.interval),
            ];
            self.script.expect_event("o_delay", (self.now, e2 + c), &delay);
        }
        self.now = fold;
        tile
    }

    /// FOLD and LOAD for all folds of a tile.
    fn load(&mut self, job: &Job, tile: &Tile) {
        let depth = self.config.array.accumulator_depth as i64;
        for start in (0..job.out_pixels).step_by(depth as usize) {
            let pixels = depth.min(job.out_pixels - start);
            let folds = job.folds(self.config);
            for (n, fold) in folds.iter().enumerate() {
                let (first, last) = (n == 0, n + 1 == folds.len());
                let first_group = tile.columns[0].group;
                let groups = tile.columns[tile.columns.len() - 1].group - first_group + 1;
                let y0 = self.now.max(self.shadow_free);
                let ready = y0 + timing::fold_ready(fold.rows as usize, groups as usize);
                let taken = ready + self.rng.pick(&[0, 0, 1, 30]) as usize;
                for row in 0..fold.rows {
                    for group in 0..groups {
                        self.word(job, tile, fold, row, first_group + group, y0 + (row * groups + group) as usize);
                    }
                    // The row takes its tap with the swap, and must not lose the one before: that
                    // swap reaches it r cycles behind its slot.
                    let r = row as usize;
                    let [ty, tx] = job.tap(fold, row);
                    let tap = [
                        ("o_tap_row", row),
                        ("o_tap_y", ty),
                        ("o_tap_x", tx),
                        ("o_tap_offset", ty * job.in_width + tx),
                    ];
                    self.script.expect_event("o_tap_load", (self.taken + 1 + r, taken + r), &tap);
                }
                let (bank, word) = job.place(fold, self.config);
                // It is offered before it may be taken.
                for cycle in ready - OFFER..=taken {
                    for (port, value) in [
                        ("o_ready", 1),
                        ("o_fold_first", i64::from(first)),
                        ("o_fold_last", i64::from(last)),
                        ("o_fold_closes", i64::from(last && start + pixels == job.out_pixels)),
                        ("o_fold_chunk", i64::from(start == 0)),
                        ("o_fold_parity", tile.number % 2),
                        ("o_fold_rows", fold.rows),
                        ("o_fold_cols", tile.columns.len() as i64),
                        ("o_fold_interval", if last { tile.interval } else { 1 }),
                        ("o_fold_bank", bank),
                        ("o_fold_word", word),
                        ("o_fold_pixels", pixels),
                    ] {
                        self.script.expect(cycle, port, value);
                    }
                }
                self.script.drive(taken, "i_taken", 1);
                // The slot that carries the swap is the one after the decision.
                let (rows, slot) = (self.config.array.rows, taken + DECISION_TO_SLOT);
                self.shadow_free = slot + timing::shadow_free(self.config.array.cols);
                if first && start == 0 {
                    self.set_free = slot + timing::parameters_free(rows, self.config.array.cols);
                }
                self.taken = taken;
                // FOLD is in between.
                self.now = y0 + ((fold.rows * groups) as usize).max(1) + 1;
            }
        }
        self.now -= 1;
    }

    /// "List entry addressed in y - 1, filter word in y + 1, lanes selected in y + 3, shadow
    /// weights written in y + 4."
    fn word(&mut self, job: &Job, tile: &Tile, fold: &job::Fold, row: i64, group: i64, y: usize) {
        let cols = self.config.array.cols;
        let script = &mut self.script;
        let (tap, entry) = job.row(fold, row);
        let input = match &job.inputs {
            Inputs::List(list) => {
                script.expect(y - 1, "o_list_address", entry);
                list.answer(script, y - 1 + REGISTERED_ANSWER, entry, self.config).0
            }
            Inputs::Dense | Inputs::Packed(_) => entry,
        };
        let taps = job.kernel[0] * job.kernel[1];
        let address = job.filter_base + (group * taps + tap) * job.in_channels + input;
        script.expect(y + FILTER_ADDRESS, "o_filter_address", address);
        let bytes: Vec<i64> = (0..cols).map(|_| i64::from(self.rng.int8())).collect();
        for (lane, byte) in bytes.iter().enumerate() {
            script.drive(y + FILTER_ADDRESS + REGISTERED_ANSWER, &format!("i_filter[{lane}/{cols}]"), *byte);
        }
        let written = y + FILTER_STAGES;
        self.loads.insert(written);
        script.expect(written, "o_load_row", row);
        // Columns that the tile has no output for may get any weight.
        for (c, column) in tile.columns.iter().enumerate() {
            script.expect(written, &format!("o_load[{c}/{cols}]"), i64::from(column.group == group));
            if column.group == group {
                script.expect(written, &format!("o_load_weights[{c}/{cols}]"), bytes[column.lane as usize]);
            }
        }
    }
}

/// When the entries of a list, and its end, show.
#[derive(Debug, Default)]
struct Arrivals {
    entries: Vec<usize>,
    done: usize,
}

impl Arrivals {
    /// From when on the list has so many entries or is done.
    fn when(&self, length: i64) -> usize {
        self.entries.get(length as usize - 1).copied().unwrap_or(self.done)
    }
}
