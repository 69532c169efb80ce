//! The testbenches that come with a core and its parts, under iverilog: they pass, and fail on what
//! errs.

use lcsim_hdl::{Kind, core, memory_files, testbench, unit, unit_testbench};
use lcsim_tests::benched::vectors;
use lcsim_tests::tiny::array;
use lcsim_tests::tools::{installed, write};
use std::path::Path;
use std::process::{Command, Output};

/// Builds and runs the testbench of two images after `change` to the text of each file.
fn run(initialised: bool, change: impl Fn(&str, &str) -> String) -> Output {
    let config = array(3, 5, 2);
    let folder = tempfile::tempdir().expect("a folder");
    let (program, vectors) = vectors(&config, &[37, -5]);
    let modules = core(&config, initialised.then_some(&program)).modules;
    let mut files: Vec<(String, String)> = modules.into_iter().map(|m| (format!("{}.v", m.name), m.text)).collect();
    let sources: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
    files.extend(testbench(&program, initialised, &vectors));
    if initialised {
        files.extend(memory_files(&program));
    }
    for (name, text) in files {
        std::fs::write(folder.path().join(&name), change(&name, &text)).expect("written");
    }
    simulate(folder.path(), "lcsim_core_tb.sv", &sources)
}

fn simulate(folder: &Path, bench: &str, sources: &[String]) -> Output {
    let mut iverilog = Command::new("iverilog");
    let output = iverilog.args(["-g2012", "-o", "tb", bench]).args(sources).current_dir(folder).output();
    let output = output.expect("iverilog starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    Command::new("vvp").args(["-n", "tb"]).current_dir(folder).output().expect("vvp starts")
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
        ("lcsim_controller.v", "i_go || steps_r || more;", "i_go || more;", "does not end"),
        ("lcsim_gate.v", "(gate_score_o_score != 16'd0)", "(gate_score_o_score == 16'd0)", "score"),
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

/// Runs the testbench of a part after `from` became `to`.
fn run_part(kind: Kind, (rows, cols, macs): (usize, usize, usize), from: &str, to: &str) -> Output {
    let config = array(rows, cols, macs);
    let folder = tempfile::tempdir().expect("a folder");
    let mut modules = unit(&config, kind).modules;
    assert!(modules.iter().any(|m| m.text.contains(from)), "no `{from}`");
    modules.iter_mut().for_each(|m| m.text = m.text.replacen(from, to, 1));
    let sources = write(&modules, folder.path());
    let (name, text) = unit_testbench(&config, kind).expect("has one");
    std::fs::write(folder.path().join(&name), text).expect("written");
    simulate(folder.path(), &name, &sources)
}

#[test]
fn parts_pass_and_their_faults_are_found() {
    if !installed("iverilog") {
        return;
    }
    for shape in [(1, 1, 1), (3, 5, 3), (4, 2, 8)] {
        for kind in [Kind::Array, Kind::Gate] {
            let output = run_part(kind, shape, "module", "module");
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && text.contains("PASS: "), "{kind:?} {shape:?}: {text}");
        }
    }
    let faults = [
        (Kind::Array, "if (i_swap) begin", "if (swap_r) begin"),
        (Kind::Array, "{2{product_r[15]}}", "2'd0"),
        (Kind::Gate, "(gate_score_o_score != 16'd0) |", "(gate_score_o_score > 16'd9) |"),
        (Kind::Gate, "p8_valid_r <= p7_valid_r", "p8_valid_r <= p6_valid_r"),
    ];
    for (kind, from, to) in faults {
        let output = run_part(kind, (3, 5, 3), from, to);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(!output.status.success() && text.contains("FAIL: "), "{kind:?}, {to}: {text}");
    }
}
