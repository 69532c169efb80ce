//! `lcsim curve`: its points are those of `lcsim run`, and are kept.

use crate::{arg, embedded_config, lcsim, refused, repository, stdout};
use lcsim_golden::container;
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
    with(&["model.onnx"], &["model.onnx", "cannot read"]);
    with(&["model.pt"], &["model.pt", "expected .onnx or .safetensors"]);
    with(&["missing.safetensors"], &["missing.safetensors"]);
    with(&["--data", "missing"], &["missing"]);
    with(&["--offset", "999"], &["2 images from image 999 on asked for, 1 available"]);
    with(&["--gate-macs", "100000"], &["gate.macs", "100000"]);
    fs::write(&out, "mine").expect("written");
    let args = ["curve", arg(&model), "--images", "2", "--out", arg(&out)];
    refused(&args, &["cannot"]);
    assert_eq!(fs::read_to_string(&out).expect("kept"), "mine");
}

/// Points, as the JSON file has them.
fn points(out: &Path) -> Vec<Value> {
    json(&out.join("curve.json"))["points"].as_array().expect("points").clone()
}

#[test]
fn accelerators_of_one_name_are_told_apart() {
    let folder = tempfile::tempdir().expect("folder");
    let text = embedded_config("16x16");
    let with = |name: &str, key: &str, value: usize| {
        let path = folder.path().join(name);
        let is_it = |line: &str| line.split('=').next().is_some_and(|k| k.trim() == key);
        let lines = text.lines().map(|line| if is_it(line) { format!("{key} = {value}") } else { line.into() });
        fs::write(&path, lines.collect::<Vec<_>>().join("\n")).expect("written");
        path
    };
    let (few, slow) = (with("few.toml", "rows", 4), with("slow.toml", "macs", 1));
    let out = folder.path().join("out");
    let configs = ["16x16", arg(&few), arg(&slow), arg(&few)].join(",");
    let args = ["curve", arg(&repository("models/resnet8-lcnet.safetensors"))].map(String::from);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let rest = ["--images", "2", "--config", &configs, "--out", arg(&out)];
    let output = lcsim(&[&args[..], &rest].concat()).assert().success().get_output().clone();
    let notes = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(notes.contains("few.toml, 16 gate MACs, is left out: the same accelerator as 16x16"), "{notes}");
    let labels = ["16x16, rows 16, gate MACs 16", "16x16, rows 4, gate MACs 16", "16x16, rows 16, gate MACs 1"];
    let points = points(&out);
    assert_eq!(points.iter().map(|p| &p["accelerator"]).collect::<Vec<_>>(), labels);
    assert!(points.iter().all(|p| p["pareto"] == true), "each is alone on its accelerator: {points:?}");
    let rows: Vec<_> = points.iter().map(|p| p["parameters"]["array"]["rows"].as_u64()).collect();
    assert_eq!(rows, [Some(16), Some(4), Some(16)]);
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    let picture = fs::read_to_string(out.join("curve.svg")).expect("written");
    assert!(labels.iter().all(|label| table.contains(label) && picture.contains(label)), "{table}");
    let mut csv = csv::Reader::from_path(out.join("curve.csv")).expect("a table");
    let head = csv.headers().expect("a head").clone();
    let column = |name: &str| head.iter().position(|h| h == name).expect(name);
    let (rows, macs, dram) = (column("array.rows"), column("gate.macs"), column("dram.latency_cycles"));
    let (weights, accelerator) = (column("memory.weight_bytes"), column("accelerator"));
    let records: Vec<_> = csv.records().map(|record| record.expect("a record")).collect();
    assert_eq!(records.iter().map(|r| &r[accelerator]).collect::<Vec<_>>(), labels);
    assert_eq!(
        records.iter().map(|r| [&r[rows], &r[macs]]).collect::<Vec<_>>(),
        [["16", "16"], ["4", "16"], ["16", "1"]]
    );
    assert!(records.iter().all(|r| r[dram].is_empty() && r[weights].parse::<u64>().is_ok()));
}

