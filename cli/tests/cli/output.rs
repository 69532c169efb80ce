//! Where output goes: files whole or not at all, pipes without escapes, interrupted runs without
//! traces.

use crate::{arg, lcsim, refused};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("readable").next().is_none()
}

#[test]
fn unwritable_outputs_are_refused_before_the_work() {
    let folder = tempfile::tempdir().expect("folder");
    let missing = folder.path().join("missing/report.json");
    // The model does not exist either: the output is looked at first.
    refused(&["run", "--model", "missing.onnx", "--json", arg(&missing)], &["report.json: cannot write", "no folder"]);
    refused(&["run", "--csv", arg(folder.path())], &["cannot write", "is a folder"]);
    refused(&["quantize", "missing.onnx", "--data", "cifar10-test", "--out", arg(&missing)], &["cannot write"]);
    refused(&["eval", "missing.onnx", "--data", "cifar10-test", "--json", arg(&missing)], &["cannot write"]);
    assert!(is_empty(folder.path()));
}

#[test]
fn failed_runs_leave_no_file() {
    let folder = tempfile::tempdir().expect("folder");
    let json = folder.path().join("report.json");
    refused(&["run", "--images", "1001", "--json", arg(&json)], &["1000 available"]);
    assert!(is_empty(folder.path()));
    fs::write(&json, "old").expect("written");
    refused(&["run", "--images", "1001", "--json", arg(&json)], &["1000 available"]);
    assert_eq!(fs::read_to_string(&json).expect("readable"), "old");
}

#[test]
fn one_place_for_two_outputs_is_refused() {
    refused(&["run", "--json", "-", "--csv", "-"], &["stdout"]);
}

#[test]
fn files_are_written_and_quiet_is_quiet() {
    let folder = tempfile::tempdir().expect("folder");
    let (json, csv) = (folder.path().join("report.json"), folder.path().join("layers.csv"));
    let args = ["run", "--images", "2", "--quiet", "--json", arg(&json), "--csv", arg(&csv)];
    lcsim(&args).assert().success().stdout("").stderr("");
    assert!(fs::read_to_string(&json).expect("written").ends_with("}\n"));
    assert!(fs::read_to_string(&csv).expect("written").starts_with("name,kind,"));
    assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 2, "nothing else is left");
}

#[test]
fn pipes_get_no_escapes() {
    for args in [&["run", "--images", "2"][..], &["--help"], &["run", "--help"], &["run", "--nonsense"]] {
        let output = lcsim(args).output().expect("started");
        let both = [output.stdout, output.stderr].concat();
        assert!(!both.is_empty() && !both.contains(&0x1b), "{args:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    for args in [&["run", "--images", "1"][..], &["config"], &["completions", "bash"]] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_lcsim"))
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("started");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("ended");
        assert!(output.status.success() && output.stderr.is_empty(), "{args:?}: {output:?}");
    }
}

#[cfg(unix)]
#[test]
fn interrupted_runs_say_how_far_they_got_and_leave_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let json = folder.path().join("report.json");
    let args = ["run", "--engine", "stepped", "--images", "1000", "--threads", "1", "--json", arg(&json)];
    let child = Command::new(env!("CARGO_BIN_EXE_lcsim")).args(args).stderr(Stdio::piped()).spawn().expect("started");
    // Long enough to be at the images, and not to be through with 1000 of them.
    std::thread::sleep(std::time::Duration::from_secs(1));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("sent");
    let output = child.wait_with_output().expect("ended");
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{message}");
    assert!(message.contains("of 1000 images"), "{message}");
    assert!(is_empty(folder.path()));
}
