//! Runs one image: its values and its costs.

use super::run::{Network, ValueBuffers};
use super::timeline::{Buffers, Counted, Timeline};
use crate::outcome::{Image, Mode, Outcome};
use lcsim_spec::schedule::Program;
use lcsim_spec::{GateDecision, Trace};
use std::cell::Cell;

thread_local! {
    static TIMING: Cell<Buffers> = Cell::default();
    static VALUES: Cell<ValueBuffers> = Cell::default();
}

/// Lends this thread's buffers to `work`. If the same thread asks again in the meantime, it gets
/// empty buffers: a matrix product can run the work of another image while it waits.
fn lend<B: Default, T>(buffers: &'static std::thread::LocalKey<Cell<B>>, work: impl FnOnce(&mut B) -> T) -> T {
    let mut lent = buffers.take();
    let result = work(&mut lent);
    buffers.set(lent);
    result
}

/// Runs one image.
pub(crate) fn run(network: &Network, program: &Program, image: Image, mode: Mode, keep_maps: bool) -> Outcome {
    let trace = lend(&VALUES, |buffers| network.infer(image, mode, keep_maps, buffers));
    let counted = replay(program, &trace.gates, mode);
    Outcome { class: trace.class(), trace, ..counted }
}

/// Computes the costs of an image with these decisions. The outcome has no values.
pub(crate) fn replay(program: &Program, decisions: &[GateDecision], mode: Mode) -> Outcome {
    let counted = lend(&TIMING, |buffers| Timeline::run(program, decisions, mode, buffers));
    let Counted { cycles, layers, ends, dram_busy } = counted;
    Outcome { class: 0, trace: Trace::default(), cycles, layers, ends, dram_busy }
}
