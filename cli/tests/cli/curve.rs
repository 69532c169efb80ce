//! `lcsim curve`: its points are those of `lcsim run`, and are kept.

use crate::{arg, embedded_config, lcsim, refused, repository};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Two embedded networks, the first with gates, on an array and few images.
fn curve(out: &Path, more: &[&str]) -> (String, String) {
    let [gated, plain] = ["lcnet", "dense"].map(|kind| repository(&format!("models/resnet8-{kind}.safetensors")));
    let args =
        [&["curve", arg(&gated), arg(&plain), "--images", "5", "--config", "16x16", "--out", arg(out)], more].concat();
    let output = lcsim(&args).assert().success().get_output().clone();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr))
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("written")).expect("JSON")
}

#[test]
fn points_are_those_of_runs() {
    let folder = tempfile::tempdir().expect("folder");
    let out = folder.path().join("new");
    let (table, _) = curve(&out, &[]);
    assert!(table.contains("resnet8-lcnet") && table.contains("resnet8-dense"), "{table}");
    let points = json(&out.join("curve.json"));
    assert_eq!(points["schema"], "lcsim.curve/1");
    for (n, kind) in ["lcnet", "dense"].iter().enumerate() {
        let point = &points["points"][n];
        let model = repository(&format!("models/resnet8-{kind}.safetensors"));
        let args = ["run", "--model", arg(&model), "--images", "5", "--json", "-"];
        let report: Value = serde_json::from_slice(&lcsim(&args).output().expect("started").stdout).expect("JSON");
        let images = report["images"].as_f64().expect("a count");
        assert_eq!(point["gated"], *kind == "lcnet");
        assert_eq!(point["accuracy"], report["accuracy"]);
        assert_eq!(point["cycles"], report["cycles"]["mean"]);
        assert_eq!(point["cycles_ungated"].as_f64(), report["ungated"]["cycles"].as_f64().map(|c| c / images));
        for (ours, theirs) in [
            ("realized_fraction", report["realized_fraction"].as_f64()),
            ("energy_pj", report["energy_pj"]["total"].as_f64().map(|e| e / images)),
            ("macs", report["macs"]["executed"].as_f64().map(|m| m / images)),
            ("macs_dense", report["macs"]["dense"].as_f64().map(|m| m / images)),
        ] {
            let (ours, theirs) = (point[ours].as_f64().expect(ours), theirs.expect(ours));
            assert!((ours / theirs - 1.0).abs() < 1e-12, "{kind}: {ours} and {theirs}");
        }
        let lost: f64 = ["tiles", "stalls", "gates", "mix"]
            .iter()
            .filter_map(|reason| point[format!("lost_to_{reason}")].as_f64())
            .sum();
        let realized = point["realized_fraction"].as_f64().expect("a share");
        assert!((lost + realized - 1.0).abs() < 1e-9, "{kind}: {lost} and {realized}");
        assert_eq!(point["lost_to_gates"], point["gate_cycle_share"]);
        let mut cycles: Vec<u64> = serde_json::from_value(report["image_cycles"].clone()).expect("cycles");
        cycles.sort_unstable();
        assert_eq!((&point["cycles_p5"], &point["cycles_p95"]), (&cycles[0].into(), &cycles[4].into()));
    }
    let csv = fs::read_to_string(out.join("curve.csv")).expect("written");
    assert!(csv.starts_with("model,gated,threshold,accelerator,") && csv.lines().count() == 3, "{csv}");
    assert!(fs::read_to_string(out.join("curve.svg")).expect("written").contains("5 images of cifar10-test"));
    assert!(fs::read(out.join("curve.png")).expect("written").starts_with(b"\x89PNG"));
}

#[test]
fn accelerators_measured_together_give_the_points_of_each() {
    let folder = tempfile::tempdir().expect("folder");
    let points = |configs: &str| {
        let out = folder.path().join(configs);
        let model = repository("models/resnet8-lcnet.safetensors");
        let args = ["curve", arg(&model), "--images", "5", "--quiet", "--gate-macs", "4,16", "--config", configs];
        lcsim(&[&args[..], &["--out", arg(&out)]].concat()).assert().success();
        let files = fs::read_dir(out.join("points")).expect("there").map(|entry| entry.expect("entry").path());
        files.map(|path| (path.file_name().map(ToOwned::to_owned), fs::read(&path).expect("written"))).collect()
    };
    let together: BTreeMap<_, _> = points("8x8,16x16");
    let mut each = points("8x8");
    each.append(&mut points("16x16"));
    assert_eq!(together.len(), 4);
    assert_eq!(together, each);
}

#[test]
fn finished_points_are_kept() {
    let folder = tempfile::tempdir().expect("folder");
    let (_, notes) = curve(folder.path(), &[]);
    assert_eq!(notes.lines().count(), 2, "{notes}");
    let written = ["curve.csv", "curve.json", "curve.svg", "curve.png"].map(|n| folder.path().join(n));
    let before = written.each_ref().map(|path| fs::read(path).expect("written"));
    let points = || fs::read_dir(folder.path().join("points")).expect("there").map(|e| e.expect("entry").path());
    // One is lost, as when the run was interrupted while it was measured, and one broken.
    fs::remove_file(points().next().expect("a point")).expect("removed");
    let (_, notes) = curve(folder.path(), &["--threads", "1"]);
    assert_eq!(notes.lines().count(), 1, "{notes}");
    fs::write(points().next().expect("a point"), "{").expect("written");
    let (_, notes) = curve(folder.path(), &[]);
    assert_eq!(notes.lines().count(), 1, "{notes}");
    assert_eq!(written.map(|path| fs::read(path).expect("written")), before);
    assert_eq!(curve(folder.path(), &[]).1, "");
    assert_eq!(curve(folder.path(), &["--fresh"]).1.lines().count(), 2);
    // Other images are other points.
    assert_eq!(curve(folder.path(), &["--offset", "5"]).1.lines().count(), 2);
}

