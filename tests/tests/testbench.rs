//! The testbench that comes with a core, under iverilog: passes on the core, fails on a core that errs.

use lcsim_hdl::{Vector, core, memory_files, testbench};
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::schedule::Program;
use lcsim_spec::{Layer, QuantNetwork};
use lcsim_tests::tiny::{array, block, conv, network, shape};
use lcsim_tests::tools::installed;
use std::path::Path;
use std::process::{Command, Output};

fn net() -> QuantNetwork {
    let map = shape(4, 4, 4);
    let b = block(map, 6, 3, Some(true), [&[true, false, true, true, false, true], &[true, true, false, true]]);
    network(conv("stem", map, 4, 3), vec![Layer::Block(b)], 3)
}

/// Builds and runs the testbench of two images after `change` to the text of each file.
fn run(initialised: bool, change: impl Fn(&str, &str) -> String) -> Output {
    let config = array(3, 5, 2);
    let (net, folder) = (net(), tempfile::tempdir().expect("a folder"));
    let program = Program::new(&net, &config).expect("fits");
    let simulator = Simulator::new(&net, &config).expect("fits");
    let vector = |seed: i8| {
        let image: Vec<i8> = (0..64).map(|i: i8| i.wrapping_mul(seed)).collect();
        let outcome = simulator.run(&image, Mode::Gated);
        Vector::new(&program, &image, &outcome.trace, outcome.cycles)
    };
    let modules = core(&config, initialised.then_some(&program)).modules;
    let mut files: Vec<(String, String)> = modules.into_iter().map(|m| (format!("{}.v", m.name), m.text)).collect();
    let sources: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    files.extend(testbench(&program, initialised, &[vector(37), vector(-5)]));
    if initialised {
        files.extend(memory_files(&program));
    }
    for (name, text) in files {
        std::fs::write(folder.path().join(&name), change(&name, &text)).expect("written");
    }
    build(folder.path(), &sources);
    Command::new("vvp").args(["-n", "tb"]).current_dir(folder.path()).output().expect("vvp starts")
}

fn build(folder: &Path, sources: &[String]) {
    let mut iverilog = Command::new("iverilog");
    let output = iverilog.args(["-g2012", "-o", "tb", "lcsim_core_tb.sv"]).args(sources).current_dir(folder).output();
    let output = output.expect("iverilog starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn passes_whether_the_network_is_loaded_or_on_chip() {
    if !installed("iverilog") {
        return;
    }
    for initialised in [false, true] {
        let output = run(initialised, |_, text| text.into());
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("\nPASS: 2 images, "), "{text}");
    }
}

#[test]
fn fails_on_a_core_that_errs() {
    if !installed("iverilog") {
        return;
    }
    // The file, what is changed in it, and what the testbench has to complain of.
    let errors = [
        ("lcsim_controller.v", "i_go || steps;", "i_go;", "does not end"),
        ("lcsim_gate.v", "(score_r != 16'd0)", "(score_r == 16'd0)", "score"),
        ("core_tb_results.hex", "\n0", "\n1", "logit"),
    ];
    for (file, from, to, complaint) in errors {
        let output = run(false, |name, text| {
            assert!(name != file || text.contains(from), "{from} is not in {file}: {text}");
            if name == file { text.replacen(from, to, 1) } else { text.into() }
        });
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success() && text.contains("FAIL") && text.contains(complaint), "{file}: {text}");
    }
}
