//! The float reference. It computes the network with exact gates, really skips, and counts the MACs
//! that it needs.
//!
//! ```
//! use lcsim_golden::float::{normalize, run};
//! # use lcsim_golden::model::{Conv, Fc, Layer, Network};
//! # use lcsim_spec::Shape;
//! # let input = Shape { channels: 1, height: 4, width: 4 };
//! # let output = Shape { channels: 2, ..input };
//! # let (name, kernel, stride, pad, relu) = ("stem".to_owned(), [3, 3], [1, 1], [1, 1], Some(f32::INFINITY));
//! # let (depthwise, weights, bias) = (false, vec![0.1; 2 * 9], vec![0.0; 2]);
//! # let stem = Conv { name, input, output, kernel, stride, pad, relu, depthwise, weights, bias };
//! # let (name, weights, bias) = ("fc".to_owned(), vec![1.0, 0.0, 0.0, 1.0, 1.0, 1.0], vec![0.0, 0.5, 0.0]);
//! # let classifier = Fc { name, inputs: 2, outputs: 3, weights, bias };
//! # let (name, mean, std, layers) = ("tiny".to_owned(), vec![0.5], vec![0.25], vec![Layer::Conv(stem)]);
//! # let network = Network { name, input, mean, std, layers, classifier };
//!
//! let pixels = normalize(&network, &[255; 16]);
//! assert_eq!(pixels[0], (1.0 - 0.5) / 0.25);
//! let found = run(&network, &pixels)?;
//! assert_eq!(found.class(), 2);
//! assert_eq!(found.macs, network.dense_macs(), "a network without gates skips nothing");
//! # Ok::<(), lcsim_golden::float::Overflow>(())
//! ```

mod activations;
mod run;

pub(crate) use activations::finite;
pub use activations::{Activations, Overflow};
pub(crate) use run::Run;

use crate::Error;
use crate::model::Network;
use crate::operators::{self, gate};
use lcsim_spec::GateDecision;
use lcsim_spec::work::expect_memory as expect;

pub use crate::operators::image::float::normalize;

/// Checks that the system has the memory to run `images` images at the same time. Each image keeps
/// all of its maps.
///
/// # Errors
/// [`Error::Memory`] if it does not.
pub fn expect_memory(net: &Network, images: usize) -> Result<(), Error> {
    let maps: usize = net.convs().map(|c| 2 * c.output.len()).sum();
    let bytes = (size_of::<f32>() * images) as u64 * (net.input.len() + maps) as u64;
    let what = format!("{images} images at a time");
    expect(what, bytes).map_err(|source| Error::Memory { path: net.name.clone(), source })
}

/// Runs a valid network on a normalised image.
///
/// # Errors
/// Returns the first [`Overflow`].
pub fn run(net: &Network, x: &[f32]) -> Result<Activations, Overflow> {
    run_given(net, x, &[])
}

/// Like [`run`], for a network whose gates take the `given` scores.
///
/// # Errors
/// Returns the first [`Overflow`].
///
/// # Panics
/// If a gate has no scores in `given`.
pub fn run_given(net: &Network, x: &[f32], given: &[GateDecision]) -> Result<Activations, Overflow> {
    finite("input", x)?;
    let mut run = Run { found: Activations::default(), given };
    let mut map = x.to_vec();
    for layer in &net.layers {
        map = operators::compute(layer, &mut run, map)?;
    }
    let mut a = run.found;
    a.logits = gate::float::connect(&net.classifier, &gate::float::pool(&net.classifier, &map));
    finite(&net.classifier.name, &a.logits)?;
    a.macs += net.classifier.weights.len() as u64;
    Ok(a)
}
