//! Bit-exact integer inference, untimed: what the accelerator must compute, written down without
//! it.
//!
//! The formats and roundings are those of `lcsim_spec::number`.

mod run;

pub use run::Mode;
pub(crate) use run::{Map, Run, narrow};

use crate::operators::{self, gate, image};
use lcsim_spec::{QuantNetwork, Trace};

/// Runs one image (`[channel][row][column]`, quantised by
/// [`lcsim_spec::InputSpec::quantize_image`]).
pub fn run(net: &QuantNetwork, image: &[i8], mode: Mode) -> Trace {
    run_counted(net, image, mode).0
}

/// Like [`run`], with the MACs executed by convolutions and classifier.
pub fn run_counted(net: &QuantNetwork, image: &[i8], mode: Mode) -> (Trace, u64) {
    let mut run = Run { mode, trace: Trace::default(), macs: 0 };
    let mut stream = image::integer::map(net.input.shape, image);
    for layer in &net.layers {
        stream = operators::infer(layer, &mut run, stream);
    }
    run.trace.logits = gate::integer::accumulators(&net.classifier, &stream);
    run.macs += net.classifier.weights.len() as u64;
    (run.trace, run.macs)
}
