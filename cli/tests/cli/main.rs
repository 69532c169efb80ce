//! The binary as a user meets it.

mod accelerator;
mod bad_data;
mod bad_input;
mod bad_onnx;
mod calibration;
mod check;
mod compare;
mod curve;
mod data;
mod decisions;
mod dump;
mod energy;
mod examples;
mod imported;
mod library;
mod names;
mod onnx_messages;
mod output;
mod places;
mod plot;
mod render;
mod run;
mod said;
#[cfg(unix)]
mod signals;
#[cfg(unix)]
mod sources;
mod topology;
mod trace;
mod verilog;

use assert_cmd::Command;
use std::path::{Path, PathBuf};

/// The binary, told to do that.
fn lcsim(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lcsim"));
    command.args(args);
    command
}

/// A file of the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// What the command printed; it has to succeed.
fn stdout(args: &[&str]) -> String {
    let output = lcsim(args).assert().success().get_output().stdout.clone();
    String::from_utf8(output).expect("UTF-8")
}

/// The command has to fail with exit code 2 and one line, `error: …`, that contains all of `parts`.
/// Notes may stand before it.
fn refused(args: &[&str], parts: &[&str]) {
    let output = lcsim(args).output().expect("started");
    let message = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    assert!(output.stdout.is_empty(), "{args:?}: something on stdout");
    let errors: Vec<&str> = message.lines().skip_while(|line| line.starts_with("note: ")).collect();
    assert!(matches!(errors[..], [error] if error.starts_with("error: ")), "{args:?}: {message}");
    let message = errors[0];
    for truth in ["expected true", "expected false", "found true", "found false"] {
        assert!(!message.contains(truth), "{args:?}: neither value nor limit in: {message}");
    }
    for part in parts {
        assert!(message.contains(part), "{args:?}: `{part}` is not in: {message}");
    }
}

/// The text of an embedded configuration.
fn embedded_config(name: &str) -> String {
    stdout(&["config", name])
}

/// A path as an argument.
fn arg(path: &Path) -> &str {
    path.to_str().expect("temporary folders have UTF-8 names")
}
