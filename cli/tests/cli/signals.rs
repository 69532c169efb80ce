//! Signals end the program wherever it is, and it leaves no half-written file.

use crate::{arg, lcsim, repository};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

fn temporary(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path());
    entries.filter(|p| p.file_name().is_some_and(|n| n.as_encoded_bytes().starts_with(b".lcsim-"))).collect()
}

fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([signal, &child.id().to_string()]).status().expect("started");
    assert!(sent.success(), "the process ended too early");
}

/// Whether the tests run under `nohup`, whose children ignore SIGHUP.
fn ignores_hangup() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    ignored.is_some_and(|ignored| ignored & 1 != 0)
}

#[test]
fn work_ends_with_the_signals_exit_code() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143), ("-HUP", 129)] {
        if signal == "-HUP" && ignores_hangup() {
            eprintln!("skipped: SIGHUP is ignored, as under nohup");
            continue;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let model = repository("models/resnet8-lcnet.safetensors");
        let args = ["curve", arg(&model), "--engine", "stepped", "--images", "1000", "--out", arg(folder.path())];
        let mut child =
            Command::new(env!("CARGO_BIN_EXE_lcsim")).args(args).stderr(Stdio::piped()).spawn().expect("started");
        let mut note = String::new();
        // Said when the only point is begun, which takes minutes.
        BufReader::new(child.stderr.take().expect("piped")).read_line(&mut note).expect("a note");
        assert!(note.starts_with("note: 1 of 1"), "{note}");
        send(signal, &child);
        assert_eq!(child.wait().expect("ended").code(), Some(code), "{signal}");
        assert!(fs::read_dir(folder.path()).expect("a folder").next().is_none(), "no point, and no folder for it");
    }
}

/// A core's files are written beside their places, and then all go there at once.
#[test]
fn a_signal_while_files_are_written_leaves_all_of_them_or_none() {
    let mut interrupted = 0;
    for (signal, code) in [("-TERM", 143), ("-INT", 130)].into_iter().cycle().take(20) {
        let folder = tempfile::tempdir().expect("a folder");
        let out = folder.path().join("rtl");
        let model = repository("models/resnet8-lcnet.safetensors");
        let args = ["verilog", "--config", "8x8", "--model", arg(&model), "--images", "1", "--out", arg(&out)];
        let mut child =
            Command::new(env!("CARGO_BIN_EXE_lcsim")).args(args).stdout(Stdio::null()).spawn().expect("started");
        while !out.exists() {
            assert!(child.try_wait().expect("known").is_none_or(|status| status.success()));
            std::thread::yield_now();
        }
        if child.try_wait().expect("known").is_none() {
            // It may end before the signal arrives.
            let _ = Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status();
        }
        let ended = child.wait().expect("ended").code();
        assert!([Some(0), Some(code)].contains(&ended), "{ended:?}");
        // The new folder goes again, unless all files came.
        if out.exists() {
            assert!(temporary(&out).is_empty(), "{:?}", temporary(&out));
            let list = fs::read_to_string(out.join("lcsim.sha256")).expect("a list");
            let names = list.lines().filter_map(|line| line.split_once("  "));
            names.for_each(|(_, name)| assert!(out.join(name).exists(), "{name}"));
        }
        lcsim(&args).assert().success();
        interrupted += u32::from(ended == Some(code));
        if interrupted == 2 {
            return;
        }
    }
    assert!(interrupted > 0, "no signal arrived in time");
}

#[test]
fn what_a_killed_run_left_is_removed_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("rtl");
    fs::create_dir(&out).expect("made");
    fs::write(out.join(".lcsim-a1B2c3"), "half a file").expect("written");
    lcsim(&["verilog", "--part", "gate", "--config", "4x4", "--out", arg(&out)]).assert().success();
    assert!(temporary(&out).is_empty() && out.join("lcsim_gate.v").exists());
}

#[test]
fn what_ignores_a_hangup_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let json = folder.path().join("r.json");
    let shell = "trap '' HUP; \"$0\" run --images 20 --engine stepped --threads 1 --config 8x8 --quiet --json \"$1\" & \
                 kill -HUP $!; wait $!";
    let status = Command::new("sh").args(["-c", shell, env!("CARGO_BIN_EXE_lcsim"), arg(&json)]).status().expect("ran");
    assert!(status.success() && json.exists(), "{status:?}");
}
