//! The float reference: what the network computes with exact gates, and the MACs that it really
//! needs.

mod activations;

pub(crate) use activations::finite;
pub use activations::{Activations, Overflow};

use crate::Error;
use crate::model::Network;
use crate::operators::{self, gate};
use lcsim_spec::work::expect_memory as expect;

pub use crate::operators::image::float::normalize;

/// Asks the system for the memory of so many images at a time: each keeps all of its maps.
///
/// # Errors
/// [`Error::Memory`].
pub fn expect_memory(net: &Network, images: usize) -> Result<(), Error> {
    let maps: usize = net.convs().map(|c| 2 * c.output.len()).sum();
    let bytes = (size_of::<f32>() * images) as u64 * (net.input.len() + maps) as u64;
    let what = format!("{images} images at a time");
    expect(what, bytes).map_err(|source| Error::Memory { path: net.name.clone(), source })
}

/// Runs a valid network on a normalised image.
///
/// # Errors
/// The first [`Overflow`].
pub fn run(net: &Network, x: &[f32]) -> Result<Activations, Overflow> {
    finite("input", x)?;
    let mut a = Activations::default();
    let mut map = x.to_vec();
    for layer in &net.layers {
        map = operators::compute(layer, &mut a, map)?;
    }
    a.logits = gate::float::connect(&net.classifier, &gate::float::pool(&net.classifier, &map));
    finite(&net.classifier.name, &a.logits)?;
    a.macs += net.classifier.weights.len() as u64;
    Ok(a)
}
