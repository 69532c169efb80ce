//! What every command says: text, JSON instead of it, or nothing.

use crate::{arg, lcsim, repository, stdout};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What a command says with `--json -`: JSON and nothing else, of that schema, and the same in a
/// file with `--quiet`, which says nothing.
fn json_of(folder: &Path, args: &[&str], schema: &str) -> Value {
    let file = folder.join("said.json");
    let found: Value = serde_json::from_str(&stdout(&[args, &["--json", "-"]].concat())).expect("JSON alone");
    assert_eq!(found["schema"], schema, "{args:?}");
    let output = lcsim(&[args, &["--quiet", "--json", arg(&file)]].concat()).assert().success().get_output().clone();
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{args:?}: {output:?}");
    let written: Value = serde_json::from_slice(&fs::read(&file).expect("written")).expect("JSON");
    assert_eq!(written, found, "{args:?}");
    assert!(!stdout(args).is_empty(), "{args:?}");
    found
}

#[test]
fn a_trace_a_plot_and_a_curve() {
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name);
    let (out, trace) = (path("out"), path("trace"));
    let found = json_of(folder.path(), &["trace", "--config", "32x32", "--out", arg(&trace)], "lcsim.trace/1");
    assert!(found["cycles"].as_u64() > found["array_spans"].as_u64(), "{found}");
    let found = json_of(folder.path(), &["plot", "--images", "2", "--out", arg(&out)], "lcsim.plot/1");
    assert_eq!(found["images"].as_array().map(Vec::len), Some(2));
    let model = repository("models/resnet8-lcnet.safetensors");
    let args = ["curve", arg(&model), "--images", "2", "--out", arg(&out)];
    let output = stdout(&[&args[..], &["--quiet", "--json", "-"]].concat());
    let found: Value = serde_json::from_str(&output).expect("JSON alone");
    let written: Value = serde_json::from_slice(&fs::read(out.join("curve.json")).expect("written")).expect("JSON");
    assert_eq!((&found["schema"], &found), (&"lcsim.curve/1".into(), &written));
}

#[test]
fn reports_and_what_differs() {
    let folder = tempfile::tempdir().expect("folder");
    let [a, b] = ["a.json", "b.json"].map(|name| folder.path().join(name));
    for (config, file) in [("8x8", &a), ("16x16", &b)] {
        stdout(&["run", "--images", "2", "--quiet", "--config", config, "--json", arg(file)]);
    }
    let found = json_of(folder.path(), &["compare", arg(&a), arg(&b)], "lcsim.compare/1");
    assert!(found["settings"][0].as_str().expect("a line").starts_with("accelerator: 8x8"), "{found}");
    let figure = &found["figures"].as_array().expect("figures")[0];
    assert_eq!((&figure["of"], &figure["figure"]), (&"all".into(), &"accuracy, %".into()));
    let report: Value = serde_json::from_slice(&fs::read(&a).expect("written")).expect("JSON");
    let schema = report["schema"].as_str().expect("a schema");
    assert_eq!(json_of(folder.path(), &["report", arg(&a)], schema), report);
}

#[test]
fn what_is_embedded_and_verilog() {
    let folder = tempfile::tempdir().expect("folder");
    for (command, name) in [("config", "16x16"), ("energy", "45nm-lpddr4")] {
        let list = json_of(folder.path(), &[command], "lcsim.names/1");
        assert!(list["names"].as_array().expect("names").contains(&name.into()), "{list}");
        let one = json_of(folder.path(), &[command, name], "lcsim.embedded/1");
        assert!(one["name"] == name && one["content"].is_object(), "{one}");
    }
    let out = folder.path().join("rtl");
    let args = ["verilog", "--config", "4x4", "--part", "gate", "--out", arg(&out)];
    let found = json_of(folder.path(), &args, "lcsim.verilog/1");
    for file in found["files"].as_array().expect("files") {
        assert!(out.join(file.as_str().expect("a name")).is_file(), "{file}");
    }
}

#[test]
fn a_quantised_model_and_its_evaluation() {
    let folder = tempfile::tempdir().expect("folder");
    let (model, out) = (repository("models/resnet8-lcnet.onnx"), folder.path().join("q.safetensors"));
    let args = ["quantize", arg(&model), "--data", "cifar10-test", "--images", "4", "--out", arg(&out)];
    let found = json_of(folder.path(), &args, "lcsim.quantize/1");
    assert_eq!(found["bytes"].as_u64(), Some(fs::metadata(&out).expect("written").len()));
    let args = ["eval", arg(&model), "--quantized", arg(&out), "--data", "cifar10-test", "--images", "4"];
    assert_eq!(json_of(folder.path(), &args, "lcsim.eval/1")["images"], 4);
    let args = ["eval", arg(&model), "--data", "cifar10-test", "--images", "4", "--calibration-images", "4", "--quiet"];
    let output = lcsim(&args).assert().success().get_output().clone();
    assert!(output.stdout.is_empty() && output.stderr.is_empty(), "no note: {output:?}");
}
