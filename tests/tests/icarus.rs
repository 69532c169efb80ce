//! The whole core under a second simulator: small random networks, loaded, run and compared by the
//! emitted testbench.

use lcsim_hdl::{Vector, core, testbench};
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::schedule::Program;
use lcsim_tests::bench;
use lcsim_tests::random::{accelerator, plan};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::process::Command;

/// Images of at most this many cycles are run: an interpreter takes a second for some thousand.
const CYCLES: u64 = 4000;

#[test]
fn small_networks_on_3x5() {
    if !bench::Simulator::Icarus.installed() {
        return;
    }
    let mut runner = TestRunner::deterministic();
    let mut left = 3;
    while left > 0 {
        let (plan, mut config) = (plan(), accelerator()).new_tree(&mut runner).expect("a case").current();
        (config.array.rows, config.array.cols, config.name) = (3, 5, "3x5".into());
        let net = plan.build();
        let program = Program::new(&net, &config).expect("fits");
        let outcome = Simulator::stepped(&net, &config).expect("fits").run(&plan.image(), Mode::Gated);
        if outcome.cycles > CYCLES {
            continue;
        }
        left -= 1;
        let vector = Vector::new(&program, &plan.image(), &outcome.trace, outcome.cycles);
        let printed = run(&program, &[vector]);
        assert!(printed.contains("PASS"), "{plan:#?}\n{printed}");
    }
}

/// What the testbench prints.
fn run(program: &Program, vectors: &[Vector]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    let modules: String = core(&program.config, None).modules.iter().map(|m| m.text.as_str()).collect();
    write("core.v", &modules);
    for (name, text) in testbench(program, false, vectors) {
        write(&name, &text);
    }
    let files = ["-g2012", "-o", "bench", "lcsim_core_tb.sv", "core.v"];
    let built = Command::new("iverilog").args(files).current_dir(folder.path()).output().expect("starts");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    let output = Command::new("vvp").args(["-n", "bench"]).current_dir(folder.path()).output().expect("starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}
