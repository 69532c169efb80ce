//! Shows each cycle to a recorder: the registers as they are at the beginning of the cycle. Nothing
//! here writes a register.

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
    /// The number of the cycle, counted from 0.
    pub number: u64,
    /// The line of the report to which the cycle is charged.
    pub layer: LayerId,
    /// The reason to which the cycle is charged.
    pub spent: Spent,
    /// The index of the instruction in [`lcsim_spec::schedule::Program::ops`]. At the end of the
    /// program it is the number of instructions.
    pub pc: usize,
    /// What the controller does.
    pub controller: ControllerState,
    /// Whether the slot register has a pixel.
    pub slot_valid: bool,
    /// Whether the slot is of the first fold over its pixel.
    pub slot_first: bool,
    /// Whether the slot is of the last fold over its pixel.
    pub slot_last: bool,
    /// Whether the next fold becomes active after this slot.
    pub slot_swap: bool,
    /// The output pixel. `None` for a bubble.
    pub pixel: Option<usize>,
    /// The position of the fold that has this pixel.
    pub place: Option<Place>,
    /// Whether the streamer has a fold.
    pub streaming: bool,
    /// The loader's state.
    pub loader: LoaderState,
    /// The index of the loader's convolution in [`lcsim_spec::schedule::Program::convs`], and the
    /// position of the fold that the loader works on.
    pub loads: (usize, Place),
    /// Whether the image port works.
    pub image_port: bool,
    /// The line of the report for which the DRAM transfers bytes.
    pub dram: Option<LayerId>,
    /// Whether the pooling unit works.
    pub pooling: bool,
    /// The index of the gate unit's job in [`lcsim_spec::schedule::Program::gates`].
    pub gate: Option<usize>,
    /// The L-Net's score, as soon as it is known.
    pub lscore: Option<Score>,
    /// Column 0: the sum of the accumulator and the partial sum that leaves the array. On the first
    /// fold it is the partial sum alone.
    pub sum: i32,
    /// Column 0: the last output before its write-back.
    pub output: i8,
}

impl Machine<'_> {
    /// Runs the image, and calls `see` for each cycle.
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
