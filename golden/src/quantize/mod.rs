//! Calibration and int8 quantisation.
//!
//! Weights are symmetric, with one scale for each output channel. The classifier has one scale for
//! all its weights, so that its logits can be compared. The scale of a map is the one for which
//! rounding and clipping give the smallest mean square error over the calibration images. Maps that
//! are added share one scale: the residual stream of a stage, and the projection that begins it.
//! The upper bound of a ReLU6 becomes the saturation of its map, so the scale of this map is at
//! most 6 / 127.
//!
//! Rounding the weights of a gate changes its scores. The gate's bias corrects the mean of this
//! change over the calibration images. Pooled channels vary little around means that are far from
//! 0, so the change is nearly constant.
//!
//! ```
//! use lcsim_golden::integer::{Mode, run};
//! use lcsim_golden::quantize::quantize;
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
//! let quantized = quantize(&network, &[vec![255; 16], vec![100; 16]])?;
//! let trace = run(&quantized, &quantized.input.quantize_image(&[255; 16]), Mode::Gated);
//! let logits: Vec<f32> = trace.logits.iter().map(|&step| step as f32 * quantized.logit_scale).collect();
//! assert_eq!(trace.class(), 2);
//! assert!((logits[2] - 2.5).abs() < 0.05, "the float network computes 2.5, the integer one {}", logits[2]);
//! # Ok::<(), lcsim_golden::Error>(())
//! ```

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

/// Quantises `net`. The ranges of its activations come from `images`, which are bytes channel by
/// channel in the shape of the network's input.
///
/// # Errors
/// [`Error::Invalid`] if there are no images, if an image has another length, or if a scale cannot
/// be represented. [`Error::Memory`] if the system cannot give the memory.
pub fn quantize(net: &Network, images: &[Vec<u8>]) -> Result<QuantNetwork, Error> {
    quantize_watched(net, images, &|| ())
}

/// Like [`quantize`]. Calls `done` after each image, from any thread.
///
/// # Errors
/// The errors of [`quantize`].
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
