//! Activities in closed form: what `stepped` counts access by access.

use crate::counters::Activity;
use crate::folds::{Folds, copies, move_copies};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::{ConvJob, GateJob, Inputs, MaxPoolJob, MoveJob, Program, Purpose};

/// A tile of `count` columns, whose channels lie in `groups` groups of filter words.
pub(super) fn tile(
    a: &mut Activity,
    config: &AcceleratorConfig,
    job: &ConvJob,
    folds: &Folds,
    [tile, count, groups]: [usize; 3],
) {
    let array = &config.array;
    let (pixels, cols) = (job.output.pixels(), array.cols);
    let chunks = pixels.div_ceil(array.accumulator_depth);
    let entries = folds.alone + folds.packed;
    // Rows that are loaded and rows that are fed, over all folds, and values that leave.
    let (rows, outputs) = (entries * job.taps(), (count * pixels) as u64);
    let (fed, passes) = (((entries - folds.idle) * job.taps()) as u64, folds.len() as u64);
    a.macs += if job.depthwise { job.taps() as u64 } else { fed } * outputs;
    // The operand passes `count` PEs (1 byte each), every PE below writes a partial sum (4 bytes).
    a.register_bytes += outputs * (fed + 4 * array.rows as u64 * passes);
    a.accumulations += outputs * passes;
    a.accumulator_read += 4 * outputs * (passes - 1);
    a.accumulator_write += 4 * outputs * (passes - 1);
    a.requantized += outputs;
    let words = (rows * groups * chunks) as u64;
    a.filter_read += words * cols as u64;
    a.register_bytes += 2 * (rows * count * chunks) as u64;
    if let Inputs::List(_) = job.inputs {
        a.list_read += 4 * words;
    }
    let reads = ((entries - folds.idle) * taps_inside(job)) as u64;
    *a.read_from(job.src.memory) += reads;
    if job.residual.is_some() {
        a.stream_read += outputs;
    }
    let [times, rest] = copies(array, job, tile * cols + count, count);
    let copied = (rest * (times - 1) * pixels) as u64;
    *a.written_to(job.dst.memory) += outputs + copied;
    if job.pool.is_some() {
        a.pool_adds += outputs;
        a.pool_write += 4 * count as u64;
        a.pool_read += if job.band.first_row > 0 { 4 * count as u64 } else { 0 };
    }
    a.param_read += 7 * count as u64;
    if job.outputs.is_some() {
        a.list_read += 4 * count as u64;
    }
}

/// Taps of all output pixels that fall inside the input map: the others read nothing.
fn taps_inside(job: &ConvJob) -> usize {
    let axis = |outputs: usize, inputs: usize, a: usize| {
        let (stride, pad) = (job.stride[a], job.pad[a]);
        // Outputs whose tap lies in front of `end`, counted with the padding.
        let before = |tap: usize, end: usize| end.saturating_sub(tap).div_ceil(stride).min(outputs);
        (0..job.kernel[a]).map(|tap| before(tap, pad + inputs) - before(tap, pad)).sum::<usize>()
    };
    axis(job.output.height, job.input.height, 0) * axis(job.output.width, job.input.width, 1)
}

/// A max pooling.
pub(super) fn max_pool(a: &mut Activity, job: &MaxPoolJob) {
    let windows = &job.windows;
    let axis = |axis: usize, outputs: usize| (0..outputs).map(|o| windows.window(axis, o).len()).sum::<usize>();
    let channels = windows.output.channels;
    let read = (axis(0, windows.output.height) * axis(1, windows.output.width) * channels) as u64;
    let written = windows.output.len() as u64;
    a.accumulations += read;
    a.stream_read += read;
    a.stream_write += written;
    if job.pool.is_some() {
        a.pool_adds += written;
        a.pool_write += 4 * channels as u64;
        a.pool_read += if job.band.first_row > 0 { 4 * channels as u64 } else { 0 };
    }
}

/// A gate that reads `inputs` entries and lists so many channels.
pub(super) fn gate(a: &mut Activity, job: &GateJob, macs: usize, inputs: usize, listed: usize) {
    let (groups, outputs) = (job.outputs.div_ceil(macs), job.outputs as u64);
    let read = (groups * inputs) as u64;
    a.pool_read = 4 * read;
    a.gate_macs = inputs as u64 * outputs;
    let classifier = job.purpose == Purpose::Classifier;
    // A group without inputs brings its biases, on one word of weights.
    a.gate_weight_read = (groups * inputs.max(1) * macs) as u64 + if classifier { 4 } else { 7 } * outputs;
    a.scores = if classifier { 0 } else { outputs };
    a.list_read = if job.list.is_some() { 4 * read } else { 0 };
    a.list_write = 4 * listed as u64;
}

/// A move of rows of a map with so many entries.
pub(super) fn moves(a: &mut Activity, program: &Program, job: &MoveJob, entries: usize) {
    let pixels = job.rows.len() * program.off_chip[job.map].shape.width;
    let [times, rest] = move_copies(program, job, entries);
    let bytes = if job.stores { pixels * entries } else { pixels * (entries + rest * (times - 1)) } as u64;
    let memory = job.buffer.memory;
    *(if job.stores { a.read_from(memory) } else { a.written_to(memory) }) += bytes;
}
