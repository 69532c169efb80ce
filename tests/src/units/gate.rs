//! The gate unit: values by the formulas of "Numbers", cycles by T and the stage table.

use super::numbers::{beyond16, multiplier, round, sat16, shift, tie};
use crate::bench::Script;
use crate::random::Rng;
use lcsim_hdl::{Kind, Part, unit};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::number::{ACC_BOUND, POOLED_BITS, SCORE_SHIFT};
use lcsim_spec::timing::{self, GateStage, REGISTERED_ANSWER};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Purpose {
    LNet,
    /// Writes this list.
    CNet(usize),
    Classifier,
}

/// A live list.
#[derive(Debug, Clone, Default)]
struct List {
    channels: Vec<i64>,
    /// Channels of the map that it is a part of.
    of: i64,
}

struct Job {
    purpose: Purpose,
    /// Channels of the pooled map; those that are read.
    inputs: i64,
    read: Vec<i64>,
    list: Option<usize>,
    outputs: i64,
    pool_shift: i64,
    threshold: i64,
    step: bool,
    weight_base: i64,
    param_base: i64,
    open: bool,
    /// All scores are 0.
    closed: bool,
}

struct Gate<'a> {
    config: &'a AcceleratorConfig,
    script: Script,
    rng: Rng,
    lists: [List; 2],
    /// Cycle from which on the unit is seen as idle.
    idle: usize,
    /// Ports that keep a value: which, since when.
    kept: Vec<(&'static str, i64, usize)>,
}

/// `jobs` random layers.
pub fn gate(config: &AcceleratorConfig, jobs: usize, seed: u64) -> (Part, Script) {
    let part = unit(config, Kind::Gate);
    let silent = ["o_list_write0", "o_list_write1", "o_score_valid", "o_logit_valid", "o_running"];
    let script = Script::new("gate unit", &part, seed, &["i_start"], &silent);
    let idle = script.start();
    let known = ["o_length0", "o_length1", "o_done0", "o_done1", "o_lscore_valid"].map(|p| (p, 0, idle));
    // Of the score nothing is said before there is one.
    let kept = known.into_iter().chain([("o_lscore", 0, usize::MAX), ("o_skip", 0, usize::MAX)]).collect();
    let mut gate = Gate { config, script, rng: Rng::new(seed), lists: Default::default(), idle, kept };
    for _ in 0..jobs {
        gate.job();
    }
    gate.script.drive(gate.idle + 3, "i_start", 0);
    for (port, _, _) in gate.kept.clone() {
        gate.keep(port, 0, gate.idle + 3);
    }
    (part, gate.script)
}

