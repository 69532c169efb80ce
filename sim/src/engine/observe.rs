//! What an observer notes down without touching a port: values, decisions, and when each
//! instruction ended.

use super::gate::LiveList;
use super::machine::{Machine, Sampled};
use crate::outcome::{Mode, Outcome, Probe};
use lcsim_spec::schedule::{Band, ConvJob, Op, Purpose, Region, Unit};
use lcsim_spec::{GateDecision, Score, Shape};

impl Machine<'_> {
    pub(super) fn begin_observing(&mut self, op: Op) {
        match op.unit {
            Unit::Gate(_) => self.open.gate = Some(op),
            Unit::LoadImage | Unit::Conv(_) | Unit::MaxPool(_) => self.open.array = Some(op),
            Unit::Move(_) => {}
        }
    }

    pub(super) fn observe_ends(&mut self, sampled: &Sampled) {
        if sampled.gate_running.is_none()
            && let Some(op) = self.open.gate.take()
        {
            self.end(op);
        }
        if !sampled.array_busy
            && let Some(op) = self.open.array.take()
        {
            self.end(op);
        }
    }

    fn end(&mut self, op: Op) {
        self.ends.push((op.layer, self.now));
        match op.unit {
            Unit::LoadImage => self.layers[op.layer.index()].live = self.program.image.channels as u64,
            Unit::Conv(conv) => {
                let job = &self.program.convs[conv];
                let live = job.outputs.map_or(job.output.channels, |l| self.gate.lists[l].channels.len());
                self.layers[op.layer.index()].live = live as u64;
                if self.open.keep_maps {
                    self.keep(op, job.band, job.output, &self.map(job));
                }
            }
            Unit::Gate(gate) => self.end_gate(op, gate),
            Unit::MaxPool(index) => {
                let job = &self.program.max_pools[index];
                let shape = job.windows.output;
                self.layers[op.layer.index()].live = shape.channels as u64;
                if self.open.keep_maps {
                    let map: Vec<i8> = (0..shape.channels).flat_map(|c| self.entry(job.dst, shape, c)).collect();
                    self.keep(op, job.band, shape, &map);
                }
            }
            Unit::Move(_) => {}
        }
    }

    /// Adds a band's rows to the trace's map; the first band makes it.
    fn keep(&mut self, op: Op, band: Band, rows: Shape, values: &[i8]) {
        let whole = Shape { height: band.of, ..rows };
        if band.first_row == 0 {
            self.trace.maps.push((self.program.layers[op.layer.index()].name.clone(), vec![0; whole.len()]));
        }
        let Some((_, map)) = self.trace.maps.last_mut() else { return };
        for (channel, values) in values.chunks_exact(rows.pixels()).enumerate() {
            map[channel * whole.pixels() + band.first_row * rows.width..][..rows.pixels()].copy_from_slice(values);
        }
    }

    fn end_gate(&mut self, op: Op, gate: usize) {
        let job = &self.program.gates[gate];
        if job.purpose == Purpose::Classifier {
            self.layers[op.layer.index()].live = job.outputs as u64;
            self.trace.logits = self.gate.logits.clone();
            return;
        }
        let scores = self.gate.scores.clone();
        self.layers[op.layer.index()].live = scores.iter().filter(|s| **s > Score::ZERO).count() as u64;
        if job.purpose == Purpose::LNet {
            self.layers[op.layer.index()].skips = scores == [Score::ZERO] && self.mode == Mode::Gated;
        }
        self.trace.gates.push(GateDecision { gate: self.program.layers[op.layer.index()].name.clone(), scores });
    }

    /// A convolution's output map in channel order; 0 where a compacted map has no entry.
    fn map(&self, job: &ConvJob) -> Vec<i8> {
        let mut map = vec![0; job.output.len()];
        let entries: Vec<usize> = match job.outputs {
            Some(list) if !job.natural => self.gate.lists[list].channels.clone(),
            _ => (0..job.output.channels).collect(),
        };
        for (entry, channel) in entries.into_iter().enumerate() {
            let pixels = job.output.pixels();
            map[channel * pixels..][..pixels].copy_from_slice(&self.entry(job.dst, job.output, entry));
        }
        map
    }

    fn entry(&self, region: Region, shape: Shape, entry: usize) -> Vec<i8> {
        let banks = self.program.config.banks();
        let memory = self.memories.of(region.memory);
        let word = region.base + entry / banks * region.plane;
        (0..shape.pixels()).map(|p| memory.peek(entry % banks, word + p)).collect()
    }

    pub(super) fn peek(&self) -> Probe {
        let map = |job: &ConvJob| (self.program.layers[job.layer.index()].name.clone(), self.map(job));
        let list = |list: &LiveList| list.channels.iter().copied().zip(list.scores.iter().copied()).collect();
        Probe {
            maps: self.program.convs.iter().map(map).collect(),
            lists: self.gate.lists.each_ref().map(list),
            lscore: self.gate.lscore,
            logits: self.gate.logits.clone(),
        }
    }

    pub(super) fn outcome(mut self) -> Outcome {
        self.fetcher.drop_ahead(self.program, &mut self.activity);
        for (layer, activity) in self.layers.iter_mut().zip(&self.activity) {
            layer.activity = *activity;
        }
        let class = self.trace.class();
        let dram_busy = self.fetcher.busy();
        Outcome { class, trace: self.trace, cycles: self.now, layers: self.layers, ends: self.ends, dram_busy }
    }
}
