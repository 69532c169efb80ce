//! Outputs as one set: no two in one place, none where an input stands.

use crate::{arg, lcsim, refused, repository, stdout};
use lcsim_golden::onnx::proto::{ModelProto, StringStringEntryProto};
use prost::Message;
use std::fs;
use std::path::{Path, PathBuf};

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("readable").next().is_none()
}

#[test]
fn two_outputs_to_one_new_file_are_refused_before_the_work() {
    let folder = tempfile::tempdir().expect("folder");
    let inside = folder.path().join("in");
    fs::create_dir(&inside).expect("made");
    for (json, csv) in [("r", "./r"), ("r", "in/../r"), ("in/r", "in/./r")] {
        let output = lcsim(&["run", "--model", "missing.onnx", "--json", json, "--csv", csv])
            .current_dir(folder.path())
            .output()
            .expect("started");
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.code() == Some(2) && message.contains("two outputs"), "{json} {csv}: {message}");
        assert!(message.contains(json) && message.contains(csv), "{message}");
    }
    assert!(is_empty(&inside));
}

#[cfg(unix)]
#[test]
fn links_are_names_of_one_place() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("real")).expect("made");
    symlink("real", at("other")).expect("linked");
    let both = |json: PathBuf, csv: PathBuf| {
        refused(&["run", "--model", "missing.onnx", "--json", arg(&json), "--csv", arg(&csv)], &["two outputs"]);
    };
    both(at("real/r"), at("other/r"));
    fs::write(at("old"), "old").expect("written");
    fs::hard_link(at("old"), at("hard")).expect("linked");
    symlink("old", at("soft")).expect("linked");
    both(at("old"), at("hard"));
    both(at("old"), at("soft"));
    symlink("nowhere", at("dangling")).expect("linked");
    let dangling = at("dangling");
    refused(
        &["run", "--json", arg(&dangling)],
        &["dangling: cannot write: is a link to nowhere, which does not exist"],
    );
    refused(&["plot", "--out", arg(&dangling)], &["dangling", "is a link to nowhere, which does not exist"]);
    assert!(!at("nowhere").exists());
}

#[cfg(unix)]
#[test]
fn stdout_has_several_names() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("r.json");
    let to = |args: &[&str]| {
        let file = fs::File::create(&path).expect("made");
        std::process::Command::new(env!("CARGO_BIN_EXE_lcsim")).args(args).stdout(file).output().expect("started")
    };
    let output = to(&["run", "--images", "1", "--json", "/dev/stdout"]);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice::<serde_json::Value>(&fs::read(&path).expect("written")).expect("JSON alone");
    let output = to(&["run", "--images", "1", "--json", "-", "--csv", arg(&path)]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && message.contains("two outputs"), "{message}");
}

#[test]
fn an_output_that_is_an_input_is_refused_by_every_command() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let model = at("m.safetensors");
    fs::copy(repository("models/resnet8-lcnet.safetensors"), &model).expect("copied");
    let (config, table) = (at("a.toml"), at("e.toml"));
    fs::write(&config, stdout(&["config", "8x8"])).expect("written");
    fs::write(&table, stdout(&["energy", "45nm-lpddr4"])).expect("written");
    let report = at("r.json");
    stdout(&["run", "--images", "1", "--quiet", "--json", arg(&report)]);
    let data = at("test_batch.bin");
    fs::write(&data, vec![1; 3073]).expect("written");
    fs::create_dir_all(at("classes/cat")).expect("made");
    let (classes, image) = (at("classes"), at("classes/cat/a.png"));
    fs::write(&image, "a picture").expect("written");
    fs::write(at("m.onnx"), "a model").expect("written");
    let onnx = at("m.onnx");
    fs::create_dir(at("curve")).expect("made");
    let (curve, points) = (at("curve"), at("curve/curve.csv"));
    fs::write(&points, "a topology").expect("written");
    let is_read: [&[&str]; 10] = [
        &["run", "--model", arg(&model), "--json", arg(&model)],
        &["run", "--config", arg(&config), "--html", arg(&config)],
        &["run", "--energy-table", arg(&table), "--csv", arg(&table)],
        &["run", "--data", arg(&data), "--markdown", arg(&data)],
        &["quantize", arg(&onnx), "--data", "cifar10-test", "--out", arg(&onnx)],
        &["eval", arg(&onnx), "--data", "cifar10-test", "--json", arg(&onnx)],
        &["trace", "--model", arg(&model), "--vcd", arg(&model)],
        &["report", arg(&report), "--csv", arg(&report)],
        &["compare", arg(&report), arg(&report), "--csv", arg(&report)],
        &["curve", arg(&model), "--data", arg(&points), "--out", arg(&curve)],
    ];
    for args in is_read {
        refused(args, &["is read by this command", "give the output another name"]);
    }
    let inside = ["run", "--data", arg(&classes), "--json", arg(&image)];
    refused(&inside, &["a.png: cannot read", "is read by this command", "give the output another name"]);
    assert_eq!(fs::read(&image).expect("there"), b"a picture");
    assert_eq!(fs::read(&onnx).expect("there"), b"a model");
    container(&model);
}

