//! The instruction of a fully connected layer on the gate unit, of a gate or the classifier.

use super::absent::Absent;
use crate::word::word;
use lcsim_spec::schedule::{FcJob, GateJob, ListId, Program, Target};
use lcsim_spec::{Decision, Score};

/// Makes the instruction of a gate.
///
/// # Errors
/// Says what the core lacks for it.
pub(super) fn word(program: &Program, job: &GateJob) -> Result<GateWord, Absent> {
    if job.reads_hidden || job.target == Target::Hidden {
        return Err(Absent::in_layer("second layer of a gate", program, job.layer));
    }
    match job.decision {
        None | Some(Decision::ClampScale { .. } | Decision::Step { .. }) => Ok(GateWord::new(job)),
        Some(Decision::Given) => Err(Absent::in_layer("port for scores that come with each image", program, job.layer)),
    }
}

/// The layer. The core has no instruction for a gate without one.
fn layer(job: &GateJob) -> &FcJob {
    job.fc.as_ref().unwrap_or_else(|| unreachable!("`word` refuses gates without layers"))
}

word! {
    /// The fields of a gate.
    GateWord(s, job: GateJob) {
        /// What its outputs are: 0 the L-Net's score, 1 scores of channels, 2 logits.
        purpose: 2 => match job.target {
            Target::Block(_) => 0_usize,
            Target::Channels(_) => 1,
            Target::Classes => 2,
            Target::Hidden => 3,
        },
        /// Channels of the pooled map.
        inputs: 16 => job.inputs(),
        /// Outputs.
        outputs: 16 => job.outputs,
        /// The pooled channels are those of a live list, otherwise all of the map.
        list_on: 1 => job.list.is_some(),
        /// Which live list they are of.
        in_list: 1 => job.list.map_or(0, ListId::index),
        /// The live list that takes the scores of channels.
        out_list: 1 => if let Target::Channels(list) = job.target { list.index() } else { 0 },
        /// The region of the pool memory that has the map's sums.
        pool_region: 2 => job.pool_region,
        /// Right shift of a pool sum.
        pool_shift: 4 => layer(job).pool_shift,
        /// Scores below it count as 0.
        threshold: 16 => job.decision.map_or(Score::ZERO, Decision::least).to_bits(),
        /// Every other score becomes 1.0.
        step: 1 => matches!(job.decision, Some(Decision::Step { .. })),
        /// The first word of the weights in their memory.
        weight_base: s.gw() => layer(job).weight_base,
        /// The first word of the outputs' parameters in their memory.
        param_base: s.ga() => layer(job).param_base,
    }
}
