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

use crate::engine::Outcome;
use crate::{Mode, fast::timing::Timeline};
use lcsim_spec::schedule::Program;

/// Runs one image.
pub(crate) fn run(network: &Network, program: &Program, image: &[i8], mode: Mode, keep_maps: bool) -> Outcome {
    let trace = network.infer(image, mode, keep_maps);
    let counted = Timeline::run(program, &trace.gates, mode);
    let class = trace.class();
    Outcome { class, trace, cycles: counted.cycles, layers: counted.layers, ends: counted.ends }
}
