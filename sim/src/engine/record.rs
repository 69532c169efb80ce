//! What a recorder sees of each cycle: registers as they stand at its beginning. Nothing here
//! writes one.

use super::controller::ControllerState;
use super::machine::Machine;
use crate::counters::Spent;
use crate::operators::convolution::{LoaderState, Place};
use crate::outcome::Outcome;
use lcsim_spec::Score;
use lcsim_spec::schedule::LayerId;

/// One cycle of the `stepped` engine.
#[derive(Debug, Clone, PartialEq)]
pub struct Cycle {
    /// Counted from 0.
    pub number: u64,
    /// Line of the report that the cycle is charged to.
    pub layer: LayerId,
    /// The layer and the reason that it is charged to.
    pub spent: Spent,
    /// The instruction, of [`lcsim_spec::schedule::Program::ops`]; their number when there is no
    /// further one.
    pub pc: usize,
    /// The controller's action.
    pub controller: ControllerState,
    /// The slot register carries a pixel.
    pub slot_valid: bool,
    /// It is of the first fold over that pixel.
    pub slot_first: bool,
    /// It is of the last one.
    pub slot_last: bool,
    /// The next fold becomes active behind this slot.
    pub slot_swap: bool,
    /// The output pixel; of a bubble, nothing.
    pub pixel: Option<usize>,
    /// The fold of that pixel.
    pub place: Option<Place>,
    /// The streamer has a fold.
    pub streaming: bool,
    /// The loader's state.
    pub loader: LoaderState,
    /// The loader's convolution, of [`lcsim_spec::schedule::Program::convs`], and the fold that it
    /// is about.
    pub loads: (usize, Place),
    /// The image port is at work.
    pub image_port: bool,
    /// Line of the report for which the DRAM is at work.
    pub dram: Option<LayerId>,
    /// The unit for poolings is at work.
    pub pooling: bool,
    /// The gate unit's job, of [`lcsim_spec::schedule::Program::gates`].
    pub gate: Option<usize>,
    /// The L-Net's score, once it is there.
    pub lscore: Option<Score>,
    /// Column 0: accumulator, or what came down its PEs on the first fold, and this fold's part
    /// added to it.
    pub sum: i32,
    /// Column 0: the last output, in front of its write-back.
    pub output: i8,
}

impl Machine<'_> {
    /// Runs the image, and shows each cycle to `see`.
    pub fn watch(mut self, mut see: impl FnMut(&Cycle)) -> Outcome {
        // The slot register has what the streamer issued in the cycle before.
        let mut issued = None;
        loop {
            let cycle = self.cycle(issued);
            issued = self.streamer.place();
            if !self.step() {
                return self.outcome();
            }
            see(&cycle);
        }
    }

    fn cycle(&self, issued: Option<Place>) -> Cycle {
        let sampled = self.sample();
        let (layer, spent) = self.spent(&sampled);
        let slot = self.slots.at(self.now, 0);
        let view = self.loader_view();
        let (sum, output) = self.columns.registers(0);
        Cycle {
            number: self.now,
            layer,
            spent,
            pc: self.pc,
            controller: self.controller(&sampled),
            slot_valid: slot.valid,
            slot_first: slot.valid && slot.first,
            slot_last: slot.valid && slot.last,
            slot_swap: slot.swap,
            pixel: slot.valid.then_some(slot.pixel),
            place: issued.filter(|_| slot.valid),
            streaming: self.streamer.busy(),
            loader: self.loader.state(&view),
            loads: self.loader.at(),
            image_port: self.image_fetched.is_some(),
            dram: self.fetcher.arriving(self.program, self.now),
            pooling: self.pooler.is_some(),
            gate: sampled.gate_running,
            lscore: sampled.lscore,
            sum,
            output,
        }
    }
}
