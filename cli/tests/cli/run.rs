//! What the commands do when all is well.

use crate::{arg, lcsim, refused, repository, stdout};
use lcsim_spec::Report;
use serde_json::Value;
use std::fs;

fn report(args: &[&str]) -> String {
    stdout(&[&["run", "--json", "-", "--images", "3"], args].concat())
}

#[test]
fn a_network_without_gates_saves_nothing() {
    let dense = crate::repository("models/resnet8-dense.safetensors");
    let folder = tempfile::tempdir().expect("folder");
    let json = folder.path().join("report.json");
    let text = stdout(&["run", "--model", arg(&dense), "--images", "1", "--json", arg(&json)]);
    let [markdown, html] = ["--markdown", "--html"].map(|format| stdout(&["report", arg(&json), format, "-"]));
    for text in [&text, &markdown, &html] {
        for figure in ["realised fraction", "MAC reduction", "speed-up"] {
            assert!(!text.contains(figure), "{figure}: {text}");
        }
    }
    let same = stdout(&["compare", arg(&json), arg(&json)]);
    assert!(!same.contains("realised fraction") && !same.contains("speed-up"), "{same}");
    let report: serde_json::Value = serde_json::from_slice(&std::fs::read(&json).expect("written")).expect("JSON");
    assert_eq!(report["realized_fraction"], 1.0, "the layout of the report stays");
}

#[test]
fn reports_do_not_depend_on_the_number_of_threads() {
    assert_eq!(report(&["--threads", "1"]), report(&["--threads", "2"]));
}

#[test]
fn reports_follow_their_schema() {
    let schema = fs::read_to_string(repository("docs/report.schema.json")).expect("shipped");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    assert!(jsonschema::draft202012::meta::is_valid(&schema));
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let mut report: Value = serde_json::from_str(&report(&[])).expect("JSON");
    let errors: Vec<String> = validator.iter_errors(&report).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    report["layers"][0]["surplus"] = Value::from(1);
    assert!(!validator.is_valid(&report), "unknown fields have to be refused");
}

#[test]
fn reports_add_up() {
    let report: Report = serde_json::from_str(&report(&["--config", "8x8"])).expect("a report");
    let c = &report.cycles;
    assert_eq!(c.total, c.compute + c.input + c.classifier + c.pooling + c.gate_exposed + c.stall);
    assert_eq!(c.stall, c.stall_by.values().sum::<u64>());
    assert_eq!(c.total, report.image_cycles.iter().sum::<u64>());
    assert_eq!((report.images, report.image_cycles.len()), (3, 3));
    assert_eq!(report.accelerator.name, "8x8");
}

#[test]
fn offset_passes_over_images() {
    let cycles = |args: &[&str]| serde_json::from_str::<Report>(&stdout(args)).expect("a report").image_cycles;
    let all = cycles(&["run", "--json", "-", "--images", "3"]);
    assert_eq!(cycles(&["run", "--json", "-", "--images", "2", "--offset", "1"]), all[1..]);
}

#[test]
fn tables_and_csv_have_a_line_for_each_layer() {
    let layers = serde_json::from_str::<Report>(&report(&[])).expect("a report").layers;
    let csv = stdout(&["run", "--csv", "-", "--images", "3"]);
    let tables = stdout(&["run", "--images", "3"]);
    assert_eq!(csv.lines().count(), layers.len() + 1);
    for layer in &layers {
        assert!(csv.contains(&layer.name) && tables.contains(&layer.name), "{}", layer.name);
    }
    for total in ["accuracy", "exposed gates", "stalls", "without gates", "speed-up", "realised fraction"] {
        assert!(tables.contains(total), "{total}");
    }
}

