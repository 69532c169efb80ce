//! The integer reference: bit-exact inference without any timing. It says what the accelerator has
//! to compute, and knows no accelerator.
//!
//! The formats and roundings are those of `lcsim_spec::number`.
//!
//! ```
//! use lcsim_golden::integer::{Mode, run_counted};
//! use lcsim_golden::synthetic::network;
//!
//! let net = network("resnet8", true).ok_or("no such network")?;
//! let image = net.input.quantize_image(&vec![128; net.input.shape.len()]);
//! let (trace, macs) = run_counted(&net, &image, Mode::ForcedOpen);
//! assert_eq!(trace.gates.len(), net.gates().count(), "every gate is evaluated");
//! assert_eq!(macs, net.dense_macs(), "and nothing is skipped");
//! # Ok::<(), &str>(())
//! ```

mod run;

pub use run::Mode;
pub(crate) use run::{Map, Run, narrow};

use crate::operators::{self, gate, image};
use lcsim_spec::{GateDecision, QuantNetwork, Trace};

/// Runs one image (`[channel][row][column]`, quantised by
/// [`lcsim_spec::InputSpec::quantize_image`]).
pub fn run(net: &QuantNetwork, image: &[i8], mode: Mode) -> Trace {
    run_counted(net, image, mode).0
}

/// Like [`run`], for a network whose gates take the `given` scores.
///
/// # Panics
/// If a gate has no scores in `given`.
pub fn run_given(net: &QuantNetwork, image: &[i8], given: &[GateDecision], mode: Mode) -> Trace {
    infer(net, image, given, mode).0
}

/// Like [`run`]. Also returns the MACs that convolutions and classifier executed.
pub fn run_counted(net: &QuantNetwork, image: &[i8], mode: Mode) -> (Trace, u64) {
    infer(net, image, &[], mode)
}

fn infer(net: &QuantNetwork, image: &[i8], given: &[GateDecision], mode: Mode) -> (Trace, u64) {
    let mut run = Run { mode, given, trace: Trace::default(), macs: 0 };
    let mut stream = image::integer::map(net.input.shape, image);
    for layer in &net.layers {
        stream = operators::infer(layer, &mut run, stream);
    }
    run.trace.logits = gate::integer::accumulators(&net.classifier, &stream);
    run.macs += net.classifier.weights.len() as u64;
    (run.trace, run.macs)
}
