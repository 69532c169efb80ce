//! The activities of a convolution's tile.

use super::folds::{Folds, copies};
use crate::counters::Activity;
use crate::operators::depthwise;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::{ConvJob, Inputs};

/// Counts a tile of `count` columns, whose channels are in `groups` groups of filter words.
pub(crate) fn tile(
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
    // The number of rows that are loaded and fed in all folds, and the number of output values.
    let (rows, outputs) = (entries * job.taps(), (count * pixels) as u64);
    let (fed, passes) = (((entries - folds.idle) * job.taps()) as u64, folds.len() as u64);
    a.macs += if job.depthwise { depthwise::macs(job.taps(), outputs) } else { fed * outputs };
    // The operand passes `count` PEs, 1 byte each. Every PE below writes a partial sum of 4 bytes.
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
    if job.residual.any() {
        a.stream_read += outputs;
    }
    let [times, rest] = copies(array, job, tile * cols + count, count);
    let copied = (rest * (times - 1) * pixels) as u64;
    *a.written_to(job.dst.memory) += outputs + copied;
    if job.pool.any() {
        a.pool_adds += outputs;
        a.pool_write += 4 * count as u64;
        a.pool_read += if job.band.first_row > 0 { 4 * count as u64 } else { 0 };
    }
    a.param_read += 7 * count as u64;
    if job.outputs.is_some() {
        a.list_read += 4 * count as u64;
    }
}

/// The number of taps of all output pixels that are inside the input map. Other taps read nothing.
fn taps_inside(job: &ConvJob) -> usize {
    let axis = |outputs: usize, inputs: usize, a: usize| {
        let (stride, pad) = (job.stride[a], job.pad[a]);
        // The outputs whose tap is before `end`, counted with the padding.
        let before = |tap: usize, end: usize| end.saturating_sub(tap).div_ceil(stride).min(outputs);
        (0..job.kernel[a]).map(|tap| before(tap, pad + inputs) - before(tap, pad)).sum::<usize>()
    };
    axis(job.output.height, job.input.height, 0) * axis(job.output.width, job.input.width, 1)
}
