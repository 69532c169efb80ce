//! From an ONNX file and a folder of pictures to a report.

use crate::{arg, lcsim, refused, repository, stdout};
use lcsim_golden::onnx::proto::ModelProto;
use lcsim_spec::Report;
use lcsim_tests::onnx_builder::{Rng, Spec, Style, mobile};
use prost::Message;
use std::fs::{self, File};
use std::path::Path;

const SIZE: u32 = 12;

/// A folder of five class folders with a picture of noise each.
fn pictures(folder: &Path) {
    let mut rng = Rng::new(3);
    for class in 0..5 {
        let class = folder.join(class.to_string());
        fs::create_dir_all(&class).expect("folder");
        let mut png = png::Encoder::new(File::create(class.join("a.png")).expect("made"), SIZE, SIZE);
        png.set_color(png::ColorType::Rgb);
        let pixels: Vec<u8> = (0..3 * SIZE * SIZE).map(|_| rng.bits() as u8).collect();
        png.write_header().and_then(|mut w| w.write_image_data(&pixels)).expect("encodes");
    }
}

#[test]
fn mobile_networks_are_quantised_and_run() {
    let folder = tempfile::tempdir().expect("folder");
    let [onnx, quantized, data] = ["mobile.onnx", "mobile.safetensors", "data"].map(|n| folder.path().join(n));
    pictures(&data);
    let spec = Spec { seed: 5, blocks: 4, depth: 3, size: [SIZE as usize; 2] };
    fs::write(&onnx, mobile(&spec, Style::PLAIN, 6.0).encode_to_vec()).expect("written");
    let [onnx, quantized, data] = [&onnx, &quantized, &data].map(|p| arg(p));
    let printed = stdout(&["quantize", onnx, "--data", data, "--out", quantized]);
    assert!(printed.contains("calibration   5 images"), "{printed}");
    let report = |more: &[&str]| -> Report {
        let run = ["run", "--config", "16x16", "--data", data, "--json", "-", "--model"];
        serde_json::from_str(&stdout(&[&run[..], more].concat())).expect("a report")
    };
    let fast = report(&[quantized]);
    assert_eq!(fast, report(&[quantized, "--engine", "stepped"]));
    assert_eq!(fast.images, 5);
    let depthwise = fast.layers.iter().filter(|l| l.name.ends_with(".depthwise") && l.macs_executed > 0);
    assert_eq!(depthwise.count(), 4);
    // Quantised on the fly, with the same images.
    assert_eq!(fast.cycles, report(&[onnx, "--calibration", "same"]).cycles);
}

/// The shipped model, whose metadata has mean and standard deviation, and the same without it.
fn with_and_without_metadata(folder: &Path) -> [std::path::PathBuf; 2] {
    let (with, without) = (repository("models/resnet8-lcnet.onnx"), folder.join("bare.onnx"));
    let mut model = ModelProto::decode(&fs::read(&with).expect("shipped")[..]).expect("a model");
    model.metadata_props.clear();
    fs::write(&without, model.encode_to_vec()).expect("written");
    [with, without]
}

#[test]
fn mean_and_deviation_are_those_given_or_those_of_the_file_and_their_absence_is_told() {
    let folder = tempfile::tempdir().expect("folder");
    let [with, without] = with_and_without_metadata(folder.path());
    let out = folder.path().join("out.safetensors");
    let line = |model: &Path, more: &[&str]| {
        let args = ["quantize", arg(model), "--data", "cifar10-test", "--images", "4", "--out", arg(&out)];
        let output = lcsim(&[&args[..], more].concat()).assert().success().get_output().clone();
        let [stdout, stderr] = [output.stdout, output.stderr].map(|text| String::from_utf8(text).expect("UTF-8"));
        let line = stdout.lines().find(|line| line.starts_with("normalisation ")).expect("a line").to_owned();
        assert!(stderr.contains("9 convolutions, 3 blocks, 3 L-Nets, 6 C-Nets"), "{stderr}");
        (line, stderr.contains("--mean and --std give others"))
    };
    let (of_file, told) = line(&with, &[]);
    assert!(of_file.ends_with("(from the file's lcsim.mean and lcsim.std)") && !told, "{of_file}");
    let (absent, told) = line(&without, &[]);
    assert!(absent.contains("mean 0,0,0, std 1,1,1 (the file says none)") && told, "{absent}");
    let given = ["--mean", "0.5", "--std", "0.25,0.5,0.25"];
    for model in [&with, &without] {
        let (line, told) = line(model, &given);
        assert!(line.contains("mean 0.5,0.5,0.5, std 0.25,0.5,0.25 (as given)") && !told, "{line}");
    }
}

#[test]
fn a_model_without_metadata_runs_as_the_same_with_it_when_they_are_given() {
    let folder = tempfile::tempdir().expect("folder");
    let [with, without] = with_and_without_metadata(folder.path());
    let model = ModelProto::decode(&fs::read(&with).expect("shipped")[..]).expect("a model");
    let value = |key: &str| {
        let entry = model.metadata_props.iter().find(|entry| entry.key() == key);
        entry.expect("has it").value().trim_matches(['[', ']']).to_owned()
    };
    let report = |args: &[&str]| {
        let run = ["run", "--config", "8x8", "--images", "2", "--calibration-images", "8", "--json", "-", "--model"];
        let mut report: Report = serde_json::from_str(&stdout(&[&run[..], args].concat())).expect("a report");
        report.model = String::new();
        report
    };
    let given = [arg(&without), "--mean", &value("lcsim.mean"), "--std", &value("lcsim.std")];
    assert_eq!(report(&[arg(&with)]), report(&given));
    assert_ne!(report(&[arg(&with)]), report(&[arg(&without)]));
    refused(&["run", "--model", arg(&with), "--mean", "0.5,0.5"], &["--mean", "3"]);
    refused(&["run", "--model", arg(&with), "--output", "no such"], &["no such"]);
}
