//! What the library does with models and images of the user's.

use crate::repository;
use lcsim::{Accelerator, Images, Network, Options, Progress, Shape, Steps, simulate};

#[test]
fn a_float_model_runs_when_it_is_quantised_and_is_the_same_when_it_is_read_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let saved = folder.path().join("q.safetensors");
    let float = Network::open(repository("models/resnet8-lcnet.onnx")).expect("read");
    let images = Images::embedded().expect("embedded");
    let (accelerator, options) = (Accelerator::named("8x8").expect("embedded"), Options::default().threads(1));
    let few = images.clone().take(2);
    let refused = simulate(&float, &accelerator, &few, &options).expect_err("float").to_string();
    assert!(refused.contains("resnet8-lcnet.onnx: is a float model"), "{refused}");
    let network = float.quantize(&images.skip(2).take(8)).expect("quantised");
    network.save(&saved).expect("written");
    let again = Network::open(&saved).expect("read");
    let reports = [&network, &again].map(|network| simulate(network, &accelerator, &few, &options).expect("simulated"));
    assert_eq!(reports[0], reports[1]);
    assert!(float.with_threshold(0.5).is_err() && network.with_threshold(1.5).is_err());
}

#[test]
fn arrays_are_images_if_their_lengths_agree() {
    let shape = Shape { channels: 3, height: 32, width: 32 };
    let (network, accelerator) =
        (Network::embedded().expect("embedded"), Accelerator::named("16x16").expect("embedded"));
    let run = |images: &Images| simulate(&network, &accelerator, images, &Options::default());
    let images = Images::from_arrays(shape, vec![90; 2 * shape.len()], &[0, 9]).expect("two images");
    assert_eq!(run(&images).expect("simulated").images, 2);
    let none = run(&images.skip(2)).expect_err("none is left").to_string();
    assert_eq!(none, "arrays: expected an image at least, found none");
    let short = Images::from_arrays(shape, vec![90; 5], &[0]).expect_err("too short").to_string();
    assert_eq!(short, "arrays: pixels: expected 3072, 1 images of 3x32x32, found 5");
}

/// Stops the work at once.
struct Stop;

impl Progress for Stop {
    fn begin(&self, _: u64, _: &'static str) -> Box<dyn Steps + '_> {
        Box::new(Self)
    }
}

impl Steps for Stop {
    fn advance(&self, _: u64) {}
    fn stop(&self) -> bool {
        true
    }
}

#[test]
fn work_that_is_stopped_is_no_failure() {
    let (network, accelerator) =
        (Network::embedded().expect("embedded"), Accelerator::named("16x16").expect("embedded"));
    let images = Images::embedded().expect("embedded").take(3);
    let error = simulate(&network, &accelerator, &images, &Options::default().progress(&Stop)).expect_err("stopped");
    assert!(error.is_interrupted(), "{error}");
}
