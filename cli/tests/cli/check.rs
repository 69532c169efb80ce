//! `lcsim check`: what it recognises, what it finds in the way, and that it agrees with
//! `lcsim run`.

use crate::bad_input::cramped_config;
use crate::{arg, lcsim, repository, stdout};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What `lcsim check` finds, and its exit code, which has to be that of `lcsim run`.
fn checked(model: &Path, more: &[&str]) -> (Value, Option<i32>) {
    let output = lcsim(&[&["check", arg(model), "--json", "-"], more].concat()).output().expect("started");
    let run = [&["run", "--images", "1", "--quiet", "--model", arg(model)], more].concat();
    let run = lcsim(&run).output().expect("started");
    assert_eq!(output.status.code(), run.status.code(), "{}", String::from_utf8_lossy(&run.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(found["runs"], output.status.success());
    (found, output.status.code())
}

#[test]
fn shipped_models_are_recognised() {
    for (file, kind) in [("models/resnet8-lcnet.onnx", "float"), ("models/resnet8-lcnet.safetensors", "quantised")] {
        let (found, code) = checked(&repository(file), &[]);
        assert_eq!((code, &found["problems"]), (Some(0), &Value::Array(vec![])));
        let network = &found["network"];
        assert_eq!(network["kind"], kind);
        assert_eq!(network["summary"], "9 convolutions, 3 blocks, 3 L-Nets, 6 C-Nets");
        let block = &network["blocks"][1];
        let [lnet, first, last] = [0, 1, 2].map(|i| &block["gates"][i]);
        assert_eq!((&lnet["kind"], &lnet["scores"]), (&"l_net".into(), &block["name"]));
        assert_eq!(lnet["reads"], network["blocks"][0]["name"]);
        assert_eq!((&first["scores"], &first["reads"]), (&block["convs"][0], &lnet["reads"]));
        assert_eq!((&last["scores"], &last["reads"]), (&block["convs"][1], &block["convs"][0]));
    }
    let (found, code) = checked(&repository("models/resnet8-dense.onnx"), &[]);
    assert_eq!((code, &found["network"]["summary"]), (Some(0), &"9 convolutions, 3 blocks, no gates".into()));
    let text = stdout(&["check", arg(&repository("models/resnet8-lcnet.onnx"))]);
    for part in
        ["9 convolutions, 3 blocks", "L-Net ", "reads the block's input, the output of stem", "16x16", "works\n"]
    {
        assert!(text.contains(part), "`{part}` is not in: {text}");
    }
    let model = repository("models/resnet8-lcnet.safetensors");
    lcsim(&["check", "--quiet", arg(&model)]).assert().success().stdout("").stderr("");
}

#[test]
fn an_accelerator_that_is_too_small_is_told_what_it_lacks_and_what_would_do() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("mine.toml");
    fs::write(&path, cramped_config()).expect("written");
    let model = repository("models/resnet8-lcnet.safetensors");
    let (found, code) = checked(&model, &["--config", arg(&path)]);
    let accelerator = &found["accelerators"][0];
    assert_eq!((code, &accelerator["holds"]), (Some(2), &false.into()));
    let lacks = accelerator["lacks"].as_array().expect("a list");
    let keys: Vec<&Value> = lacks.iter().map(|l| &l["parameter"]).collect();
    assert_eq!(keys, ["memory.scratch_bytes", "memory.parameters"]);
    // What would do is what `lcsim run` takes.
    let settings = accelerator["settings"].as_array().expect("a list");
    let settings: Vec<&str> = settings.iter().flat_map(|s| s.as_str().expect("text").split(' ')).collect();
    let (found, code) = checked(&model, &[&["--config", arg(&path)], &settings[..]].concat());
    assert_eq!((code, &found["accelerators"][0]["holds"]), (Some(0), &true.into()));
    let both = ["check", arg(&model), "--config", "16x16,ice40-2x1"];
    let output = lcsim(&both).assert().code(2).get_output().clone();
    let (text, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(error.ends_with("resnet8-lcnet.safetensors: does not fit ice40-2x1\n"), "{error}");
    assert!(text.contains("16x16") && text.contains("holds it with --set memory."), "{text}");
}

#[test]
fn what_is_set_need_not_suit_accelerators_that_are_only_shown() {
    let model = repository("models/resnet8-lcnet.safetensors");
    let (found, code) = checked(&model, &["--set", "gate.macs=200"]);
    assert_eq!(code, Some(0));
    let small = found["accelerators"].as_array().expect("a list").iter().find(|a| a["name"] == "ice40-2x1");
    let problem = small.and_then(|a| a["problem"].as_str()).expect("a problem");
    assert!(problem.contains("memory.gate_weight_bytes"), "{problem}");
}

#[test]
fn what_is_in_the_way_is_listed() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("changed.onnx");
    let mut bytes = fs::read(repository("models/resnet8-lcnet.onnx")).expect("shipped");
    let at = bytes.windows(4).rposition(|w| w == b"Relu").expect("a ReLU");
    bytes[at..at + 4].copy_from_slice(b"Sinh");
    fs::write(&path, bytes).expect("written");
    let (found, code) = checked(&path, &[]);
    assert_eq!((code, &found["network"]), (Some(2), &Value::Null));
    let problem = found["problems"][0].as_str().expect("text");
    assert!(problem.contains("changed.onnx") && problem.contains("Sinh"), "{problem}");
    let model = folder.path().join("missing.safetensors");
    assert_eq!(checked(&model, &[]).1, Some(2));
    assert_eq!(checked(&repository("configs/16x16.toml"), &[]).1, Some(2));
}

#[test]
fn images_that_do_not_fit_are_in_the_way_and_accelerators_are_shown_all_the_same() {
    let folder = tempfile::tempdir().expect("folder");
    fs::create_dir(folder.path().join("cat")).expect("folder");
    let file = fs::File::create(folder.path().join("cat/1.png")).expect("created");
    let mut png = png::Encoder::new(file, 28, 28);
    png.set_color(png::ColorType::Rgb);
    png.write_header().and_then(|mut w| w.write_image_data(&[9; 3 * 28 * 28])).expect("encoded");
    for model in ["models/resnet8-lcnet.onnx", "models/resnet8-lcnet.safetensors"] {
        let (found, code) = checked(&repository(model), &["--data", arg(folder.path())]);
        assert_eq!((code, found["problems"].as_array().map(Vec::len)), (Some(2), Some(1)));
        assert!(found["problems"][0].as_str().expect("text").contains("expected 3x32x32, found 3x28x28"));
        let default = found["accelerators"].as_array().expect("a list").iter().find(|a| a["required"] == true);
        assert_eq!(default.map(|a| (&a["name"], &a["holds"])), Some((&"16x16".into(), &true.into())));
    }
}
