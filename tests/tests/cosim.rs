//! The emitted core against the simulator: every score, every logit, and the cycle in which each layer ends.

use lcsim_sim::{Mode, Simulator};
use lcsim_spec::schedule::Program;
use lcsim_tests::cosim::{Seen, build};
use lcsim_tests::random::{accelerator, plan};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

#[test]
fn random_networks() {
    let mut runner = TestRunner::deterministic();
    for case in 0..std::env::var("COSIM_CASES").map_or(6, |n| n.parse().expect("a number")) {
        let (plan, mut config) = (plan(), accelerator()).new_tree(&mut runner).expect("a case").current();
        // Memories of a size that verilator builds fast.
        config.memory.stream_bytes = 1 << 14;
        config.memory.scratch_bytes = 1 << 14;
        let (net, image) = (plan.build(), plan.image());
        let Ok(program) = Program::new(&net, &config) else { continue };
        let folder = tempfile::tempdir().expect("a folder");
        let built = build(&program, folder.path());
        let simulator = Simulator::new(&net, &config).expect("fits");
        for mode in [Mode::Gated, Mode::ForcedOpen] {
            let expected = Seen::simulated(&program, &simulator.run(&image, mode));
            let found = built.run(&program, &image, mode);
            assert_eq!(found, expected, "case {case}: {plan:#?} on {}", config.name);
        }
    }
}
