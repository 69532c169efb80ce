//! Max pooling of the residual stream: all banks side by side, a pixel of a window in each cycle.
//!
//! A pixel that is addressed in one cycle is compared in the next, and a window's maximum is
//! written in the one behind. When the channels of one word of the banks are done, their pool sums
//! leave one by one.

use super::memory::Banked;
use crate::counters::Activity;
use lcsim_spec::schedule::MaxPoolJob;
use lcsim_spec::timing::WINDOW_TAIL;

/// A pixel of a window on its way.
#[derive(Debug, Clone, Copy)]
struct Pixel {
    output: usize,
    first: bool,
    last: bool,
}

#[derive(Debug)]
pub(super) struct MaxPooling {
    pub job: usize,
    /// Which channels: word of the banks.
    part: usize,
    step: usize,
    fetched: Option<Pixel>,
    /// The value of each bank; nothing outside the map.
    values: Option<Vec<i8>>,
    best: Vec<i8>,
    /// The output whose maxima are written next.
    finished: Option<usize>,
    sums: Vec<i32>,
}

impl MaxPooling {
    pub fn new(job: usize, banks: usize) -> Self {
        let (best, sums) = (vec![0; banks], vec![0; banks]);
        Self { job, part: 0, step: 0, fetched: None, values: None, best, finished: None, sums }
    }

    /// One clock edge; `pool` is the map's region of the pool memory. False in the last cycle.
    pub fn tick(
        &mut self,
        now: u64,
        job: &MaxPoolJob,
        stream: &mut Banked,
        pool: &mut [i32],
        activity: &mut Activity,
    ) -> bool {
        let windows = &job.windows;
        let (pixels, taps, banks) = (windows.output.pixels(), windows.taps(), self.best.len());
        let lanes = banks.min(windows.output.channels - self.part * banks);
        self.write(now, job, lanes, stream, activity);
        self.compare(lanes, activity);
        let (fetches, settled) = (pixels * taps, pixels * taps + WINDOW_TAIL);
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
        if self.step == settled + if job.pool.is_some() { lanes } else { 0 } {
            (self.step, self.part) = (0, self.part + 1);
        }
        self.part * banks < windows.output.channels
    }

    fn fetch(&mut self, now: u64, job: &MaxPoolJob, lanes: usize, stream: &mut Banked, activity: &mut Activity) {
        let windows = &job.windows;
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
            (0..lanes).map(|bank| stream.read(now, bank, word)).collect()
        });
        self.fetched = Some(Pixel { output, first: tap == 0, last: tap + 1 == windows.taps() });
    }

    fn compare(&mut self, lanes: usize, activity: &mut Activity) {
        let Some(pixel) = self.fetched.take() else { return };
        if pixel.first {
            self.best.fill(i8::MIN);
        }
        if let Some(values) = self.values.take() {
            activity.accumulations += lanes as u64;
            self.best.iter_mut().zip(values).for_each(|(best, value)| *best = (*best).max(value));
        }
        self.finished = pixel.last.then_some(pixel.output);
    }

    fn write(&mut self, now: u64, job: &MaxPoolJob, lanes: usize, stream: &mut Banked, activity: &mut Activity) {
        let Some(output) = self.finished.take() else { return };
        let word = job.dst.base + self.part * job.dst.plane + output;
        for bank in 0..lanes {
            let best = self.best[bank];
            stream.write(now, bank, word, best);
            if let Some(relu) = job.pool {
                self.sums[bank] += i32::from(if relu { best.max(0) } else { best });
                activity.pool_adds += 1;
            }
        }
        activity.stream_write += lanes as u64;
    }
}