impl Gate<'_> {
    fn choose(&mut self) -> Job {
        let most = self.config.gate.channels as i64;
        let rng = &mut self.rng;
        let (few, macs) = (rng.range(1, 9), self.config.gate.macs as i64);
        let outputs = rng.pick(&[few, macs, macs + 1, most]).min(most);
        let purpose = match rng.range(0, 4) {
            0 => Purpose::LNet,
            4 => Purpose::Classifier,
            list => Purpose::CNet(list as usize % 2),
        };
        let list = match purpose {
            // The list that is written is not read.
            Purpose::CNet(written) => 1 - written,
            _ => rng.range(0, 1) as usize,
        };
        let list = Some(list).filter(|l| self.lists[*l].of > 0 && rng.once_in(2));
        let inputs = list.map_or(rng.pick(&[1, few, macs, most]), |l| self.lists[l].of);
        // An empty list is what the next layer then reads.
        let closed = rng.once_in(4);
        let step = rng.once_in(3);
        // A step has a threshold above 0.
        let threshold = rng.pick(&[0, 0, 1, 2, 16384, 32767, 32768]).max(i64::from(step));
        Job {
            purpose,
            inputs,
            read: list.map_or((0..inputs).collect(), |l| self.lists[l].channels.clone()),
            list,
            outputs: if purpose == Purpose::LNet { 1 } else { outputs },
            pool_shift: rng.pick(&[0, 1, 7, 15]).max(rng.range(0, 12)),
            threshold,
            step,
            weight_base: rng.range(0, 1 << 20),
            param_base: rng.range(0, 1 << 20),
            open: !closed && rng.once_in(4),
            closed,
        }
    }

    fn job(&mut self) {
        let job = self.choose();
        let start = self.idle + self.rng.pick(&[0, 0, 1, 7]);
        let region = self.rng.range(0, 2);
        let (code, out) = match job.purpose {
            Purpose::LNet => (0, 0),
            Purpose::CNet(list) => (1, list as i64),
            Purpose::Classifier => (2, 0),
        };
        let fields = [
            ("purpose", code),
            ("inputs", job.inputs),
            ("outputs", job.outputs),
            ("list_on", i64::from(job.list.is_some())),
            ("in_list", job.list.unwrap_or(0) as i64),
            ("out_list", out),
            ("pool_region", region),
            ("pool_shift", job.pool_shift),
            ("threshold", job.threshold),
            ("step", i64::from(job.step)),
            ("weight_base", job.weight_base),
            ("param_base", job.param_base),
        ];
        self.script.drive(start, "i_start", 1);
        for (field, value) in fields {
            self.script.drive(start, &format!("i_job_{field}"), value);
            self.script.hold(&format!("i_job_{field}"), value);
        }
        self.script.hold("i_forced_open", i64::from(job.open));
        match job.purpose {
            Purpose::LNet => self.keep("o_lscore_valid", 0, start + 1),
            Purpose::CNet(list) => {
                self.keep(["o_length0", "o_length1"][list], 0, start + 2);
                self.keep(["o_done0", "o_done1"][list], 0, start + 2);
                self.lists[list] = List { channels: vec![], of: job.outputs };
            }
            Purpose::Classifier => {}
        }
        let slots = (job.read.len() as i64).max(1);
        let macs = self.config.gate.macs as i64;
        let period = timing::gate_period(slots as usize, macs as usize);
        let mut end = 0;
        for group in 0..(job.outputs as usize).div_ceil(macs as usize) {
            let first = start + 1 + group * period;
            let sums = self.inputs(&job, region, group as i64, first);
            let last = first + slots as usize - 1;
            for (o, sum) in sums.into_iter().enumerate() {
                let output = group * macs as usize + o;
                if (output as i64) < job.outputs {
                    end = self.output(&job, output as i64, sum, last + timing::gate_output(GateStage::Parameters, o));
                }
            }
        }
        for cycle in start + 1..=end {
            self.script.expect(cycle, "o_running", 1);
        }
        if let Purpose::CNet(list) = job.purpose {
            self.keep(["o_done0", "o_done1"][list], 1, end + 1);
        }
        self.idle = end + 1;
    }

    /// G0 to G6 of a group whose first input enters in `first`: the sums of its outputs.
    fn inputs(&mut self, job: &Job, region: i64, group: i64, first: usize) -> Vec<i64> {
        let macs = self.config.gate.macs;
        let mut sums = vec![0; macs];
        // A pool sum is a byte for each word of a bank.
        let sums_end = 128 * self.config.stream_depth().max(self.config.scratch_depth()).next_power_of_two() as i64;
        let most = ((1 << POOLED_BITS) - 1).min((sums_end - 1) >> job.pool_shift);
        for (i, channel) in job.read.iter().enumerate() {
            let (g0, script) = (first + i, &mut self.script);
            // A pooled value, and any sum that is rounded to it.
            let pooled = if most == 0 { 0 } else { self.rng.within(most) };
            let half = 1 << job.pool_shift >> 1;
            let sum = (pooled << job.pool_shift) + self.rng.range(-half, (half - 1).max(-half));
            let sum = sum.clamp(-sums_end, sums_end - 1);
            script.expect(g0 + GateStage::Pool as usize, "o_pool_region", region);
            script.expect(g0 + GateStage::Pool as usize, "o_pool_channel", i as i64);
            script.drive(g0 + GateStage::Pool as usize + REGISTERED_ANSWER, "i_pool", sum);
            if let Some(list) = job.list {
                script.expect(g0 - 1, "o_list_address", i as i64);
                script.drive(g0 - 1 + REGISTERED_ANSWER, &format!("i_channel{list}"), *channel);
            }
            script.expect(
                g0 + GateStage::Weight as usize,
                "o_weight_address",
                job.weight_base + group * job.inputs + channel,
            );
            for (lane, total) in sums.iter_mut().enumerate() {
                let weight = i64::from(self.rng.int8());
                script.drive(
                    g0 + GateStage::Weight as usize + REGISTERED_ANSWER,
                    &format!("i_weights[{lane}/{macs}]"),
                    weight,
                );
                *total += weight * round(sum, job.pool_shift);
            }
        }
        sums
    }

    /// P1 to P8 of an output whose P1 is in `p1`; gives its last cycle.
    fn output(&mut self, job: &Job, output: i64, sum: i64, p1: usize) -> usize {
        let most = ACC_BOUND - 1 - sum.abs();
        let rng = &mut self.rng;
        let (m, s, total) = match rng.range(0, 4) {
            _ if job.closed => (multiplier(rng), shift(rng), -ACC_BOUND / 4),
            // Scores about 0, 1/32768 and 1: with a multiplier of 2^12 the score is the shifted sum
            // itself.
            0 | 1 => {
                let (near, m) = rng.pick(&[(0, 4096), (1, 4096), (32767, 4096), (16384, 8192), (16383, 8192)]);
                let s = rng.pick(&[0, 1, 7]);
                (m, s, (near << s) + rng.range(-1, 1))
            }
            2 => {
                let m = 2 * rng.range(0, (1 << 14) - 1) + 1;
                (m, 0, tie(rng, m, i64::from(SCORE_SHIFT)))
            }
            3 => {
                let (m, s) = (multiplier(rng), shift(rng));
                (m, s, beyond16(rng, s))
            }
            _ => (multiplier(rng), shift(rng), sum + rng.within(most)),
        };
        let bias = (total - sum).clamp(-most, most);
        let script = &mut self.script;
        script.expect(p1 - 1, "o_param_address", job.param_base + output);
        for (port, value) in [("i_bias", bias), ("i_multiplier", m), ("i_shift", s)] {
            script.drive(p1 - 1 + REGISTERED_ANSWER, port, value);
        }
        let total = sum + bias;
        if job.purpose == Purpose::Classifier {
            let leaves = p1 + GateStage::Shift as usize - GateStage::Parameters as usize;
            script.expect(leaves, "o_logit_valid", 1);
            script.expect(leaves, "o_logit", total);
            return leaves;
        }
        let score = round(sat16(round(total, s)) * m, i64::from(SCORE_SHIFT)).clamp(0, 1 << 15);
        let score = match score {
            score if score < job.threshold => 0,
            _ if job.step => 1 << 15,
            score => score,
        };
        let p8 = p1 + GateStage::Score as usize - GateStage::Parameters as usize;
        script.expect(p8, "o_score_valid", 1);
        script.expect(p8, "o_score", score);
        match job.purpose {
            Purpose::CNet(list) if score > 0 || job.open => self.entry(list, output, p8),
            Purpose::LNet => {
                self.keep("o_lscore", score, p8 + 1);
                self.keep("o_skip", i64::from(score == 0), p8 + 1);
                self.keep("o_lscore_valid", 1, p8 + 1);
            }
            _ => {}
        }
        p8
    }

    /// An entry of a live list: the channel, where its weights are and where it belongs.
    fn entry(&mut self, list: usize, channel: i64, p8: usize) {
        let (cols, banks) = (self.config.array.cols as i64, self.config.banks() as i64);
        let script = &mut self.script;
        script.expect(p8, ["o_list_write0", "o_list_write1"][list], 1);
        script.expect(p8, "o_list_write_address", self.lists[list].channels.len() as i64);
        for (field, value) in [
            ("channel", channel),
            ("group", channel / cols),
            ("lane", channel % cols),
            ("bank", channel % banks),
            ("row", channel / banks),
        ] {
            script.expect(p8, &format!("o_entry_{field}"), value);
        }
        self.lists[list].channels.push(channel);
        let length = self.lists[list].channels.len() as i64;
        self.keep(["o_length0", "o_length1"][list], length, p8 + 1);
    }

    /// From this cycle on, a port shows another value; until then the one before.
    fn keep(&mut self, port: &'static str, value: i64, from: usize) {
        let Some(kept) = self.kept.iter_mut().find(|k| k.0 == port) else { unreachable!("{port}") };
        let before = std::mem::replace(kept, (port, value, from));
        for cycle in before.2..from {
            self.script.expect(cycle, port, before.1);
        }
    }
}
