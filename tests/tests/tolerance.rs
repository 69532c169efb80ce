//! Integer inference against the float reference, under named tolerances.
//!
//! Networks and images come from fixed seeds, so that a tail that was not measured cannot fail the
//! test by chance.

use lcsim_golden::float::{self, Activations};
use lcsim_golden::{Network, container, integer, model, onnx, quantize};
use lcsim_input::{Count, Dataset, Expected};
use lcsim_spec::number::REQUANT_SHIFT;
use lcsim_spec::{self as quant, QuantNetwork, Trace};
use lcsim_tests::onnx_builder::{Rng, Spec, Style, build, mobile};
use lcsim_tests::repository;
use prost::Message;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Bound on the error of a logit, over the largest |logit| of the image: 1600 images of the
/// networks of seeds 0 to 399 have a mean of 0.0041, and the worst has 0.036.
const LOGIT_ERROR: f64 = 0.04;
/// Bound on the mean of that error.
const MEAN_LOGIT_ERROR: f64 = 0.005;
/// The same bounds for networks in the manner of MobileNetV2: the 400 images have a mean of 0.0017,
/// and the worst has 0.0072.
const MOBILE_ERROR: f64 = 0.015;
/// See [`MOBILE_ERROR`].
const MEAN_MOBILE_ERROR: f64 = 0.003;
/// Networks of one test run, the first of those measured.
const NETWORKS: u64 = 100;
/// Held-out images of each network.
const IMAGES: usize = 4;
/// Few images miss the range of a last map of a few pixels: with 8, the worst error is 0.22.
const CALIBRATION: usize = 64;
/// Bound on the mean |error| of a map of the embedded model, over the map's root mean square: the
/// worst of the nine has 0.061, the others 0.013 to 0.040.
const MAP_ERROR: f64 = 0.08;
/// Least share of the images whose class is the float reference's: all of the first 50 are.
const SAME_CLASS: f64 = 0.96;
/// Largest share of maps that only one of the two computes, 8 of 398 here: an L-Net's score near 0
/// may round to 0.
const ABSENT: f64 = 0.05;

fn image(rng: &mut Rng, len: usize) -> Vec<u8> {
    (0..len).map(|_| rng.below(256) as u8).collect()
}

fn run_integer(net: &QuantNetwork, image: &[u8]) -> Trace {
    integer::run(net, &net.input.quantize_image(image), integer::Mode::Gated)
}

/// Of each held-out image of a network that `build` makes of a spec, the largest error of a logit
/// over the largest |logit| of the float reference.
fn logit_errors(seed: u64, build: impl Fn(&Spec) -> Vec<u8>) -> Vec<f64> {
    let mut rng = Rng::new(seed ^ 0xC0FFEE);
    let size = [5 + rng.below(6), 5 + rng.below(6)];
    let spec = Spec { seed, blocks: 1 + rng.below(3), depth: 2 + rng.below(2), size };
    let net = onnx::import_bytes(&build(&spec), "random").expect("a network");
    let calibration: Vec<Vec<u8>> = (0..CALIBRATION).map(|_| image(&mut rng, net.input.len())).collect();
    let quantized = quantize::quantize(&net, &calibration).expect("any random network can be quantised");
    let error = |image: Vec<u8>| {
        let exact = float::run(&net, &float::normalize(&net, &image)).expect("finite").logits;
        let found = run_integer(&quantized, &image).logits;
        let errors = found.iter().zip(&exact).map(|(&q, f)| (q as f32 * quantized.logit_scale - f).abs());
        f64::from(errors.fold(0.0, f32::max) / exact.iter().fold(0.0, |m: f32, f| m.max(f.abs())))
    };
    (0..IMAGES).map(|_| error(image(&mut rng, net.input.len()))).collect()
}

/// The mean and the worst error of a logit have to be below these.
fn assert_close(errors: &[f64], [mean_below, worst_below]: [f64; 2]) {
    let worst = errors.iter().copied().fold(0.0, f64::max);
    let mean = errors.iter().sum::<f64>() / errors.len() as f64;
    println!("mean {mean:.4}, worst {worst:.4}");
    assert!(worst < worst_below, "the worst logit is off by {worst:.4}");
    assert!(mean < mean_below, "the mean logit is off by {mean:.4}");
}

