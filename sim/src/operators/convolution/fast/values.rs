//! The values of a convolution.

use super::requantize::Kept;
use crate::fast::{Keep, Map, Run, ValueBuffers, WHOLE};
use lcsim_spec::Conv;
use lcsim_spec::schedule::Reads;

impl Run<'_> {
    /// Computes a convolution outside any branch.
    pub(crate) fn plain(&mut self, c: &Conv, x: &Map) -> Map {
        let mut out = self.map(c.relu);
        self.convolve(c, x, &WHOLE, Reads::Nothing, &mut out);
        self.note(&c.name, c.output, &out);
        self.conv += 1;
        out
    }

    /// Computes the channels of `keep` into `out`. If `out` already has all channels, each result
    /// goes to its channel. Otherwise the results are stored densely.
    pub(crate) fn convolve(&mut self, c: &Conv, x: &Map, keep: &Keep, base: Reads, out: &mut Map) {
        let ValueBuffers { scratch, sums, requantizer, .. } = &mut *self.buffers;
        let live = keep.live.as_deref();
        let scores = keep.decision.map(|d| &self.trace.gates[d].scores[..]);
        self.network.filters[self.conv].accumulate(c, &x.read(), live, scratch, sums);
        let kept = Kept { live, scores, lscore: keep.lscore };
        match base {
            Reads::Nothing => {
                out.entries = live.map_or(c.output.channels, <[usize]>::len);
                requantizer.store(c, &kept, sums, &mut out.values);
            }
            Reads::AsStored | Reads::Rectified => {
                requantizer.add(c, &kept, base == Reads::Rectified, sums, &mut out.values);
            }
        }
    }
}
