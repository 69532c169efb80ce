//! The activities of a pooling: its bytes, and what its room counts.

use super::room::room;
use crate::counters::Activity;
use lcsim_spec::schedule::PoolJob;

pub(super) fn pool(a: &mut Activity, job: &PoolJob) {
    let windows = &job.pool.windows;
    let axis = |axis: usize, outputs: usize| (0..outputs).map(|o| windows.window(axis, o).len()).sum::<usize>();
    let channels = windows.output.channels;
    let read = (axis(0, windows.output.height) * axis(1, windows.output.width) * channels) as u64;
    let written = windows.output.len() as u64;
    a.stream_read += read;
    a.stream_write += written;
    room(&job.pool.pooling).count(a, read, written);
    if job.sums.any() {
        a.pool_adds += written;
        a.pool_write += 4 * channels as u64;
        a.pool_read += if job.band.first_row > 0 { 4 * channels as u64 } else { 0 };
    }
}
