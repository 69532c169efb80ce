//! The pooling unit: it works on all banks in parallel, one pixel of a window in each cycle.
//!
//! A pixel that is addressed in one cycle joins its window in the next. The result of a window
//! passes the stages of its pooling, one in each cycle, and is written in the cycle after the last
//! one. When the channels of one word of the banks are done, their pool sums leave one by one.

use super::room::{Window, room};
use crate::counters::Activity;
use crate::engine::Banked;
use lcsim_spec::schedule::PoolJob;
use lcsim_spec::timing::WINDOW_TAIL;
use std::collections::VecDeque;

/// A pixel of a window between its address and its value.
#[derive(Debug, Clone, Copy)]
struct Pixel {
    output: usize,
    first: bool,
    last: bool,
}

/// A complete window, with a value for each bank.
#[derive(Debug)]
struct Finished {
    output: usize,
    values: Vec<i64>,
}

#[derive(Debug)]
pub(crate) struct Pooler {
    pub job: usize,
    /// The number of the word of the banks, which says which channels are computed.
    part: usize,
    step: usize,
    fetched: Option<Pixel>,
    /// The value of each bank. `None` outside the map.
    values: Option<Vec<i8>>,
    registers: Vec<i64>,
    /// The windows between their last pixel and their write, the newest first.
    stages: VecDeque<Option<Finished>>,
    sums: Vec<i32>,
}

impl Pooler {
    pub fn new(index: usize, job: &PoolJob, banks: usize) -> Self {
        let stages = (0..=room(&job.pool.pooling).stages()).map(|_| None).collect();
        let (registers, sums) = (vec![0; banks], vec![0; banks]);
        Self { job: index, part: 0, step: 0, fetched: None, values: None, registers, stages, sums }
    }

    /// Runs one clock edge. `pool` is the map's region of the pool memory. Returns false in the
    /// last cycle.
    pub fn tick(
        &mut self,
        now: u64,
        job: &PoolJob,
        stream: &mut Banked,
        pool: &mut [i32],
        activity: &mut Activity,
    ) -> bool {
        let windows = &job.pool.windows;
        let (pixels, taps, banks) = (windows.output.pixels(), windows.taps(), self.registers.len());
        let lanes = banks.min(windows.output.channels - self.part * banks);
        self.finish(now, job, lanes, stream, activity);
        self.join(job, lanes);
        let fetches = pixels * taps;
        let settled = fetches + WINDOW_TAIL + room(&job.pool.pooling).stages();
        if self.step < fetches {
            self.fetch(now, job, lanes, stream, activity);
        } else if self.step >= settled {
            let lane = self.step - settled;
            let sum = &mut pool[self.part * banks + lane];
            let above = if job.band.first_row > 0 { *sum } else { 0 };
            *sum = above + std::mem::take(&mut self.sums[lane]);
            activity.pool_read += if job.band.first_row > 0 { 4 } else { 0 };
            activity.pool_write += 4;
        }
        self.step += 1;
        if self.step == settled + if job.sums.any() { lanes } else { 0 } {
            (self.step, self.part) = (0, self.part + 1);
        }
        self.part * banks < windows.output.channels
    }

    fn fetch(&mut self, now: u64, job: &PoolJob, lanes: usize, stream: &mut Banked, activity: &mut Activity) {
        let windows = &job.pool.windows;
        let (output, tap) = (self.step / windows.taps(), self.step % windows.taps());
        let (y, x) = (output / windows.output.width, output % windows.output.width);
        let at = |o: usize, tap: usize, axis: usize| {
            let at = (o * windows.stride[axis] + tap).checked_sub(windows.pad[axis]);
            at.filter(|at| windows.window(axis, o).contains(at))
        };
        let (row, column) = (at(y, tap / windows.kernel[1], 0), at(x, tap % windows.kernel[1], 1));
        self.values = row.zip(column).map(|(row, column)| {
            let pixel = row * windows.input.width + column;
            let word = job.src.base + self.part * job.src.plane + pixel;
            activity.stream_read += lanes as u64;
            room(&job.pool.pooling).count(activity, lanes as u64, 0);
            (0..lanes).map(|bank| stream.read(now, bank, word)).collect()
        });
        self.fetched = Some(Pixel { output, first: tap == 0, last: tap + 1 == windows.taps() });
    }

    fn join(&mut self, job: &PoolJob, lanes: usize) {
        let room = room(&job.pool.pooling);
        let Some(pixel) = self.fetched.take() else { return };
        if pixel.first {
            self.registers.fill(room.empty());
        }
        if let Some(values) = self.values.take() {
            let joined = self.registers.iter_mut().zip(values);
            joined.for_each(|(register, value)| *register = room.join(*register, value, job.src_relu));
        }
        if pixel.last {
            let values = self.registers[..lanes].to_vec();
            self.stages[0] = Some(Finished { output: pixel.output, values });
        }
    }

    /// Moves finished windows to their next stage, and writes the window that has passed the last
    /// one.
    fn finish(&mut self, now: u64, job: &PoolJob, lanes: usize, stream: &mut Banked, activity: &mut Activity) {
        let room = room(&job.pool.pooling);
        let last = self.stages.pop_back().flatten();
        self.stages.push_front(None);
        for (stage, finished) in self.stages.iter_mut().skip(1).enumerate() {
            if let Some(Finished { output, values }) = finished {
                let window = Window::at(&job.pool.windows, *output);
                values.iter_mut().for_each(|value| *value = room.stage(stage, *value, window));
            }
        }
        let Some(Finished { output, values }) = last else { return };
        let word = job.dst.base + self.part * job.dst.plane + output;
        for (bank, value) in values.into_iter().enumerate() {
            let value = value as i8;
            stream.write(now, bank, word, value);
            if job.sums.any() {
                self.sums[bank] += i32::from(job.sums.value(value));
                activity.pool_adds += 1;
            }
        }
        activity.stream_write += lanes as u64;
        room.count(activity, 0, lanes as u64);
    }
}
