//! Accelerators that say what differs from another one: `--set`, `base`, and `lcsim config` that
//! shows them.

use crate::{arg, lcsim, refused, stdout};
use lcsim_spec::{AcceleratorConfig, Report};
use std::fs;

fn report(args: &[&str]) -> Report {
    serde_json::from_str(&stdout(&[&["run", "--json", "-", "--images", "1"], args].concat())).expect("a report")
}

#[test]
fn a_parameter_that_is_set_is_simulated_and_reported() {
    let report = report(&["--config", "16x16", "--set", "array.rows=8", "--set", "array.cols=8"]);
    assert_eq!((report.accelerator.array.rows, report.accelerator.array.cols), (8, 8));
    assert_eq!(report.accelerator.name, "16x16, array.rows=8, array.cols=8");
}

#[test]
fn every_command_with_an_accelerator_takes_parameters() {
    let folder = tempfile::tempdir().expect("folder");
    let out = folder.path().join("out");
    let out = arg(&out);
    let model = crate::repository("models/resnet8-lcnet.safetensors");
    for command in [
        &["run"][..],
        &["plot", "--out", out],
        &["trace", "--out", out],
        &["verilog", "--out", out],
        &["curve", arg(&model), "--out", out],
        &["config", "16x16"],
    ] {
        refused(
            &[command, &["--set", "array.rosw=8"]].concat(),
            &["--set array.rosw=8: unknown key `rosw`, did you mean `rows`?"],
        );
    }
    assert!(!folder.path().join("out").exists());
    refused(&["config", "--set", "array.rows=8"], &["--set: expected the accelerator that it changes"]);
}

#[test]
fn config_prints_what_becomes_of_a_file_and_of_parameters() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("mine.toml");
    fs::write(&path, "base = \"16x16\"\n[gate]\nmacs = 4\n").expect("written");
    let printed = stdout(&["config", arg(&path), "--set", "array.rows=8"]);
    let config = AcceleratorConfig::parse(&printed, "printed").expect("a configuration");
    assert_eq!((config.array.rows, config.array.cols, config.gate.macs), (8, 16, 4));
    assert_eq!(config.name, "16x16, gate.macs=4, array.rows=8");
    // What is printed is read, and nothing was lost.
    let written = folder.path().join("printed.toml");
    fs::write(&written, &printed).expect("written");
    assert_eq!(stdout(&["config", arg(&written)]), printed);
    // An embedded one is printed as it is, comments included.
    assert!(stdout(&["config", "16x16"]).starts_with("# The default accelerator"));
    lcsim(&["run", "--images", "1", "--config", arg(&path)]).assert().success();
}