/// The shipped float model with its weights in a file beside it, as PyTorch writes them.
fn with_weights_beside(onnx: &Path, weights: &Path) {
    let shipped = fs::read(repository("models/resnet8-lcnet.onnx")).expect("shipped");
    let mut model = ModelProto::decode(&shipped[..]).expect("a model");
    let mut bytes = vec![];
    for tensor in &mut model.graph.as_mut().expect("a graph").initializer {
        let Some(raw) = tensor.raw_data.take().filter(|raw| !raw.is_empty()) else { continue };
        let name = weights.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        let (offset, length) = (bytes.len().to_string(), raw.len().to_string());
        let entries = [("location", name), ("offset", &offset), ("length", &length)];
        let entry =
            |(key, value): (&str, &str)| StringStringEntryProto { key: Some(key.into()), value: Some(value.into()) };
        tensor.external_data = entries.map(entry).to_vec();
        tensor.data_location = Some(1);
        bytes.extend(raw);
    }
    assert!(!bytes.is_empty());
    fs::write(onnx, model.encode_to_vec()).expect("written");
    fs::write(weights, bytes).expect("written");
}

#[test]
fn an_output_that_an_input_names_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let (config, base) = (at("mine.toml"), at("base.toml"));
    fs::write(&config, "base = \"base.toml\"\n").expect("written");
    fs::write(&base, stdout(&["config", "8x8"])).expect("written");
    let (images, labels) = (at("t10k-images-idx3-ubyte"), at("t10k-labels-idx1-ubyte"));
    fs::write(&images, [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5]).expect("written");
    fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 1, 0]).expect("written");
    let (onnx, weights) = (at("m.onnx"), at("m.onnx.data"));
    with_weights_beside(&onnx, &weights);
    // Training images beside --data calibrate.
    fs::create_dir(at("cifar")).expect("made");
    let (data, training) = (at("cifar/test_batch.bin"), at("cifar/data_batch_1.bin"));
    fs::write(&data, vec![1; 3073]).expect("written");
    fs::write(&training, vec![2; 2 * 3073]).expect("written");
    let shipped = repository("models/resnet8-lcnet.onnx");
    let read: [(&[&str], &Path); 6] = [
        (&["run", "--config", arg(&config)], &base),
        (&["config", arg(&config)], &base),
        (&["run", "--data", arg(&images)], &labels),
        (&["quantize", arg(&onnx), "--data", "cifar10-test", "--out", "-"], &weights),
        (&["run", "--images", "1", "--model", arg(&onnx)], &weights),
        (&["run", "--model", arg(&shipped), "--data", arg(&data)], &training),
    ];
    for (args, output) in read {
        let before = fs::read(output).expect("readable");
        let name = output.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        refused(&[args, &["--json", arg(output)]].concat(), &[name, "is read by this command"]);
        assert_eq!(fs::read(output).expect("readable"), before);
    }
    // What is an output of one run may be an input of the next.
    let out = at("m.safetensors");
    stdout(&["quantize", arg(&onnx), "--data", arg(&data), "--out", arg(&out)]);
    stdout(&["run", "--data", arg(&data), "--model", arg(&out), "--json", arg(&at("cifar/r.json"))]);
    stdout(&["run", "--data", arg(&at("cifar")), "--model", arg(&out), "--json", arg(&at("cifar/r.json"))]);
}

#[test]
fn check_leaves_what_it_could_not_read_as_it_was() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let original = |path: &Path, name: &str| {
        fs::copy(repository(name), path).expect("copied");
        fs::read(path).expect("there")
    };
    let quantised = original(&at("m.safetensors"), "models/resnet8-lcnet.safetensors");
    let float = original(&at("m.onnx"), "models/resnet8-lcnet.onnx");
    let other = original(&at("m.st"), "models/resnet8-lcnet.safetensors");
    for (name, bytes) in [("m.safetensors", quantised), ("m.onnx", float), ("m.st", other)] {
        let path = at(name);
        let args = ["check", "-q", arg(&path), "--json", arg(&path)];
        refused(&args, &[name, "is read by this command and cannot be its output"]);
        assert!(fs::read(&path).expect("there") == bytes, "{name} was overwritten");
    }
}

#[test]
fn a_core_has_its_folder_for_itself() {
    let folder = tempfile::tempdir().expect("folder");
    let (out, json) = (folder.path().join("rtl"), folder.path().join("rtl/written.json"));
    let verilog = ["verilog", "--config", "4x4", "--part", "gate", "--out", arg(&out)];
    stdout(&verilog);
    refused(&[&verilog[..], &["--json", arg(&json)]].concat(), &["written.json: lies in ", "give a place outside"]);
    stdout(&verilog);
}

/// The model is whole.
fn container(path: &Path) {
    lcsim_golden::container::load(path).expect("untouched");
}

#[test]
fn a_folders_files_are_of_the_set() {
    let folder = tempfile::tempdir().expect("folder");
    let at = |name: &str| folder.path().join(name);
    let model = repository("models/resnet8-lcnet.safetensors");
    let (out, points, dump) = (arg(folder.path()), at("curve.json"), at("dump.json"));
    refused(&["curve", arg(&model), "--out", out, "--json", arg(&points)], &["curve.json: two outputs"]);
    refused(&["run", "--dump", out, "--json", arg(&dump)], &["dump.json: two outputs"]);
    let new = at("new");
    refused(&["run", "--dump", arg(&new), "--json", arg(&new)], &["new: an output cannot be the folder of the others"]);
    assert!(is_empty(folder.path()));
}

#[cfg(unix)]
#[test]
fn a_replaced_file_keeps_its_mode() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("r.json");
    for mode in [0o600, 0o640, 0o664] {
        fs::write(&path, "old").expect("written");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("set");
        stdout(&["run", "--images", "1", "--quiet", "--json", arg(&path)]);
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, mode);
        assert_ne!(fs::read(&path).expect("readable"), b"old");
    }
}
