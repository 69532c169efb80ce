//! The streamer: one slot a cycle, from folds that become ready at random.

use crate::bench::Script;
use crate::random::Rng;
use lcsim_hdl::{Kind, Part, unit};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::timing::{self, DECISION_TO_SLOT, FOLD_DISTANCE, OFFER};

/// A convolution's shape.
struct Job {
    width: i64,
    out_width: i64,
    out_pixels: i64,
    stride: [i64; 2],
    corner: [i64; 2],
    /// Outputs go to arbitrary channels.
    scattered: bool,
}

struct Streamer<'a> {
    config: &'a AcceleratorConfig,
    script: Script,
    rng: Rng,
    /// First decision cycle in which a fold may be taken.
    free: usize,
    /// First cycle in which the loader can have loaded the next fold.
    loaded: usize,
    /// First decision cycle in which one that emits may be taken, if outputs scatter.
    settled: usize,
    /// First cycle in which the streamer is not busy.
    idle: usize,
}

/// `jobs` random convolutions.
pub fn streamer(config: &AcceleratorConfig, jobs: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Streamer);
    let silent = ["o_taken", "o_busy", "o_row_slot_valid", "o_row_slot_swap", "o_column_slot_valid"];
    let script = Script::new("streamer", &part, seed, &["i_ready"], &silent);
    let start = script.start();
    let (rng, free, settled, idle) = (Rng::new(seed), start, start, start);
    let mut streamer = Streamer { config, script, rng, free, loaded: start, settled, idle };
    for _ in 0..jobs {
        streamer.job();
    }
    streamer.script.drive(streamer.idle + 2, "i_ready", 0);
    (part, streamer.script)
}

impl Streamer<'_> {
    fn job(&mut self) {
        let depth = self.config.array.accumulator_depth as i64;
        let rng = &mut self.rng;
        let out_width = rng.range(1, 7);
        let out_pixels = rng.pick(&[1, out_width, depth, depth + 1, 3 * depth - 1, 4 * out_width]).min(60);
        let job = Job {
            width: rng.range(1, 40),
            out_width,
            out_pixels,
            stride: [rng.range(1, 3), rng.range(1, 3)],
            corner: [-rng.range(0, 3), -rng.range(0, 3)],
            scattered: rng.once_in(2),
        };
        let [tiles, folds] = [rng.range(1, 3), rng.range(1, 3)];
        self.free = self.idle.max(self.free);
        // The loader reads parameters for longer than that before a convolution's first fold is
        // ready.
        self.loaded = self.free + 3;
        // Natural order without a list does not scatter, a list without natural order neither;
        // copies do.
        let (natural, list, copies) = match job.scattered {
            true => self.rng.pick(&[(1, 1, 0), (0, 0, 1), (0, 1, 1)]),
            false => self.rng.pick(&[(0, 0, 0), (0, 1, 0), (1, 0, 0)]),
        };
        for (field, value) in [
            ("last_column", job.out_width - 1),
            ("stride_y", job.stride[0]),
            ("stride_x", job.stride[1]),
            ("stride_line", job.stride[0] * job.width),
            ("corner_y", job.corner[0]),
            ("corner_x", job.corner[1]),
            ("corner_line", job.corner[0] * job.width),
            ("natural", natural),
            ("dst_copies", copies),
            ("out_list_on", list),
        ] {
            self.script.hold(&format!("i_job_{field}"), value);
        }
        for tile in 0..tiles {
            let interval = if job.scattered { self.rng.range(1, self.config.array.cols as i64) } else { 1 };
            for start in (0..job.out_pixels).step_by(depth as usize) {
                for fold in 0..folds {
                    self.fold(&job, [tile % 2, start, fold, folds, interval]);
                }
            }
        }
    }

    fn fold(&mut self, job: &Job, [parity, start, fold, folds, interval]: [i64; 5]) {
        let (rows, cols) = (self.config.array.rows as i64, self.config.array.cols as i64);
        let depth = self.config.array.accumulator_depth as i64;
        let pixels = depth.min(job.out_pixels - start);
        let (first, last, closes) = (fold == 0, fold + 1 == folds, start + pixels == job.out_pixels);
        let interval = if last { interval } else { 1 };
        let words = 1i64 << self.script.width("i_fold_word");
        let (used, columns) = (self.rng.range(0, rows), self.rng.range(1, cols));
        let bank = self.rng.range(0, self.config.banks() as i64 / rows - 1);
        let word = self.rng.range(0, words - 1);
        // Ready before it may be taken, or later.
        let allowed = if job.scattered && last { self.settled.max(self.free) } else { self.free };
        let ready = self.free.max(self.loaded) + self.rng.pick(&[0, 0, 0, 1, 9]);
        let taken = ready.max(allowed);
        self.loaded = taken + FOLD_DISTANCE;
        // The loader offers it before it may be taken, and names its place before that.
        for cycle in ready - OFFER - 1..=taken {
            for (port, value) in [
                ("i_ready", i64::from(cycle + OFFER >= ready)),
                ("i_fold_first", i64::from(first)),
                ("i_fold_last", i64::from(last)),
                ("i_fold_closes", i64::from(last && closes)),
                ("i_fold_chunk", i64::from(start == 0)),
                ("i_fold_parity", parity),
                ("i_fold_rows", used),
                ("i_fold_cols", columns),
                ("i_fold_interval", interval),
                ("i_fold_bank", bank),
                ("i_fold_word", word),
                ("i_fold_pixels", pixels),
            ] {
                self.script.drive(cycle, port, value);
            }
        }
        let script = &mut self.script;
        script.expect(taken, "o_taken", 1);
        script.expect(taken + DECISION_TO_SLOT, "o_row_slot_swap", 1);
        for n in 0..pixels {
            let slot = taken + DECISION_TO_SLOT + 1 + (n * interval) as usize;
            let pixel = start + n;
            let y = pixel / job.out_width * job.stride[0] + job.corner[0];
            let x = pixel % job.out_width * job.stride[1] + job.corner[1];
            for (field, value) in [
                ("valid", 1),
                ("rows", used),
                ("bank", bank),
                ("y", y),
                ("x", x),
                ("address", word + y * job.width + x),
            ] {
                script.expect(slot, &format!("o_row_slot_{field}"), value);
            }
            for (field, value) in [
                ("valid", 1),
                ("first", i64::from(first)),
                ("last", i64::from(last)),
                ("opens", i64::from(last && pixel == 0)),
                ("closes", i64::from(last && pixel + 1 == job.out_pixels)),
                ("parity", parity),
                ("cols", columns),
                ("pixel", pixel),
                ("acc", n),
            ] {
                script.expect(slot, &format!("o_column_slot_{field}"), value);
            }
        }
        // The last slot of the fold is decided here; with it, or later, the next fold may be taken.
        let end = taken + (pixels * interval) as usize;
        let mut busy = end + 1;
        if last {
            let emitted = end + 1 - interval as usize;
            self.settled = emitted + timing::settled(cols as usize, interval as usize);
            let drain = timing::drain(rows as usize, cols as usize, interval as usize);
            busy = busy.max(emitted + DECISION_TO_SLOT + drain);
        }
        for cycle in (taken + 1).max(self.idle)..busy {
            script.expect(cycle, "o_busy", 1);
        }
        // Busy cycles of the fold before may reach beyond; both agree there.
        self.idle = self.idle.max(busy);
        self.free = end;
    }
}
