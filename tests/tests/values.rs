//! The simulator against integer golden, bit for bit, on random networks, arrays and gate
//! decisions.

use lcsim_golden::{integer, onnx, quantize};
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::{AcceleratorConfig, QuantNetwork};
use lcsim_tests::onnx_builder::{Rng, Spec, Style, mobile};
use lcsim_tests::random::{accelerator, accelerator_with_dram, any_plan};
use proptest::prelude::*;
use prost::Message;

fn any_accelerator() -> impl Strategy<Value = AcceleratorConfig> {
    prop_oneof![accelerator(), accelerator_with_dram()]
}

fn same(simulator: &Simulator, net: &QuantNetwork, image: &[i8]) -> Result<(), TestCaseError> {
    for (mode, golden) in [(Mode::Gated, integer::Mode::Gated), (Mode::ForcedOpen, integer::Mode::ForcedOpen)] {
        let outcome = simulator.trace(image, mode);
        let (trace, macs) = integer::run_counted(net, image, golden);
        prop_assert_eq!(&outcome.trace.gates, &trace.gates);
        for ((name, found), (golden_name, expected)) in outcome.trace.maps.iter().zip(&trace.maps) {
            prop_assert_eq!(name, golden_name);
            prop_assert_eq!(found, expected, "map of {}", name);
        }
        prop_assert_eq!(&outcome.trace, &trace);
        let executed: u64 = outcome.layers.iter().map(|l| l.activity.macs).sum();
        prop_assert_eq!(executed + net.classifier.weights.len() as u64, macs);
        let cycles: u64 = outcome.layers.iter().map(|l| l.cycles.total()).sum();
        prop_assert_eq!(cycles, outcome.cycles, "every cycle is charged once");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn simulator_equals_integer_golden(plan in any_plan(), config in any_accelerator()) {
        let (net, image) = (plan.build(), plan.image());
        same(&Simulator::stepped(&net, &config).expect("every accelerator holds every plan"), &net, &image)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn both_engines_equal_integer_golden_on_imported_mobile_networks(
        seed: u64, blocks in 1..5usize, size in [5..12usize, 5..12usize], max in 0.1f32..6.0, mut config in any_accelerator(),
    ) {
        let bytes = mobile(&Spec { seed, blocks, depth: 3, size }, Style::PLAIN, max).encode_to_vec();
        let net = onnx::import_bytes(&bytes, "mobile").expect("supported");
        let mut rng = Rng::new(seed);
        let [calibration, image] = [(); 2].map(|()| (0..net.input.len()).map(|_| rng.bits() as u8).collect::<Vec<_>>());
        let net = quantize::quantize(&net, &[calibration]).expect("any random network can be quantised");
        let image = net.input.quantize_image(&image);
        // Expanded maps have up to 21 channels.
        (config.gate.channels, config.memory.parameters) = (32, 1 << 10);
        same(&Simulator::stepped(&net, &config).expect("it fits"), &net, &image)?;
        same(&Simulator::new(&net, &config).expect("it fits"), &net, &image)?;
    }
}
