//! Records values, decisions, and the cycle in which each instruction ended. It uses no port, so
//! observing changes nothing.

use super::machine::{Machine, Sampled};
use crate::operators::gate::LiveList;
use crate::outcome::{Outcome, Probe};
use lcsim_spec::Shape;
use lcsim_spec::schedule::{Band, ConvJob, Op, Region};

impl Machine<'_> {
    pub(crate) fn observe_ends(&mut self, sampled: &Sampled) {
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
        self.end_unit(op);
    }

    /// Adds the rows of a band to the map in the trace. The first band creates the map.
    pub(crate) fn keep(&mut self, op: Op, band: Band, rows: Shape, values: &[i8]) {
        let whole = Shape { height: band.of, ..rows };
        if band.first_row == 0 {
            self.trace.maps.push((self.program.layers[op.layer.index()].name.clone(), vec![0; whole.len()]));
        }
        let Some((_, map)) = self.trace.maps.last_mut() else { return };
        for (channel, values) in values.chunks_exact(rows.pixels()).enumerate() {
            map[channel * whole.pixels() + band.first_row * rows.width..][..rows.pixels()].copy_from_slice(values);
        }
    }

    pub(crate) fn entry(&self, region: Region, shape: Shape, entry: usize) -> Vec<i8> {
        let banks = self.program.config.banks();
        let memory = self.memories.of(region.memory);
        let word = region.base + entry / banks * region.plane;
        (0..shape.pixels()).map(|p| memory.peek(entry % banks, word + p)).collect()
    }

    pub(crate) fn peek(&self) -> Probe {
        let map = |job: &ConvJob| (self.program.layers[job.layer.index()].name.clone(), self.map(job));
        let list = |list: &LiveList| list.channels.iter().copied().zip(list.scores.iter().copied()).collect();
        Probe {
            maps: self.program.convs.iter().map(map).collect(),
            lists: self.gate.lists.each_ref().map(list),
            lscore: self.gate.lscore,
            logits: self.gate.logits.clone(),
        }
    }

    pub(crate) fn outcome(mut self) -> Outcome {
        self.fetcher.drop_ahead(self.program, &mut self.activity);
        for (layer, activity) in self.layers.iter_mut().zip(&self.activity) {
            layer.activity = *activity;
        }
        let class = self.trace.class();
        let dram_busy = self.fetcher.busy();
        Outcome { class, trace: self.trace, cycles: self.now, layers: self.layers, ends: self.ends, dram_busy }
    }
}
