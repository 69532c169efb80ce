//! The `fast` engine: the same values and the same counts as `stepped`, computed layer by layer.
//!
//! `values` runs the network, whatever the accelerator, and gives the gates' decisions; `timing` says from those alone what
//! every unit does when. A property test holds the two engines equal in every value, cycle and counter.

mod conv;
mod counts;
mod product;
mod timing;
mod values;

pub(crate) use values::Network;

use crate::Mode;
use crate::engine::Outcome;
use lcsim_spec::schedule::Program;
use lcsim_spec::{GateDecision, Trace};
use timing::{Counted, Timeline};

/// Runs one image.
pub(crate) fn run(network: &Network, program: &Program, image: &[i8], mode: Mode, keep_maps: bool) -> Outcome {
    let trace = network.infer(image, mode, keep_maps);
    let counted = replay(program, &trace.gates, mode);
    Outcome { class: trace.class(), trace, ..counted }
}

/// What these decisions cost; the outcome has no values.
pub(crate) fn replay(program: &Program, decisions: &[GateDecision], mode: Mode) -> Outcome {
    let Counted { cycles, layers, ends, dram_busy } = Timeline::run(program, decisions, mode);
    let trace = Trace { gates: decisions.to_vec(), ..Trace::default() };
    Outcome { class: 0, trace, cycles, layers, ends, dram_busy }
}
