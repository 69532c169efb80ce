//! The timing of a gate: when each group of outputs is read, and when it leaves.

use super::counts;
use crate::dram::Bursts;
use crate::fast::{Buffers, GateRun, Timeline};
use crate::outcome::Mode;
use lcsim_spec::Score;
use lcsim_spec::schedule::{GateJob, Target};
use lcsim_spec::timing::{self, GateStage};

impl Timeline<'_> {
    /// Records the cycle that reads the last input of each group of outputs. A group takes the
    /// longer of two times: until its inputs have entered, for which they may wait for weights, and
    /// until the outputs of the group before have left.
    fn groups(&mut self, at: u64, job: &GateJob) {
        let Buffers { activities, lists, groups: lasts, fetcher, .. } = &mut *self.buffers;
        let live = job.list.map(|l| &lists[l.index()].entries[..]);
        let macs = self.program.config.gate.macs;
        let slots = live.map_or(job.inputs(), <[usize]>::len).max(1);
        let groups = job.outputs.div_ceil(macs);
        lasts.clear();
        let transfer = fetcher.gate(self.program, at, job, live, activities);
        let Some((transfer, dram)) = transfer.zip(self.program.config.dram.as_ref()) else {
            lasts.extend((0..groups).map(|group| at + (group * timing::gate_period(slots, macs) + slots) as u64));
            return;
        };
        let (mut bursts, mut read) = (Bursts::new(dram), at);
        for group in 0..groups {
            for slot in 0..slots {
                read += 1;
                if let Some(input) = live.map_or(Some(slot), |l| l.get(slot).copied()) {
                    bursts.touch((group * job.inputs() + input) * macs, macs);
                    read = read.max(transfer.arrival(bursts.count));
                }
            }
            lasts.push(read);
            read += (timing::gate_period(slots, macs) - slots) as u64;
        }
    }

    /// Runs a gate: when it works, and what it decides.
    pub(crate) fn gate(&mut self, at: u64, job: &GateJob, scores: &[Score]) {
        let inputs = job.list.map_or(job.inputs(), |l| self.buffers.lists[l.index()].entries.len());
        let macs = self.program.config.gate.macs;
        if job.fc.is_some() {
            self.groups(at, job);
        }
        let Buffers { ends, lists, groups, activities, .. } = &mut *self.buffers;
        let stage = if job.target == Target::Classes { GateStage::Shift } else { GateStage::Score };
        // Without layers, all scores are there in the cycle that starts the instruction.
        let leaves = |output: usize| match &job.fc {
            None => at,
            Some(_) => groups[output / macs] + timing::gate_output(stage, output % macs) as u64,
        };
        let last = leaves(job.outputs - 1);
        self.gate = GateRun { layer: job.layer, classifier: job.target == Target::Classes, started: at, last };
        ends.push((last + 1, false, job.layer));
        let mut listed = 0;
        match job.target {
            Target::Classes | Target::Hidden => {}
            Target::Block(_) => self.lscore = (scores[0], last + 1),
            Target::Channels(list) => {
                let list = list.index();
                let lives = |o: &usize| self.mode == Mode::ForcedOpen || scores[*o] > Score::ZERO;
                lists[list].fill((0..job.outputs).filter(lives).map(|o| (o, leaves(o) + 1)), last + 1);
                listed = lists[list].entries.len();
            }
        }
        counts::gate(&mut activities[job.layer.index()], job, macs, inputs, listed);
        if job.target == Target::Hidden {
            return;
        }
        let layer = &mut self.layers[job.layer.index()];
        layer.live = match job.target {
            Target::Classes => job.outputs,
            _ => scores.iter().filter(|s| **s > Score::ZERO).count(),
        } as u64;
        layer.skips = matches!(job.target, Target::Block(_)) && scores == [Score::ZERO] && self.mode == Mode::Gated;
    }
}
