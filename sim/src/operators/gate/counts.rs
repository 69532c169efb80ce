//! The activities of a gate.

use crate::counters::Activity;
use lcsim_spec::schedule::{GateJob, Target};

/// Counts a gate that reads `inputs` entries and writes `listed` channels to its list.
pub(super) fn gate(a: &mut Activity, job: &GateJob, macs: usize, inputs: usize, listed: usize) {
    a.list_write += 4 * listed as u64;
    if job.fc.is_none() {
        return;
    }
    let (groups, outputs) = (job.outputs.div_ceil(macs), job.outputs as u64);
    let read = (groups * inputs) as u64;
    // A gate of two layers adds up two jobs.
    a.pool_read += 4 * read;
    a.gate_macs += inputs as u64 * outputs;
    let classifier = job.target == Target::Classes;
    // A group without inputs still adds its biases, so it reads one word of weights.
    a.gate_weight_read += (groups * inputs.max(1) * macs) as u64 + if classifier { 4 } else { 7 } * outputs;
    a.scores += if classifier { 0 } else { outputs };
    a.list_read += if job.list.is_some() { 4 * read } else { 0 };
}
