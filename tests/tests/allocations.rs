//! What the `fast` engine allocates for an image, once it has seen some: what the outcome holds,
//! and nothing for a layer.

use allocation_counter::measure;
use lcsim_golden::container;
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::{AcceleratorConfig, GateDecision};
use lcsim_tests::random::{Rng, starved};
use lcsim_tests::repository;
use std::ops::RangeInclusive;

/// The list of decisions, logits, lines of the report, and ends of instructions. On some processors
/// the matrix product takes a block for each image.
const OUTCOME: RangeInclusive<u64> = 4..=5;

/// Allocations of an image, and the decisions of its gates; with all weights on chip, or with none.
fn of_an_image(model: &str, on_chip: bool) -> (u64, Vec<GateDecision>) {
    let net = container::load(&repository(&format!("models/{model}.safetensors"))).expect("shipped");
    let config = AcceleratorConfig::read(&repository("configs/imagenet-32x32.toml")).expect("shipped");
    let config = starved(&net, config, !on_chip, !on_chip);
    let simulator = Simulator::new(&net, &config).expect("it fits");
    let mut rng = Rng::new(1);
    let image: Vec<i8> = (0..net.input.shape.len()).map(|_| rng.int8()).collect();
    for _ in 0..20 {
        simulator.run(&image, Mode::Gated);
    }
    let mut decisions = Vec::new();
    // The least of some images: where products are matrix products, the queue of their thread pool
    // takes a block now and then.
    let image = || measure(|| decisions = simulator.run(&image, Mode::Gated).trace.gates).count_total;
    let allocated = std::iter::repeat_with(image).take(10).min().unwrap_or(0);
    (allocated, decisions)
}

#[test]
fn a_layer_allocates_nothing() {
    for (model, layers) in [("resnet14-dense", 14), ("resnet20-dense", 20), ("resnet32-dense", 32)] {
        for on_chip in [true, false] {
            let (allocated, decisions) = of_an_image(model, on_chip);
            assert_eq!(decisions, []);
            // A network without gates has an empty list of decisions.
            assert!(OUTCOME.contains(&(allocated + 1)), "{layers} layers, on chip: {on_chip}: {allocated}");
        }
    }
}

#[test]
fn a_gate_allocates_its_name_and_its_scores() {
    for model in ["resnet8-lcnet", "resnet20-lcnet-40", "resnet20-lcnet-60"] {
        for on_chip in [true, false] {
            let (allocated, decisions) = of_an_image(model, on_chip);
            assert!(!decisions.is_empty());
            let others = allocated - 2 * decisions.len() as u64;
            assert!(OUTCOME.contains(&others), "{model}, on chip: {on_chip}: {others} besides gates'");
        }
    }
}
