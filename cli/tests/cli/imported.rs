//! From an ONNX file and a folder of pictures to a report.

use crate::{arg, stdout};
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
    assert_eq!(fast.cycles, report(&[onnx]).cycles);
}