#[test]
fn gate_units_are_compared() {
    let folder = tempfile::tempdir().expect("folder");
    let (table, _) = curve(folder.path(), &["--gate-macs", "1,16", "--quiet"]);
    assert_eq!(table, "");
    let points = json(&folder.path().join("curve.json"));
    let cycles = |n: usize| (points["points"][n]["gate_macs"].as_u64(), points["points"][n]["cycles"].as_f64());
    let (slow, fast) = (cycles(0), cycles(2));
    assert_eq!((slow.0, fast.0), (Some(1), Some(16)));
    assert!(slow.1 > fast.1, "{slow:?}, {fast:?}");
}

#[test]
fn thresholds_are_those_of_runs_and_for_gated_networks_only() {
    let folder = tempfile::tempdir().expect("folder");
    let (table, notes) = curve(folder.path(), &["--threshold", "0,0.9"]);
    assert_eq!(notes.lines().count(), 3, "{notes}");
    assert!(table.contains("resnet8-lcnet, 0.9") && notes.contains("resnet8-lcnet, 0.9 on"), "{table}{notes}");
    let points = json(&folder.path().join("curve.json"));
    let cycles = |n: usize| points["points"][n]["cycles"].as_f64().expect("cycles");
    assert!(cycles(1) < cycles(0), "{points}");
    let model = repository("models/resnet8-lcnet.safetensors");
    let args = ["run", "--model", arg(&model), "--images", "5", "--threshold", "0.9", "--json", "-"];
    let report: Value = serde_json::from_slice(&lcsim(&args).output().expect("started").stdout).expect("JSON");
    assert_eq!(report["cycles"]["mean"].as_f64(), Some(cycles(1)));
    assert_eq!(report["threshold"], points["points"][1]["threshold"]);
}

#[test]
fn what_cannot_be_measured_is_refused_before_the_first_point() {
    let folder = tempfile::tempdir().expect("folder");
    let out = folder.path().join("curve");
    let model = repository("models/resnet8-lcnet.safetensors");
    let small = folder.path().join("small.toml");
    fs::write(&small, embedded_config("8x8").replace("weight_bytes = 524_288", "weight_bytes = 1_024"))
        .expect("written");
    let with = |more: &[&str], parts: &[&str]| {
        let args = [&["curve", arg(&model), "--images", "2", "--out", arg(&out)], more].concat();
        refused(&args, parts);
        assert!(!out.exists(), "{more:?}");
    };
    with(&["--config", &format!("8x8,{}", arg(&small))], &["resnet8-lcnet on", "memory.weight_bytes", "1024"]);
    with(&["--config", "9x9"], &["9x9", "neither a file nor an embedded configuration"]);
    with(&["model.onnx"], &["model.onnx", "expected .safetensors", "lcsim quantize"]);
    with(&["missing.safetensors"], &["missing.safetensors"]);
    with(&["--data", "missing"], &["missing"]);
    with(&["--offset", "999"], &["2 images from image 999 on asked for, 1 available"]);
    with(&["--gate-macs", "100000"], &["gate.macs", "100000"]);
    fs::write(&out, "mine").expect("written");
    let args = ["curve", arg(&model), "--images", "2", "--out", arg(&out)];
    refused(&args, &["cannot"]);
    assert_eq!(fs::read_to_string(&out).expect("kept"), "mine");
}

#[cfg(unix)]
#[test]
fn interrupted_curves_keep_what_is_finished() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().expect("folder");
    let model = repository("models/resnet8-lcnet.safetensors");
    let args = ["--config", "16x16,4x4", "--images", "200", "--threads", "1", "--engine", "stepped", "--out"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_lcsim"));
    command.args(["curve", arg(&model)]).args(args).arg(folder.path());
    let mut child = command.stderr(Stdio::piped()).spawn().expect("started");
    let mut stderr = BufReader::new(child.stderr.take().expect("piped"));
    // The stepped engine takes long enough for the second point to be interrupted.
    let mut line = String::new();
    while !line.contains("2 of 2") {
        line.clear();
        assert!(stderr.read_line(&mut line).expect("readable") > 0, "no second point");
    }
    std::thread::sleep(std::time::Duration::from_millis(200));
    Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("sent");
    let mut message = String::new();
    stderr.read_to_string(&mut message).expect("readable");
    assert_eq!(child.wait().expect("ended").code(), Some(130), "{message}");
    assert!(message.contains("1 of 2 points are finished and kept in"), "{message}");
    assert_eq!(fs::read_dir(folder.path().join("points")).expect("there").count(), 1);
    assert_eq!(fs::read_dir(folder.path()).expect("there").count(), 1, "no half of a curve");
}
