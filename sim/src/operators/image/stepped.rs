//! The image port in the `stepped` engine, word by word.

use crate::engine::Machine;
use lcsim_spec::schedule::Op;

impl Machine<'_> {
    /// Starts to load the image.
    pub(crate) fn start_image(&mut self) {
        (self.image_fetched, self.array_busy) = (Some(0), true);
    }

    /// Records that the image is loaded.
    pub(crate) fn end_image(&mut self, op: Op) {
        self.layers[op.layer.index()].live = self.program.image.channels as u64;
    }

    /// Writes one word to the scratch memory in each cycle. A word has the channels of a pixel, in
    /// as many copies as the rows can use.
    pub(crate) fn tick_image(&mut self) {
        let Some(fetched) = self.image_fetched else { return };
        let (shape, region) = (self.program.image, self.program.image_region);
        let (words, pixels, banks) = (self.program.image_words(), shape.pixels(), self.program.config.banks());
        self.image_fetched = (fetched < words * pixels).then_some(fetched + 1);
        // A word is written in the cycle after it was fetched.
        let Some(word) = fetched.checked_sub(1) else { return };
        let (pixel, part) = (word / words, word % words);
        for copy in 0..self.program.image_copies {
            for entry in (part * banks..(part + 1) * banks).take_while(|e| *e < shape.channels) {
                let value = self.image[entry * pixels + pixel];
                let bank = copy * shape.channels + entry % banks;
                self.memories.scratch.write(self.now, bank, region.base + part * pixels + pixel, value);
                self.activity[0].scratch_write += 1;
            }
        }
    }
}
