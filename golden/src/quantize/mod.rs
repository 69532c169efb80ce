//! Calibration and int8 quantisation.
//!
//! A gate's bias makes up for what rounding its weights does in the mean over the calibration
//! images: pooled channels vary little around means that are far from 0, so the error of a weight
//! is nearly a constant.
//!
//! Weights are symmetric per output channel (the classifier's per tensor, so that logits compare).
//! A map's scale is the one whose rounding and clipping errors over the calibration images have the
//! smallest mean square. Maps that are added share one scale: the residual stream of a stage, with
//! the projection that opens it. The clip of a ReLU6 is the saturation of its map, whose scale is
//! therefore at most 6 / 127.

mod calibrate;
mod scales;
mod seen;

pub(crate) use scales::{multiplier, to_bias, to_i8, weight_scales};
pub(crate) use seen::{Quantizer, Stream};

use crate::Error;
use crate::float;
use crate::model::Network;
use crate::operators::{self, gate, image};
use lcsim_spec::QuantNetwork;

/// Quantises `net` with activation ranges from `images` (channel-major bytes of the network's input
/// shape).
///
/// # Errors
/// [`Error::Invalid`] without images, for an image of another length, or where a scale cannot be
/// represented; [`Error::Memory`].
pub fn quantize(net: &Network, images: &[Vec<u8>]) -> Result<QuantNetwork, Error> {
    quantize_watched(net, images, &|| ())
}

/// Like [`quantize`]; calls `done` after each image, from any thread.
///
/// # Errors
/// Those of [`quantize`].
pub fn quantize_watched(net: &Network, images: &[Vec<u8>], done: &(dyn Fn() + Sync)) -> Result<QuantNetwork, Error> {
    let invalid = |item: &str, expected: String, found: String| {
        Err(Error::Invalid { path: net.name.clone(), item: item.into(), expected, found })
    };
    if images.is_empty() {
        return invalid("calibration", "at least 1 image".into(), "0".into());
    }
    if let Some(image) = images.iter().find(|i| i.len() != net.input.len()) {
        return invalid(
            "calibration image",
            format!("{} bytes ({})", net.input.len(), net.input),
            image.len().to_string(),
        );
    }
    let threads = rayon::current_num_threads().min(images.len());
    float::expect_memory(net, threads)?;
    let seen = calibrate::calibrate(net, images, done);
    if let Some((image, overflow)) = seen.overflow {
        return Err(Error::Overflow { path: net.name.clone(), image, overflow });
    }
    let quantizer = Quantizer { net, seen };
    let input = image::quantise::input_spec(net);
    let mut map = Stream { shape: net.input, scale: f64::from(input.scale) };
    let mut layers = Vec::new();
    for i in 0..net.layers.len() {
        let (layer, out) = operators::quantise(&net.layers[i..], &quantizer, map)?;
        layers.push(layer);
        map = out;
    }
    let (classifier, logit_scale) = gate::quantise::classifier(&net.classifier, &quantizer, map)?;
    let name = net.name.clone();
    let quantized = QuantNetwork { name, input, layers, classifier, logit_scale: logit_scale as f32 };
    quantized.validate().map_err(|source| Error::Network { path: net.name.clone(), source })?;
    Ok(quantized)
}
