//! The simulator against integer golden, bit for bit, on random networks, arrays and gate decisions.

use lcsim_golden::integer;
use lcsim_sim::{Mode, Simulator};
use lcsim_tests::random::{accelerator, accelerator_with_dram, any_plan};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn simulator_equals_integer_golden(
        plan in any_plan(),
        config in prop_oneof![accelerator(), accelerator_with_dram()],
    ) {
        let (net, image) = (plan.build(), plan.image());
        let simulator = Simulator::stepped(&net, &config).expect("every accelerator holds every plan");
        for (mode, golden) in [(Mode::Gated, integer::Mode::Gated), (Mode::ForcedOpen, integer::Mode::ForcedOpen)] {
            let outcome = simulator.trace(&image, mode);
            let (trace, macs) = integer::run_counted(&net, &image, golden);
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
    }
}