#[test]
fn logits_of_random_networks_are_close_to_the_float_reference() {
    let errors: Vec<f64> =
        (0..NETWORKS).flat_map(|seed| logit_errors(seed, |spec| build(spec, Style::PLAIN))).collect();
    assert_close(&errors, [MEAN_LOGIT_ERROR, LOGIT_ERROR]);
}

/// Bounds from nearly 0 to beyond most values: clips that were not kept would show.
#[test]
fn logits_of_random_mobile_networks_are_close_to_the_float_reference() {
    let clipped = |spec: &Spec| {
        let max = 0.25 + Rng::new(spec.seed).below(12) as f32 / 4.0;
        mobile(spec, Style::PLAIN, max).encode_to_vec()
    };
    let errors: Vec<f64> = (0..NETWORKS).flat_map(|seed| logit_errors(seed, clipped)).collect();
    assert_close(&errors, [MEAN_MOBILE_ERROR, MOBILE_ERROR]);
}

fn models() -> PathBuf {
    repository("models")
}

/// Real value of one step of each stored map: what the multipliers of its convolution make of the
/// steps of its input.
fn map_scales(net: &Network, quantized: &QuantNetwork) -> BTreeMap<String, f64> {
    let mut scales = BTreeMap::new();
    let out = |scales: &mut BTreeMap<String, f64>, f: &model::Conv, q: &quant::Conv, x: f64| {
        let fan_in = f.weights.len() / f.bias.len();
        // By the channel with the largest weight: a channel of zeros has no scale of its own.
        let largest = f.weights.chunks(fan_in).map(|w| w.iter().fold(0f32, |m, w| m.max(w.abs())));
        let (channel, largest) = largest.enumerate().fold((0, 0.0), |a, b| if b.1 > a.1 { b } else { a });
        let step = f64::from(largest) / 127.0 * x;
        let scale =
            step / f64::from(q.multiplier[channel]) * f64::from(u32::from(q.shift[channel]) + REQUANT_SHIFT).exp2();
        scales.insert(q.name.clone(), scale);
        scale
    };
    let mut stream = f64::from(quantized.input.scale);
    for layers in net.layers.iter().zip(&quantized.layers) {
        stream = match layers {
            (model::Layer::Conv(f), quant::Layer::Conv(q)) => out(&mut scales, f, q, stream),
            (model::Layer::Block(f), quant::Layer::Block(q)) => {
                if let (Some(f), Some(q)) = (&f.shortcut, &q.shortcut) {
                    out(&mut scales, f, q, stream);
                }
                let last = f.convs.iter().zip(&q.convs).fold(stream, |x, (f, q)| out(&mut scales, &f.conv, &q.conv, x));
                // In place, the sum keeps the steps of the stream; a multiplier at its limit would
                // tell another.
                let sum = if q.shortcut.is_some() { last } else { stream };
                scales.extend(q.convs.last().map(|g| (g.conv.name.clone(), sum)));
                sum
            }
            _ => panic!("the quantised network has another structure"),
        };
    }
    scales
}

/// Whether readers of each map apply ReLU to it.
fn relus(net: &QuantNetwork) -> BTreeMap<&str, bool> {
    let mut relus: BTreeMap<&str, bool> = net.convs().map(|c| (c.name.as_str(), c.relu)).collect();
    for layer in &net.layers {
        if let quant::Layer::Block(b) = layer {
            relus.extend(b.convs.last().map(|g| (g.conv.name.as_str(), b.relu)));
        }
    }
    relus
}

