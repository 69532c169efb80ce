//! What is no file, or says little and asks for much: one clear line at once.

use crate::{arg, embedded_config, lcsim, refused, repository};
use lcsim_golden::container;
use lcsim_spec::{Layer, MaxPool, Pool, Pooling, Shape, Windows};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn devices_folders_and_named_pipes_are_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let made = Command::new("mkfifo").arg(at("pipe")).status().expect("started");
    assert!(made.success());
    fs::create_dir(at("m.safetensors")).expect("made");
    std::os::unix::fs::symlink("/dev/zero", at("z.safetensors")).expect("linked");
    std::os::unix::fs::symlink(at("pipe"), at("p.onnx")).expect("linked");
    let (pipe, model, zero, onnx) = (at("pipe"), at("m.safetensors"), at("z.safetensors"), at("p.onnx"));
    let (device, named) = ("expected a file, found a device", "expected a file, found a named pipe");
    let cases: [(&[&str], &str); 11] = [
        (&["run", "--data", "/dev/zero"], device),
        (&["run", "--config", "/dev/zero"], device),
        (&["run", "--energy-table", "/dev/zero"], device),
        (&["run", "--model", arg(&zero)], device),
        (&["report", "/dev/zero"], device),
        (&["run", "--data", arg(&pipe)], named),
        (&["run", "--config", arg(&pipe)], named),
        (&["quantize", arg(&onnx), "--data", "cifar10-test", "--out", "-"], named),
        (&["report", arg(&pipe)], named),
        (&["run", "--model", arg(&model)], "expected a file, found a folder"),
        (&["run", "--config", arg(folder.path())], "expected a file, found a folder"),
    ];
    for (args, part) in cases {
        refused(args, &[part]);
    }
    refused(&["run", "--json", arg(&pipe)], &["pipe: cannot write: is a named pipe", "give a file"]);
}

#[test]
fn a_pipe_of_another_program_is_read_and_bounded() {
    let run = |command: &str| {
        let shell = format!("{command} | \"$0\" run --images 1 --config /dev/stdin");
        Command::new("sh").args(["-c", &shell, env!("CARGO_BIN_EXE_lcsim")]).output().expect("ran")
    };
    assert!(run("\"$0\" config 8x8").status.success());
    let endless = run("yes");
    let message = String::from_utf8_lossy(&endless.stderr);
    assert!(message.contains("expected a file of at most 1,048,576 bytes, found more"), "{message}");
}

/// The system's own limits stand in for a machine with little memory.
#[test]
fn memory_that_is_not_there_ends_with_one_line() {
    // The system is asked for the larger one; of the smaller one there is not enough to get so far.
    for limit in ["300000", "60000"] {
        let run = format!("ulimit -v {limit}; exec \"$0\" run --synthetic resnet101 --images 1 --threads 1");
        let mut shell = Command::new("sh");
        shell.args(["-c", &run, env!("CARGO_BIN_EXE_lcsim")]).env_remove("RUST_BACKTRACE");
        let output = shell.output().expect("ran");
        let message = String::from_utf8_lossy(&output.stderr);
        // Where Rust itself says it, a note on backtraces comes behind.
        let lines = message.lines().filter(|line| !line.starts_with("note: ")).count();
        assert_eq!((output.status.code(), lines), (Some(2), 1), "{message}");
        assert!(message.contains("memory"), "{message}");
    }
}

#[test]
fn help_that_cannot_be_written_is_an_error() {
    for args in [&["--help"][..], &["run", "--help"], &["--version"], &["completions", "bash"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a device");
        let output = Command::new(env!("CARGO_BIN_EXE_lcsim")).args(args).stdout(full).output().expect("ran");
        let message = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        assert!(message.starts_with("error: cannot write to stdout") && message.lines().count() == 1, "{message}");
    }
}

fn shape(channels: usize, height: usize, width: usize) -> Shape {
    Shape { channels, height, width }
}

/// The shipped model with its layers changed, refused with these words in its message.
fn refused_network(change: impl FnOnce(&mut lcsim_spec::QuantNetwork), parts: &[&str]) {
    let mut net = container::load(&repository("models/resnet8-lcnet.safetensors")).expect("shipped");
    change(&mut net);
    let error = net.validate().expect_err("refused").to_string();
    for part in parts {
        assert!(error.contains(part), "`{part}` is not in: {error}");
    }
}

#[test]
fn windows_of_any_size_are_no_work_of_any_size() {
    // Windows of 2000 x 2000 around a map of one pixel: a file of less than 2 kB.
    let windows = |size: usize| Windows {
        input: shape(16, 32, 32),
        output: shape(16, size, size),
        kernel: [2000; 2],
        stride: [1; 2],
        pad: [1999; 2],
    };
    let pool = |size: usize| Pool { name: "pool".into(), windows: windows(size), pooling: Pooling::Max(MaxPool) };
    let change = |net: &mut lcsim_spec::QuantNetwork| {
        net.layers.truncate(1);
        net.layers.push(Layer::Pool(pool(2000)));
    };
    refused_network(change, &["layer `pool`: pixels in all windows of poolings", "expected at most 17,179,869,184"]);
}

#[test]
fn outputs_behind_the_map_and_endless_sums_are_refused() {
    refused_network(
        |net| {
            let Layer::Conv(stem) = &mut net.layers[0] else { panic!("a stem") };
            stem.output = shape(16, 4096, 32);
            net.layers.truncate(1);
        },
        &["output height: expected at most 34, so that windows reach the map", "found 4096"],
    );
}

/// The last line that the command says under a limit of the address space, in kB; it ends with exit
/// code 2.
fn starved(limit: u64, args: &[&str]) -> String {
    let quoted: Vec<String> = args.iter().map(|a| format!("'{a}'")).collect();
    let shell = format!("ulimit -v {limit}; exec \"$0\" {}", quoted.join(" "));
    let output = Command::new("sh")
        .args(["-c", &shell, env!("CARGO_BIN_EXE_lcsim")])
        .stdin(Stdio::null())
        .output()
        .expect("ran");
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    message
}

#[test]
fn memory_that_is_not_there_is_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = folder.path().join("huge.toml");
    let text = embedded_config("8x8");
    let huge = |text: String, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key)).expect("the key").to_string();
        text.replacen(&line, &format!("{key} = 1_073_741_824"), 1)
    };
    let text = huge(huge(text, "stream_bytes"), "scratch_bytes");
    fs::write(&config, text).expect("written");
    let common = ["--images", "2", "--threads", "2", "--config", arg(&config)];
    let message = starved(2_000_000, &[&["run", "--engine", "stepped"], &common[..]].concat());
    assert!(
        message.contains("bytes of free memory for 2 images at a time") && message.lines().count() == 1,
        "{message}"
    );
    let message = starved(2_000_000, &["trace", "--config", arg(&config), "--out", arg(Path::new("/dev/null"))]);
    assert!(message.contains("bytes of free memory for 1 images at a time"), "{message}");
    lcsim(&[&["run", "--quiet"], &common[..]].concat()).assert().success();
}