#[test]
fn networks_of_one_name_are_told_apart_by_their_folders() {
    let folder = tempfile::tempdir().expect("folder");
    let model = |kind: &str| {
        let net = container::load(&repository(&format!("models/resnet8-{kind}.safetensors"))).expect("shipped");
        let path = folder.path().join(kind).join("model.safetensors");
        fs::create_dir(folder.path().join(kind)).expect("folder");
        let named = lcsim_spec::QuantNetwork { name: "model".into(), ..net };
        fs::write(&path, container::save(&named).expect("valid")).expect("written");
        path
    };
    let [first, second] = ["lcnet", "dense"].map(model);
    let copy = folder.path().join("copy.safetensors");
    fs::copy(&first, &copy).expect("copied");
    let out = folder.path().join("out");
    let args = ["curve", arg(&first), arg(&second), arg(&copy), "--images", "2", "--out", arg(&out)];
    let output = lcsim(&args).assert().success().get_output().clone();
    let notes = String::from_utf8(output.stderr).expect("UTF-8");
    let left_out = format!("{} is left out: the same network as {}", copy.display(), first.display());
    assert!(notes.contains(&left_out), "{notes}");
    let points = points(&out);
    assert_eq!(points.iter().map(|p| &p["model"]).collect::<Vec<_>>(), ["model, lcnet", "model, dense"]);
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    let dense = table.lines().find(|line| line.contains("model, dense")).expect("a line");
    assert!(dense.split_whitespace().any(|cell| cell == "-"), "no realised fraction without gates: {dense}");
}

#[test]
fn float_networks_are_quantised_on_the_fly() {
    let folder = tempfile::tempdir().expect("folder");
    let onnx = repository("models/resnet8-lcnet.onnx");
    let args = ["curve", arg(&onnx), "--config", "16x16", "--images", "2", "--out", arg(folder.path())];
    let output = lcsim(&args).assert().success().get_output().clone();
    let notes = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(notes.contains("resnet8-lcnet.onnx quantised with"), "{notes}");
    let report = stdout(&["run", "--model", arg(&onnx), "--config", "16x16", "--images", "2", "--json", "-"]);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let points = points(folder.path());
    assert_eq!((points.len(), &points[0]["cycles"]), (1, &report["cycles"]["mean"]));
}

#[test]
fn a_stored_point_that_contradicts_itself_is_measured_again() {
    let folder = tempfile::tempdir().expect("folder");
    curve(folder.path(), &[]);
    let written = fs::read(folder.path().join("curve.csv")).expect("written");
    let file =
        fs::read_dir(folder.path().join("points")).expect("there").next().expect("a point").expect("entry").path();
    let text = fs::read_to_string(&file).expect("written");
    let model = &json(&file)["point"]["model"];
    let accuracy = json(&file)["point"]["accuracy"].to_string();
    let of = |accuracy: &str| text.replace(&format!("\"accuracy\": {accuracy}"), "\"accuracy\": 1.7");
    let energy = json(&file)["point"]["energy_pj"].to_string();
    let cheaper = text.replace(&format!("\"energy_pj\": {energy}"), "\"energy_pj\": 1.0");
    for (text, why) in [
        (of(&accuracy), "accuracy: expected 0 to 1, found 1.7"),
        (cheaper, "expected the figures that were measured, by their digest"),
        (text.replace("lcsim.point/1", "lcsim.point/9"), "schema: expected lcsim.point/1, found lcsim.point/9"),
        (" ".repeat(2 << 20), "at most 1,048,576 bytes"),
    ] {
        fs::write(&file, text).expect("written");
        let (_, notes) = curve(folder.path(), &[]);
        assert_eq!(notes.lines().count(), 1, "{notes}");
        for part in ["measured again: ", why, model.as_str().expect("a name"), arg(&file)] {
            assert!(notes.contains(part), "`{part}` is not in: {notes}");
        }
        assert_eq!(fs::read(folder.path().join("curve.csv")).expect("written"), written);
    }
}

#[test]
fn pictures_come_in_the_formats_asked_for() {
    let folder = tempfile::tempdir().expect("folder");
    curve(folder.path(), &["--format", "jpeg,svg", "--quiet"]);
    let there = |ending: &str| folder.path().join(format!("curve.{ending}")).exists();
    assert_eq!(["jpg", "svg", "png"].map(there), [true, true, false]);
    assert!(fs::read(folder.path().join("curve.jpg")).expect("written").starts_with(b"\xff\xd8\xff"));
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