#[test]
fn every_map_of_the_embedded_model_is_close_to_the_float_reference() {
    let net = onnx::import(&models().join("resnet8-lcnet.onnx")).expect("the float model");
    let quantized = container::load(&models().join("resnet8-lcnet.safetensors")).expect("the quantised model");
    let data = Dataset::open("embedded", None).expect("the embedded images");
    let images = data.select(0, Count::Exactly(50), &Expected::by_float(&net)).expect("50 images");
    let (scales, relus) = (map_scales(&net, &quantized), relus(&quantized));
    // Of each map, sums of |error| and of squares, and elements.
    let mut sums: BTreeMap<String, (f64, f64, u64)> = BTreeMap::new();
    let (mut same_class, mut absent, mut maps_run) = (0, 0, 0);
    for image in &images {
        let Activations { maps, logits, .. } =
            float::run(&net, &float::normalize(&net, &image.pixels)).expect("finite");
        let trace = run_integer(&quantized, &image.pixels);
        let best = (0..logits.len()).max_by(|&a, &b| logits[a].total_cmp(&logits[b]));
        same_class += u32::from(best == Some(trace.class()));
        let exact: BTreeMap<String, Vec<f32>> = maps.into_iter().collect();
        maps_run += exact.len();
        absent += exact.keys().filter(|name| trace.maps.iter().all(|(n, _)| n != *name)).count();
        for (name, stored) in &trace.maps {
            let Some(exact) = exact.get(name) else {
                absent += 1;
                continue;
            };
            let sum = sums.entry(name.clone()).or_default();
            let seen = |v: f64| if relus[name.as_str()] { v.max(0.0) } else { v };
            for (&q, &f) in stored.iter().zip(exact) {
                let (found, exact) = (seen(f64::from(q) * scales[name]), seen(f64::from(f)));
                *sum = (sum.0 + (found - exact).abs(), sum.1 + exact * exact, sum.2 + 1);
            }
        }
    }
    assert_eq!(sums.len(), quantized.convs().count(), "every map is compared");
    for (name, (error, squares, n)) in &sums {
        let error = error / *n as f64 / (squares / *n as f64).sqrt();
        println!("{name} {error:.4}");
        assert!(error < MAP_ERROR, "map of {name} is off by {error:.4}");
    }
    println!("{same_class} same classes, {absent} of {maps_run} maps absent");
    assert!(f64::from(same_class) >= SAME_CLASS * images.len() as f64, "{same_class} classes of {}", images.len());
    assert!(absent as f64 <= ABSENT * maps_run as f64, "{absent} maps of {maps_run} are absent on one side");
}

#[test]
fn no_filter_is_lost() {
    // One branch of this model has weights so large that its multipliers meet their limit.
    let net = onnx::import(&models().join("resnet8-lcnet.onnx")).expect("the float model");
    let mut rng = Rng::new(1);
    let images: Vec<Vec<u8>> = (0..4).map(|_| image(&mut rng, net.input.len())).collect();
    let quantized = quantize::quantize(&net, &images).expect("quantised");
    for conv in quantized.convs() {
        assert!(conv.multiplier.iter().all(|&m| m > 0), "{} loses a channel", conv.name);
    }
}

#[test]
fn gates_keep_their_mean_scores() {
    // The weights of these gates are large where pooled channels are steady: without the correction
    // of the biases, rounding them shifts scores by up to 0.37 in the mean over the images.
    let net = onnx::import(&models().join("resnet20-lcnet-40.onnx")).expect("the float model");
    let quantized = container::load(&models().join("resnet20-lcnet-40.safetensors")).expect("the quantised model");
    let data = Dataset::open("embedded", None).expect("the embedded images");
    let images = data.select(0, Count::Exactly(60), &Expected::by_float(&net)).expect("60 images");
    // Of each output of each gate: the sum of the differences, and images.
    let mut sums: BTreeMap<(String, usize), (f64, u32)> = BTreeMap::new();
    for image in &images {
        let exact: BTreeMap<String, Vec<f32>> =
            float::run(&net, &float::normalize(&net, &image.pixels)).expect("finite").scores.into_iter().collect();
        for decision in run_integer(&quantized, &image.pixels).gates {
            let Some(exact) = exact.get(&decision.gate) else { continue };
            for (output, (found, exact)) in decision.scores.iter().zip(exact).enumerate() {
                let sum = sums.entry((decision.gate.clone(), output)).or_default();
                *sum = (sum.0 + found.to_num::<f64>() - f64::from(*exact), sum.1 + 1);
            }
        }
    }
    let often = sums.iter().filter(|(_, (_, n))| *n >= 20);
    let shifts: Vec<f64> = often.map(|(_, (sum, n))| (sum / f64::from(*n)).abs()).collect();
    let mean = shifts.iter().sum::<f64>() / shifts.len() as f64;
    println!("{} outputs, mean shift {mean:.4}, worst {:.4}", shifts.len(), shifts.iter().copied().fold(0.0, f64::max));
    assert!(mean < 0.005, "scores are shifted by {mean:.4}");
}