#[test]
fn quantised_models_run_and_agree_with_those_quantised_on_the_fly() {
    let folder = tempfile::tempdir().expect("folder");
    let (onnx, out) = (repository("models/resnet8-lcnet.onnx"), folder.path().join("model.safetensors"));
    let quantize = ["quantize", arg(&onnx), "--data", "cifar10-test", "--images", "128", "--out", arg(&out)];
    let summary = stdout(&quantize);
    assert!(summary.contains("dense MACs") && summary.contains("128 images of cifar10-test"), "{summary}");
    assert_eq!(report(&["--model", arg(&out)]), report(&["--model", arg(&onnx), "--calibration", "same"]));
    let summary = stdout(&[&quantize[..], &["--threshold", "0.75"]].concat());
    assert!(summary.contains("scores below 0.75 count as 0"), "{summary}");
    let trimmed = report(&["--model", arg(&out)]);
    let same = ["--model", arg(&onnx), "--calibration", "same"];
    assert_eq!(trimmed, report(&[&same[..], &["--threshold", "0.75"]].concat()));
    assert_ne!(trimmed, report(&same), "no score is below 0.75");
}

#[test]
fn a_threshold_needs_gates() {
    let folder = tempfile::tempdir().expect("folder");
    let (onnx, out) = (repository("models/resnet8-dense.onnx"), folder.path().join("model.safetensors"));
    let quantize = ["quantize", arg(&onnx), "--data", "cifar10-test", "--images", "8", "--out", arg(&out)];
    refused(&[&quantize[..], &["--threshold", "0.1"]].concat(), &["--threshold", "resnet8-dense.onnx", "gates"]);
    assert!(!out.exists(), "something was written");
}

#[test]
fn eval_of_two_networks_is_refused() {
    let [onnx, other] = ["resnet8-lcnet.onnx", "resnet20-dense.safetensors"].map(|n| repository("models").join(n));
    let args = ["eval", arg(&onnx), "--quantized", arg(&other), "--images", "2", "-q"];
    refused(&args, &["resnet20-dense.safetensors: expected the network of", "9 convolutions", "found another"]);
}

#[test]
fn eval_compares_float_with_integer() {
    let onnx = repository("models/resnet8-lcnet.onnx");
    let args = ["eval", arg(&onnx), "--data", "cifar10-test", "--images", "20", "--calibration", "same"];
    let args = [&args[..], &["--calibration-images", "20"]].concat();
    let table = stdout(&args);
    assert!(table.contains("float") && table.contains("quantised") && table.contains("of dense"), "{table}");
    let json: Value = serde_json::from_str(&stdout(&[&args[..], &["--json", "-"]].concat())).expect("JSON");
    assert_eq!(json["images"], 20);
    for share in ["float_accuracy", "integer_accuracy", "agreement"] {
        assert!((0.0..=1.0).contains(&json[share].as_f64().expect("a number")), "{share}");
    }
}

#[test]
fn the_simulator_is_as_accurate_as_integer_golden_and_executes_as_much() {
    let run: Report = serde_json::from_str(&stdout(&["run", "--json", "-", "--images", "40"])).expect("a report");
    let [onnx, model] = ["onnx", "safetensors"].map(|kind| repository(&format!("models/resnet20-lcnet-60.{kind}")));
    let eval =
        ["eval", arg(&onnx), "--quantized", arg(&model), "--data", "cifar10-test", "--images", "40", "--json", "-"];
    let eval: Value = serde_json::from_str(&stdout(&eval)).expect("JSON");
    assert_eq!(eval["integer_accuracy"].as_f64(), run.accuracy);
    assert_eq!(eval["integer_macs"].as_f64(), Some(run.macs.executed as f64 / 40.0));
}

#[test]
fn embedded_configurations_can_be_printed_and_used() {
    let names = stdout(&["config"]);
    assert_eq!(
        names.lines().collect::<Vec<_>>(),
        ["4x4", "8x8", "16x16", "32x32", "imagenet-32x32", "ecp5-8x8", "ecp5-8x8-resnet20", "ice40-2x1"]
    );
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("mine.toml");
    fs::write(&path, stdout(&["config", "4x4"])).expect("written");
    assert_eq!(report(&["--config", arg(&path)]), report(&["--config", "4x4"]));
}

