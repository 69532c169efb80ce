//! The timing and the values of a pooling.

use super::counts;
use super::room::room;
use crate::fast::{Map, Run, Timeline};
use lcsim_spec::Pool;
use lcsim_spec::timing::WINDOW_TAIL;

impl Timeline<'_> {
    /// Runs a pooling: for each word of the banks the windows, then the cycles until the last one
    /// is written, then the pool sums.
    pub(crate) fn pool(&mut self, at: u64, index: usize) {
        let job = &self.program.pools[index];
        let windows = &job.pool.windows;
        let (channels, pixels) = (windows.output.channels, windows.output.pixels());
        let flushed = if job.sums.any() { channels } else { 0 };
        let words = channels.div_ceil(self.program.config.banks());
        let tail = WINDOW_TAIL + room(&job.pool.pooling).stages();
        let cycles = words * (pixels * windows.taps() + tail) + flushed;
        self.ends_before(at + 1 + cycles as u64, job.layer);
        let layer = &mut self.layers[job.layer.index()];
        layer.cycles.pooling += cycles as u64;
        layer.live = channels as u64;
        counts::pool(&mut self.buffers.activities[job.layer.index()], job);
    }
}

impl Run<'_> {
    /// Computes the output map of a pooling.
    pub(crate) fn pool(&mut self, p: &Pool, x: &Map) -> Map {
        let relu = p.pooling.room().relu(x.relu);
        let mut out = Map { entries: p.windows.output.channels, ..self.map(relu) };
        room(&p.pooling).values(&p.windows, x, &mut out.values);
        self.note(&p.name, p.windows.output, &out);
        out
    }
}
