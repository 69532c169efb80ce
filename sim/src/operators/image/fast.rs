//! The timing of the image port.

use super::counts;
use crate::fast::Timeline;
use lcsim_spec::schedule::LayerId;
use lcsim_spec::timing::IMAGE_WRITE;

impl Timeline<'_> {
    /// Loads the image. A word is written in the cycle after it was fetched.
    pub(crate) fn image(&mut self, at: u64) {
        let words = self.program.image_depth() as u64;
        let works = words + IMAGE_WRITE as u64;
        self.ends_before(at + 1 + works, LayerId::new(0));
        let layer = &mut self.layers[0];
        layer.cycles.input = works;
        layer.live = self.program.image.channels as u64;
        counts::image(&mut self.buffers.activities[0], self.program);
    }
}
