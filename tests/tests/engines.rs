//! The `fast` engine equals the `stepped` one in every value, cycle and counter.

use lcsim_golden::container;
use lcsim_sim::{Engine, Mode, Outcome, Simulator};
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use lcsim_tests::random::{Rng, accelerator, accelerator_with_dram, any_plan, plan, starved};
use lcsim_tests::repository;
use proptest::prelude::*;

fn same(net: &QuantNetwork, config: &AcceleratorConfig, image: &[i8], mode: Mode) -> Result<(), TestCaseError> {
    let fast = Simulator::new(net, config).expect("it fits").trace(image, mode);
    let stepped = Simulator::stepped(net, config).expect("it fits").trace(image, mode);
    prop_assert_eq!(&fast.trace, &stepped.trace);
    prop_assert_eq!(&fast.ends, &stepped.ends);
    for (at, (fast, stepped)) in fast.layers.iter().zip(&stepped.layers).enumerate() {
        prop_assert_eq!(fast, stepped, "line {} of the report", at);
    }
    prop_assert_eq!(fast, stepped);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn fast_equals_stepped(plan in plan(), config in accelerator()) {
        let (net, image) = (plan.build(), plan.image());
        for mode in [Mode::Gated, Mode::ForcedOpen] {
            same(&net, &config, &image, mode)?;
        }
    }

    #[test]
    fn fast_equals_stepped_with_dram_and_max_pooling(
        plan in any_plan(),
        config in accelerator_with_dram(),
        [filters, gates] in any::<[bool; 2]>(),
    ) {
        let (net, image) = (plan.build(), plan.image());
        let config = starved(&net, config, filters, gates);
        for mode in [Mode::Gated, Mode::ForcedOpen] {
            same(&net, &config, &image, mode)?;
        }
    }

    /// Decisions of one accelerator cost on another what that one makes of the image itself.
    #[test]
    fn decisions_are_replayed(
        plan in any_plan(),
        configs in [accelerator_with_dram(), accelerator_with_dram()],
        forced_open in any::<bool>(),
    ) {
        let (net, image) = (plan.build(), plan.image());
        let mode = if forced_open { Mode::ForcedOpen } else { Mode::Gated };
        let [from, to] = configs.map(|config| Simulator::new(&net, &starved(&net, config, true, true)).expect("it fits"));
        let replayed = to.replay(&from.run(&image, mode).trace.gates, mode);
        let own = to.run(&image, mode);
        prop_assert_eq!((replayed.cycles, replayed.layers, replayed.ends), (own.cycles, own.layers, own.ends));
    }

    /// With gates forced open, and without gates, every image costs the same.
    #[test]
    fn what_skips_nothing_costs_every_image_the_same(plan in any_plan(), config in accelerator_with_dram()) {
        let (net, image) = (plan.build(), plan.image());
        let config = starved(&net, config, true, true);
        let other: Vec<i8> = image.iter().map(|value| !value).collect();
        let costs = |outcome: Outcome| {
            let layers: Vec<_> = outcome.layers.iter().map(|l| (l.cycles, l.activity, l.executed)).collect();
            (outcome.cycles, layers, outcome.ends, outcome.dram_busy)
        };
        let gated = Simulator::stepped(&net, &config).expect("it fits");
        let ungated = Simulator::stepped(&net.ungated(), &config).expect("it fits");
        for (simulator, mode) in [(gated, Mode::ForcedOpen), (ungated, Mode::Gated)] {
            let expected = costs(simulator.clone().with_engine(Engine::Fast).forced_open(&other));
            prop_assert_eq!(&costs(simulator.forced_open(&image)), &expected);
            prop_assert_eq!(&costs(simulator.run(&image, mode)), &expected);
        }
    }
}

#[test]
fn fast_equals_stepped_on_shipped_models_and_accelerators() {
    let mut rng = Rng::new(1);
    for model in ["resnet8-lcnet", "resnet20-lcnet-40", "resnet20-lcnet-60"] {
        let net = container::load(&repository(&format!("models/{model}.safetensors"))).expect("shipped");
        for config in ["4x4", "8x8", "16x16", "32x32"] {
            let config = AcceleratorConfig::read(&repository(&format!("configs/{config}.toml"))).expect("shipped");
            // Smooth noise: what the gates decide differs from image to image.
            let (a, b, c) = (rng.range(1, 40), rng.range(1, 40), rng.range(-60, 60));
            let image: Vec<i8> = (0..net.input.shape.len() as i64)
                .map(|i| (c + (i % 32) * a % 64 + (i / 32) * b % 64 + rng.range(-9, 9)).clamp(-128, 127) as i8)
                .collect();
            same(&net, &config, &image, Mode::Gated).unwrap_or_else(|e| panic!("{model} on {}: {e}", config.name));
        }
    }
}
