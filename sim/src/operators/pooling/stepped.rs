//! A pooling in the `stepped` engine: how it starts, and the values that it gave.

use super::unit::Pooler;
use crate::engine::Machine;
use lcsim_spec::schedule::{Op, pool_region};

impl Machine<'_> {
    /// Starts a pooling.
    pub(crate) fn start_pool(&mut self, index: usize) {
        let banks = self.program.config.banks();
        (self.pooler, self.array_busy) = (Some(Pooler::new(index, &self.program.pools[index], banks)), true);
    }

    /// Runs the unit's clock edge.
    pub(crate) fn tick_pool(&mut self) {
        let Some(unit) = &mut self.pooler else { return };
        let job = &self.program.pools[unit.job];
        let channels = self.program.config.gate.channels;
        let pool = &mut self.pool[pool_region(job.dst) * channels..][..channels];
        let activity = &mut self.activity[job.layer.index()];
        if !unit.tick(self.now, job, &mut self.memories.stream, pool, activity) {
            self.pooler = None;
        }
    }

    /// Records the values of a pooling that has ended.
    pub(crate) fn end_pool(&mut self, op: Op, index: usize) {
        let job = &self.program.pools[index];
        let shape = job.pool.windows.output;
        self.layers[op.layer.index()].live = shape.channels as u64;
        if self.open.keep_maps {
            let map: Vec<i8> = (0..shape.channels).flat_map(|c| self.entry(job.dst, shape, c)).collect();
            self.keep(op, job.band, shape, &map);
        }
    }
}
