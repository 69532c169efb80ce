//! The activities of a move.

use crate::counters::Activity;
use crate::operators::convolution::move_copies;
use lcsim_spec::schedule::{MoveJob, Program};

/// Counts a move of rows of a map with `entries` entries.
pub(super) fn moves(a: &mut Activity, program: &Program, job: &MoveJob, entries: usize) {
    let pixels = job.rows.len() * program.off_chip[job.map.index()].shape.width;
    let [times, rest] = move_copies(program, job, entries);
    let bytes = if job.stores { pixels * entries } else { pixels * (entries + rest * (times - 1)) } as u64;
    let memory = job.buffer.memory;
    *(if job.stores { a.read_from(memory) } else { a.written_to(memory) }) += bytes;
}
