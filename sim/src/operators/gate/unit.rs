//! The gate unit: it reads pool sums, and writes scores, live lists or logits.
//!
//! G0 reads the live list. G1 reads a pool sum. G2 addresses the weight word. G3 and G4 shift and
//! round the sum. G5 multiplies. G6 accumulates, in one accumulator for each of the unit's MACs.
//! The outputs of a finished group leave one by one through P1 (parameters), P2 (bias), P3 and P4
//! (shift), P5 (saturation), P6 (multiplier), P7 (clamp to [0, 1], threshold) and P8 (live list).

use super::list::LiveList;
use crate::arithmetic;
use crate::counters::Activity;
use crate::dram::{Bursts, Transfer};
use lcsim_spec::schedule::{GateJob, Param, Program, Target};
use lcsim_spec::timing::{self, GateStage};
use lcsim_spec::{Decision, Score};

/// Registers of an input from G0 to the multiplication.
const ENTERED: usize = GateStage::Multiply as usize;

/// An input on its way to the MACs.
#[derive(Debug, Clone, Copy)]
struct Input {
    pooled: i32,
    weight_word: usize,
    first: bool,
    last: bool,
}

/// An output on its way to the live list. `value` is the result of the stage before.
#[derive(Debug, Clone, Copy)]
struct Output {
    index: usize,
    value: i32,
}

/// Signals of other units that the gate unit reads.
pub(crate) struct GateView<'a> {
    pub program: &'a Program,
    pub pool: &'a [i32],
    pub now: u64,
    /// Whether the run is forced open. Then scores of 0 are listed like any other, and the L-Net
    /// never skips.
    pub forced_open: bool,
}

#[derive(Debug)]
pub(crate) struct GateUnit {
    job: Option<usize>,
    group: usize,
    step: usize,
    /// The number of outputs that have not left P8 (logits: P3).
    remaining: usize,
    /// The transfer of weights from DRAM, and the bursts of the weights that have been used.
    transfer: Option<(Transfer, Bursts)>,
    /// Inputs behind G0 to G4.
    entered: [Option<Input>; ENTERED],
    products: Vec<i32>,
    product: Option<Input>,
    accumulators: Vec<i32>,
    finished: bool,
    leaving: Vec<i32>,
    left: usize,
    next_output: usize,
    read: Option<Output>,
    biased: Option<Output>,
    shifted: Option<Output>,
    rounded: Option<Output>,
    narrow: Option<Output>,
    scaled: Option<Output>,
    score: Option<Output>,
    pub lists: [LiveList; 2],
    /// The L-Net's score, as soon as it is known.
    pub lscore: Option<Score>,
    pub scores: Vec<Score>,
    /// The scores of a gate's first layer, which the second one reads.
    hidden: Vec<Score>,
    pub logits: Vec<i32>,
    /// The scores that the job takes instead of those that it computes.
    pub given: Vec<Score>,
}

impl GateUnit {
    pub fn new(macs: usize) -> Self {
        Self {
            job: None,
            group: 0,
            step: 0,
            remaining: 0,
            transfer: None,
            entered: [None; ENTERED],
            products: vec![0; macs],
            product: None,
            accumulators: vec![0; macs],
            finished: false,
            leaving: vec![0; macs],
            left: 0,
            next_output: 0,
            read: None,
            biased: None,
            shifted: None,
            rounded: None,
            narrow: None,
            scaled: None,
            score: None,
            lists: Default::default(),
            lscore: None,
            scores: vec![],
            hidden: vec![],
            logits: vec![],
            given: vec![],
        }
    }

    /// Starts a job. `transfer` has the weights that come from DRAM, and counts their bursts.
    pub fn start(&mut self, index: usize, job: &GateJob, transfer: Option<(Transfer, Bursts)>) {
        self.transfer = transfer;
        (self.job, self.group, self.step) = (Some(index), 0, 0);
        (self.remaining, self.next_output) = (job.outputs, 0);
        if job.reads_hidden {
            self.hidden.clone_from(&self.scores);
        }
        self.scores.clear();
        match job.target {
            Target::Block(_) => self.lscore = None,
            Target::Channels(list) => self.lists[list.index()] = LiveList::default(),
            Target::Classes => self.logits.clear(),
            Target::Hidden => {}
        }
    }

    /// Runs a job without layers, whose scores are all given. It ends in the cycle of its start.
    pub fn take_given(&mut self, index: usize, job: &GateJob, forced_open: bool, activity: &mut Activity) {
        self.start(index, job, None);
        for output in 0..job.outputs {
            self.deliver(job, Output { index: output, value: 0 }, forced_open, activity);
        }
    }

    /// The index of the job that was started last.
    pub fn last(&self) -> Option<usize> {
        self.job
    }

    /// The index of the job whose outputs have not all left.
    pub fn running(&self) -> Option<usize> {
        self.job.filter(|_| self.remaining > 0)
    }

    /// Runs one clock edge, the last stage first. Without a job it does nothing.
    pub fn tick(&mut self, view: &GateView, activity: &mut [Activity]) {
        let Some(index) = self.running() else { return };
        let job = &view.program.gates[index];
        let activity = &mut activity[job.layer.index()];
        self.finish_outputs(view, job, activity);
        self.accumulate(view, job, activity);
        self.issue(view, job, activity);
    }

    fn param(view: &GateView, job: &GateJob, output: usize) -> Param {
        let base = job.fc.as_ref().map_or(0, |fc| fc.param_base);
        view.program.gate_params[base + output]
    }

