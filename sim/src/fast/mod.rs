//! The `fast` engine: the same values and the same counts as `stepped`, computed layer by layer.
//!
//! `values` runs the network, whatever the accelerator, and gives the gates' decisions; `timing`
//! says from those alone what every unit does when. A property test holds the two engines equal in
//! every value, cycle and counter.

mod conv;
mod convolution;
mod counts;
mod depthwise;
#[cfg(target_arch = "x86_64")]
mod direct;
mod gate;
mod input;
mod pass;
mod product;
mod requantize;
#[cfg(test)]
mod tests;
mod timing;
mod values;

pub(crate) use values::Network;

use crate::outcome::{Mode, Outcome};
use lcsim_spec::schedule::Program;
use lcsim_spec::{GateDecision, Trace};
use std::cell::Cell;
use timing::{Counted, Timeline};

thread_local! {
    static TIMING: Cell<timing::Buffers> = Cell::default();
    static VALUES: Cell<values::Buffers> = Cell::default();
}

/// Lends buffers of this thread to `work`. Who asks meanwhile - a matrix product may run the work
/// of another image - gets empty ones.
fn lend<B: Default, T>(buffers: &'static std::thread::LocalKey<Cell<B>>, work: impl FnOnce(&mut B) -> T) -> T {
    let mut lent = buffers.take();
    let result = work(&mut lent);
    buffers.set(lent);
    result
}

/// Runs one image.
pub(crate) fn run(network: &Network, program: &Program, image: &[i8], mode: Mode, keep_maps: bool) -> Outcome {
    let trace = lend(&VALUES, |buffers| network.infer(image, mode, keep_maps, buffers));
    let counted = replay(program, &trace.gates, mode);
    Outcome { class: trace.class(), trace, ..counted }
}

/// What these decisions cost; the outcome has no values.
pub(crate) fn replay(program: &Program, decisions: &[GateDecision], mode: Mode) -> Outcome {
    let counted = lend(&TIMING, |buffers| Timeline::run(program, decisions, mode, buffers));
    let Counted { cycles, layers, ends, dram_busy } = counted;
    Outcome { class: 0, trace: Trace::default(), cycles, layers, ends, dram_busy }
}
