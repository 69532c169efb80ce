//! The outcome depends on network, accelerator, image and mode, and on nothing else.

use lcsim_sim::{Mode, Outcome, Simulator};
use lcsim_tests::random::{Rng, accelerator, plan};
use proptest::prelude::*;
use std::thread;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn one_simulator_gives_the_same_outcomes_on_any_thread_in_any_order(
        plan in plan(), config in accelerator(), seed in any::<u64>()
    ) {
        let (net, image) = (plan.build(), plan.image());
        let mut rng = Rng::new(seed);
        let other: Vec<i8> = image.iter().map(|_| rng.int8()).collect();
        let simulator = Simulator::new(&net, &config).expect("it fits");
        let jobs = [(&image, Mode::Gated), (&other, Mode::Gated), (&image, Mode::ForcedOpen), (&other, Mode::ForcedOpen)];
        let run = |&(image, mode): &(&Vec<i8>, Mode)| simulator.run(image, mode);
        let expected: Vec<Outcome> = jobs.iter().map(run).collect();

        // Again, and each job behind another one than before.
        let mut again: Vec<Outcome> = jobs.iter().rev().map(run).collect();
        again.reverse();
        prop_assert_eq!(&again, &expected);

        // Two threads that share the simulator and meet in different jobs.
        let (forward, backward) = thread::scope(|s| {
            let forward = s.spawn(|| jobs.iter().map(run).collect::<Vec<_>>());
            let backward = s.spawn(|| jobs.iter().rev().map(run).collect::<Vec<_>>());
            (forward.join(), backward.join())
        });
        let (forward, mut backward) = (forward.expect("no panic"), backward.expect("no panic"));
        backward.reverse();
        prop_assert_eq!(&forward, &expected);
        prop_assert_eq!(&backward, &expected);

        // A second simulator, and a run that keeps its maps, count the same.
        let second = Simulator::new(&net, &config).expect("it fits").trace(&image, Mode::Gated);
        prop_assert_eq!(second.cycles, expected[0].cycles);
        prop_assert_eq!(&second.layers, &expected[0].layers);
        prop_assert_eq!(&second.ends, &expected[0].ends);
        prop_assert_eq!(&second.trace.logits, &expected[0].trace.logits);
    }
}