    /// Runs the stages P8 to P1.
    fn finish_outputs(&mut self, view: &GateView, job: &GateJob, activity: &mut Activity) {
        if let Some(o) = self.score.take() {
            activity.scores += 1;
            self.deliver(job, o, view.forced_open, activity);
        }
        // Logits leave behind P2.
        if let Some(decision) = job.decision {
            self.score = self.scaled.take().map(|o| {
                let score = arithmetic::score(o.value, decision.least());
                let steps = matches!(decision, Decision::Step { .. }) && score > Score::ZERO;
                Output { value: (if steps { Score::ONE } else { score }).to_bits().into(), ..o }
            });
        }
        self.scaled = self.narrow.take().map(|o| {
            let multiplier = i32::from(Self::param(view, job, o.index).multiplier);
            Output { value: o.value * multiplier, ..o }
        });
        let biased = self.biased.take();
        if job.target == Target::Classes {
            if let Some(o) = biased {
                self.logits.push(o.value);
                self.remaining -= 1;
            }
        } else {
            self.narrow = self.rounded.take();
            self.rounded = self.shifted.take();
            self.shifted = biased.map(|o| {
                let shift = Self::param(view, job, o.index).shift;
                Output { value: arithmetic::narrow(o.value, shift), ..o }
            });
        }
        self.biased = self.read.take().map(|o| {
            let bias = Self::param(view, job, o.index).bias;
            Output { value: o.value + bias, ..o }
        });
        if self.left > 0 {
            let index = self.next_output;
            activity.gate_weight_read += if job.target == Target::Classes { 4 } else { 7 };
            self.read = Some(Output { index, value: self.leaving[0] });
            self.leaving.rotate_left(1);
            (self.left, self.next_output) = (self.left - 1, index + 1);
        }
    }

    /// P8: writes a score above 0 to the live list, or makes the L-Net's score visible.
    fn deliver(&mut self, job: &GateJob, o: Output, forced_open: bool, activity: &mut Activity) {
        let score = self.given.get(o.index).copied().unwrap_or(Score::from_bits(o.value as u16));
        self.scores.push(score);
        self.remaining -= 1;
        match job.target {
            Target::Channels(list) => {
                let list = &mut self.lists[list.index()];
                if score > Score::ZERO || forced_open {
                    list.channels.push(o.index);
                    list.scores.push(score);
                    activity.list_write += LiveList::ENTRY_BYTES;
                }
                list.done = self.remaining == 0;
            }
            Target::Block(_) => self.lscore = Some(score),
            Target::Classes | Target::Hidden => {}
        }
    }

    /// Runs the stages P0 and G6 to G1.
    fn accumulate(&mut self, view: &GateView, job: &GateJob, activity: &mut Activity) {
        if std::mem::take(&mut self.finished) {
            self.leaving.copy_from_slice(&self.accumulators);
            self.left = (job.outputs - self.next_output).min(self.leaving.len());
        }
        if let Some(input) = self.product.take() {
            for (acc, p) in self.accumulators.iter_mut().zip(&self.products) {
                *acc = p + if input.first { 0 } else { *acc };
            }
            self.finished = input.last;
        }
        if let Some(input) = self.entered[ENTERED - 1].take() {
            let macs = self.products.len();
            // Without inputs there are no weights either. The group then has only its biases.
            let weights = view.program.gate_weights.get(input.weight_word * macs..(input.weight_word + 1) * macs);
            for (i, p) in self.products.iter_mut().enumerate() {
                *p = weights.map_or(0, |w| i32::from(w[i])) * input.pooled;
            }
            activity.gate_weight_read += macs as u64;
            self.product = Some(input);
        }
        self.entered.rotate_right(1);
    }

    /// Whether the weight byte at this address is on chip.
    fn arrived(&mut self, view: &GateView, byte: usize) -> bool {
        let Some((transfer, used)) = &mut self.transfer else { return true };
        let mut needed = *used;
        needed.touch(byte, self.products.len());
        let arrived = view.now >= transfer.arrival(needed.count);
        if arrived {
            *used = needed;
        }
        arrived
    }

    /// Runs G0. A group takes the longer of two times: until its inputs have entered, and until the
    /// outputs of the group before have left.
    fn issue(&mut self, view: &GateView, job: &GateJob, activity: &mut Activity) {
        let macs = self.products.len();
        if self.group * macs >= job.outputs {
            return;
        }
        let Some(fc) = &job.fc else { return };
        let inputs = job.list.map_or(fc.inputs, |l| self.lists[l.index()].channels.len());
        let slots = inputs.max(1);
        if self.step < slots {
            let (first, last) = (self.step == 0, self.step + 1 == slots);
            let mut input = Input { pooled: 0, weight_word: 0, first, last };
            if self.step < inputs {
                let channel = match job.list {
                    Some(list) => self.lists[list.index()].channels[self.step],
                    None => self.step,
                };
                if !self.arrived(view, (self.group * fc.inputs + channel) * macs) {
                    return;
                }
                if job.list.is_some() {
                    activity.list_read += LiveList::ENTRY_BYTES;
                }
                let word = job.pool_region * view.program.config.gate.channels + self.step;
                let sum = if job.reads_hidden { self.hidden[self.step].to_bits().into() } else { view.pool[word] };
                input.pooled = arithmetic::pooled(sum, fc.pool_shift);
                input.weight_word = fc.weight_base + self.group * fc.inputs + channel;
                activity.pool_read += 4;
                activity.gate_macs += macs.min(fc.outputs - self.group * macs) as u64;
            }
            self.entered[0] = Some(input);
        }
        self.step += 1;
        if self.step >= timing::gate_period(inputs, macs) {
            (self.step, self.group) = (0, self.group + 1);
        }
    }
}
