//! Watching an image changes nothing, and shows each of its cycles once.

use lcsim_sim::{CycleCounters, Mode, Simulator, Spent};
use lcsim_tests::random::{accelerator, accelerator_with_dram, any_plan, starved};
use proptest::prelude::*;

fn add(counters: &mut CycleCounters, spent: Spent) {
    *match spent {
        Spent::Input => &mut counters.input,
        Spent::Compute => &mut counters.compute,
        Spent::Classifier => &mut counters.classifier,
        Spent::Pooling => &mut counters.pooling,
        Spent::Gate => &mut counters.gate,
        Spent::Weights => &mut counters.weights,
        Spent::Dram => &mut counters.dram,
        Spent::Drain => &mut counters.drain,
        Spent::BankConflict => &mut counters.bank_conflict,
        Spent::Control => &mut counters.control,
    } += 1;
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn watched_images_give_the_same_and_each_cycle_is_seen(
        plan in any_plan(),
        config in prop_oneof![accelerator(), accelerator_with_dram()],
    ) {
        let (net, image) = (plan.build(), plan.image());
        let starves = config.dram.is_some();
        let config = starved(&net, config, starves, starves);
        let simulator = Simulator::stepped(&net, &config).expect("it fits");
        let mut seen = vec![CycleCounters::default(); simulator.program().layers.len()];
        let mut next = 0;
        let mut places = vec![];
        let outcome = simulator.watch(&image, Mode::Gated, |cycle| {
            assert_eq!(cycle.number, next);
            assert_eq!(cycle.place.is_some(), cycle.spent == Spent::Compute);
            next += 1;
            add(&mut seen[cycle.layer.index()], cycle.spent);
            // A pixel of a fold is issued once.
            places.extend(cycle.place.map(|p| (cycle.layer, p.tile, p.chunk, p.fold, cycle.pixel)));
        });
        prop_assert_eq!(&outcome, &simulator.run(&image, Mode::Gated));
        prop_assert_eq!(seen, outcome.layers.iter().map(|l| l.cycles).collect::<Vec<_>>());
        let issued = places.len();
        places.sort_unstable();
        places.dedup();
        prop_assert_eq!(places.len(), issued);
    }
}