#[test]
fn the_embedded_model_fits_every_embedded_accelerator_but_those_of_small_parts() {
    let names = stdout(&["config"]);
    let (parts, fitting): (Vec<&str>, Vec<&str>) =
        names.lines().partition(|name| name.starts_with("ecp5") || name.starts_with("ice40"));
    assert_eq!(parts, ["ecp5-8x8", "ecp5-8x8-resnet20", "ice40-2x1"]);
    refused(&["run", "--config", parts[2]], &["memory.scratch_bytes is 128", "the image"]);
    refused(&["run", "--config", parts[0]], &["memory.weight_bytes is", "the whole network needs"]);
    let small = repository("models/resnet8-lcnet.safetensors");
    let runs = fitting.iter().map(|name| vec!["--config", name]);
    let on_parts = [vec!["--config", parts[0], "--model", arg(&small)], vec!["--config", parts[1]]];
    for args in runs.chain(on_parts) {
        let run: Report = serde_json::from_str(&report(&args)).expect("a report");
        assert_eq!(run.accelerator.name, args[1]);
    }
}

#[test]
fn both_engines_give_the_same_report() {
    assert_eq!(report(&["--engine", "stepped"]), report(&["--engine", "fast"]));
}

#[test]
fn help_lists_the_commands_and_completions_exist() {
    let help = stdout(&["--help"]);
    let commands = [
        "run",
        "quantize",
        "eval",
        "curve",
        "plot",
        "compare",
        "report",
        "trace",
        "verilog",
        "config",
        "energy",
        "completions",
    ];
    for command in commands {
        assert!(help.contains(&format!("\n  {command} ")), "{command}: {help}");
        assert!(stdout(&[command, "--help"]).contains("Example"), "{command}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(&["completions", shell]).contains("lcsim"), "{shell}");
    }
    let version = env!("CARGO_PKG_VERSION");
    lcsim(&["-V"]).assert().success().stdout(format!("lcsim {version}\n"));
    let long = format!("lcsim {version} (cycle model {})\n", lcsim_spec::CYCLE_MODEL);
    lcsim(&["--version"]).assert().success().stdout(long);
}

fn parsed(args: &[&str]) -> Report {
    serde_json::from_str(&stdout(&[&["run", "--json", "-", "--images", "2"], args].concat())).expect("a report")
}

/// The configuration that networks for ImageNet run on, in which something stands for something
/// else.
fn changed(from: &str, to: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let text = fs::read_to_string(repository("configs/imagenet-32x32.toml")).expect("shipped");
    let changed = text.replace(from, to);
    assert_ne!(text, changed);
    let path = folder.path().join("changed.toml");
    fs::write(&path, changed).expect("written");
    let path = arg(&path).to_string();
    (folder, path)
}

fn half_the_bandwidth() -> (tempfile::TempDir, String) {
    changed("bytes_per_cycle = 16", "bytes_per_cycle = 8")
}

#[test]
fn bandwidth_matters_to_a_network_whose_weights_do_not_fit() {
    let (_folder, half) = half_the_bandwidth();
    let synthetic = ["--synthetic", "resnet50", "--gate-rate", "0.5"];
    let whole = parsed(&synthetic);
    let halved = parsed(&[&synthetic[..], &["--config", &half]].concat());
    assert!(halved.cycles.total > whole.cycles.total);
    // Stalls and gates that wait for weights, and the classifier's weights, explain all of it.
    let waits = |r: &Report| r.cycles.stall_by["dram"] + r.cycles.gate_exposed + r.cycles.classifier;
    assert_eq!(halved.cycles.total - whole.cycles.total, waits(&halved) - waits(&whole));
    let dram = whole.dram.expect("has one");
    assert!(!dram.filters_on_chip && dram.read_bytes > 0 && dram.busy_cycles > 0);
    assert_eq!(dram.stall_cycles, whole.cycles.stall_by["dram"]);
    assert_eq!(whole.accuracy, None);
}

#[test]
fn bandwidth_does_not_matter_to_a_network_whose_weights_stay_on_chip() {
    let (_folder, half) = half_the_bandwidth();
    let [whole, halved] = ["imagenet-32x32", &half].map(|config| parsed(&["--config", config]));
    assert_eq!((&whole.cycles, &whole.layers), (&halved.cycles, &halved.layers));
    let dram = whole.dram.expect("has one");
    assert!(dram.filters_on_chip && dram.gate_weights_on_chip && dram.read_bytes == 0);
    let table = stdout(&["run", "--images", "1", "--config", "imagenet-32x32"]);
    assert!(table.contains("on chip") && table.contains("no image waits for DRAM"), "{table}");
}

#[test]
fn maps_that_do_not_fit_come_from_dram_and_change_no_value() {
    let (_folder, small) = changed("1_605_632", "8_192");
    let [whole, banded] = ["imagenet-32x32", &small].map(|config| parsed(&["--config", config]));
    assert_eq!((whole.accuracy, whole.macs), (banded.accuracy, banded.macs));
    assert_eq!((banded.layers[0].skip_rate, banded.layers[0].live_channels), (0.0, 3.0), "the image is there");
    let [on_chip, off_chip] = [whole.dram, banded.dram].map(|dram| dram.expect("has one"));
    assert_eq!((on_chip.maps_off_chip, on_chip.written_bytes), (0, 0));
    assert!(off_chip.maps_off_chip > 0 && off_chip.maps_off_chip < off_chip.maps && off_chip.written_bytes > 0);
    assert!(banded.cycles.stall_by["dram"] > 0 && banded.cycles.total > whole.cycles.total);
    assert_eq!(banded.layers.iter().map(|l| l.dram_written_bytes).sum::<u64>(), off_chip.written_bytes);
    let table = stdout(&["run", "--images", "1", "--config", &small]);
    assert!(table.contains(&format!("{} of {} off chip", off_chip.maps_off_chip, off_chip.maps)), "{table}");
    // Without a DRAM there is nowhere to go.
    let text = fs::read_to_string(&small).expect("written above");
    fs::write(&small, &text[..text.find("[dram]").expect("the last table")]).expect("written");
    refused(&["run", "--config", &small], &["memory.scratch_bytes is 8192, the image needs 32768"]);
}

#[test]
fn synthetic_networks_follow_the_schema_and_their_seed() {
    let args = ["--synthetic", "resnet18", "--gate-rate", "0.5", "--channel-rate", "0.5"];
    let first = report(&args);
    assert_eq!(first, report(&args));
    assert_ne!(first, report(&[&args[..], &["--seed", "2"]].concat()));
    let schema = fs::read_to_string(repository("docs/report.schema.json")).expect("shipped");
    let validator = jsonschema::draft202012::new(&serde_json::from_str(&schema).expect("JSON")).expect("a schema");
    let value: Value = serde_json::from_str(&first).expect("JSON");
    let errors: Vec<String> = validator.iter_errors(&value).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn synthetic_networks_take_neither_model_nor_values() {
    for (args, words) in [
        (&["--synthetic", "resnet5"][..], "resnet50"),
        (&["--synthetic", "resnet50", "--data", "x"], "--data"),
        (&["--synthetic", "resnet50", "--model", "x"], "--model"),
        (&["--gate-rate", "0.5"], "--synthetic"),
        (&["--synthetic", "resnet50", "--gate-rate", "1.5"], "0 to 1"),
    ] {
        let output = lcsim(&[&["run"], args].concat()).assert().code(2).get_output().stderr.clone();
        let message = String::from_utf8(output).expect("UTF-8");
        assert!(message.contains(words), "{message}");
    }
    refused(&["run", "--synthetic", "resnet50", "--gate-rate", "0.5,0.5"], &["--gate-rate", "1 rate, or 16"]);
}
