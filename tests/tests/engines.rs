//! The `fast` engine equals the `stepped` one in every value, cycle and counter.

use lcsim_golden::{container, integer};
use lcsim_sim::{Engine, Image, Mode, Outcome, Simulator};
use lcsim_spec::schedule::{Memory, MoveJob, Program};
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use lcsim_tests::random::{self, Rng, accelerator, accelerator_with_dram, any_plan, cramped, plan, starved};
use lcsim_tests::repository;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

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

/// Bytes for residual stream, maps inside blocks, and the image that waits.
fn small_memories() -> impl Strategy<Value = [usize; 3]> {
    [1usize..300, 1..300, 1..600]
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
    fn fast_equals_stepped_with_dram_and_poolings(
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

    #[test]
    fn fast_equals_stepped_with_maps_off_chip(
        plan in any_plan(),
        config in accelerator_with_dram(),
        [filters, gates] in any::<[bool; 2]>(),
        maps in small_memories(),
    ) {
        let (net, image) = (plan.build(), plan.image());
        let config = cramped(&net, starved(&net, config, filters, gates), maps);
        for mode in [Mode::Gated, Mode::ForcedOpen] {
            same(&net, &config, &image, mode)?;
        }
    }

    /// Gates whose scores come with the image, with layers and without: both engines, and values as
    /// the reference computes them.
    #[test]
    fn given_decisions_are_taken(
        plan in any_plan(),
        config in accelerator_with_dram(),
        [filters, gates] in any::<[bool; 2]>(),
        seed in any::<u64>(),
        forced_open in any::<bool>(),
    ) {
        let (mut net, image) = (plan.build(), plan.image());
        let given = random::given(&mut net, seed);
        prop_assert_eq!(net.validate(), Ok(()));
        let config = starved(&net, config, filters, gates);
        let (mode, expected) = if forced_open {
            (Mode::ForcedOpen, integer::Mode::ForcedOpen)
        } else {
            (Mode::Gated, integer::Mode::Gated)
        };
        let image = Image { pixels: &image, given: &given };
        let fast = Simulator::new(&net, &config).expect("it fits").trace_given(image, mode);
        let stepped = Simulator::stepped(&net, &config).expect("it fits").trace_given(image, mode);
        prop_assert_eq!(&fast, &stepped);
        prop_assert_eq!(&fast.trace, &integer::run_given(&net, image.pixels, &given, expected));
        for taken in &fast.trace.gates {
            let wanted = given.iter().find(|decision| decision.gate == taken.gate);
            prop_assert!(wanted.is_none_or(|wanted| wanted == taken));
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

/// What the property of maps off chip is tested on has them, in bands, in both memories and in both
/// directions.
#[test]
fn small_memories_hold_no_maps() {
    let mut runner = TestRunner::deterministic();
    let mut seen = [0; 5];
    for _ in 0..400 {
        let strategy = (any_plan(), accelerator_with_dram(), small_memories());
        let (plan, config, maps) = strategy.new_tree(&mut runner).expect("no filters").current();
        let net = plan.build();
        let program = Program::new(&net, &cramped(&net, config, maps)).expect("it fits");
        let moves = |test: fn(&MoveJob) -> bool| usize::from(program.moves.iter().any(test));
        seen[0] += usize::from(program.convs.iter().any(|c| c.band.first_row > 0));
        seen[1] += moves(|m| m.stores);
        seen[2] += moves(|m| m.copies);
        seen[3] += moves(|m| m.buffer.memory == Memory::Stream);
        seen[4] += usize::from(program.image_off_chip.is_some());
    }
    assert!(seen.iter().all(|n| *n >= 10), "{seen:?}");
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
