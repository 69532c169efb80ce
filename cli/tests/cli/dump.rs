//! `lcsim run --dump`: the arrays agree with each other and with the report, and say what ran.

use crate::{arg, lcsim, refused, repository, stdout};
use lcsim_golden::container;
use lcsim_report::outline;
use lcsim_sim::{Mode, Simulator};
use lcsim_spec::{AcceleratorConfig, GateDecision, QuantNetwork, Report, Score};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

/// Bytes of the elements of each array of a `.npz`, with the rest of their headers.
fn arrays(folder: &Path) -> BTreeMap<String, (String, Vec<u8>)> {
    let bytes = fs::read(folder.join("dump.npz")).expect("written");
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).expect("a ZIP");
    let count = zip.len();
    let read = |i| {
        let mut entry = zip.by_index(i).expect("an entry");
        let mut npy = vec![];
        entry.read_to_end(&mut npy).expect("readable");
        let header = 10 + usize::from(u16::from_le_bytes([npy[8], npy[9]]));
        let text = String::from_utf8(npy[10..header].to_vec()).expect("text");
        let name = entry.name().expect("text").strip_suffix(".npy").expect("an array").to_string();
        (name, (text, npy[header..].to_vec()))
    };
    (0..count).map(read).collect()
}

fn floats((header, bytes): &(String, Vec<u8>)) -> Vec<f32> {
    assert!(header.contains("'<f4'"), "{header}");
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn numbers((header, bytes): &(String, Vec<u8>)) -> Vec<i64> {
    assert!(header.contains("'<i8'"), "{header}");
    bytes.chunks_exact(8).map(|b| i64::from_le_bytes(b.try_into().expect("8 bytes"))).collect()
}

/// Runs that model on 6 images and dumps them; what was written, and the report.
fn dumped(folder: &Path, model: &str, more: &[&str]) -> (BTreeMap<String, (String, Vec<u8>)>, Report) {
    let model = repository(model);
    let args = ["run", "--images", "6", "--model", arg(&model), "--json", "-", "--quiet", "--dump", arg(folder)];
    let report = serde_json::from_str(&stdout(&[&args[..], more].concat())).expect("a report");
    (arrays(folder), report)
}

/// Decisions of image `i` from the masks alone.
fn decisions(net: &QuantNetwork, arrays: &BTreeMap<String, (String, Vec<u8>)>, i: usize) -> Vec<GateDecision> {
    let score = |live: &u8| if *live > 0 { Score::ONE } else { Score::ZERO };
    let mut decisions = vec![];
    for block in outline::blocks(&net.layers) {
        let runs = &arrays[&format!("blocks/{}", block.name)].1[i];
        for gate in &block.gates {
            let scores: Vec<Score> = match gate.kind {
                outline::Kind::LNet => vec![score(runs)],
                outline::Kind::CNet if *runs == 0 => continue,
                outline::Kind::CNet => {
                    let live = &arrays[&format!("live/{}", gate.name)].1;
                    live[i * gate.outputs..(i + 1) * gate.outputs].iter().map(score).collect()
                }
            };
            decisions.push(GateDecision { gate: gate.name.clone(), scores });
        }
    }
    decisions
}

#[test]
fn the_masks_say_what_ran() {
    let folder = tempfile::tempdir().expect("folder");
    let out = folder.path().join("new/seen");
    let model = "models/resnet8-lcnet.safetensors";
    let (arrays, report) = dumped(&out, model, &["--offset", "3", "--threshold", "0.3"]);
    let net = container::load(&repository(model)).expect("shipped");
    let config = AcceleratorConfig::read(&repository("configs/16x16.toml")).expect("shipped");
    let simulator = Simulator::new(&net, &config).expect("fits");
    let cycles = (0..6).map(|i| simulator.replay(&decisions(&net, &arrays, i), Mode::Gated).cycles);
    assert_eq!(cycles.collect::<Vec<_>>(), report.image_cycles);
    assert_eq!(numbers(&arrays["images"]), [3, 4, 5, 6, 7, 8]);
    let (labels, classes) = (numbers(&arrays["labels"]), numbers(&arrays["classes"]));
    let correct = labels.iter().zip(&classes).filter(|(l, c)| l == c).count();
    assert_eq!(report.accuracy, Some(correct as f64 / 6.0));
    // A threshold cuts what the scores show.
    let scores = arrays.iter().filter(|(name, _)| name.starts_with("scores/")).flat_map(|(_, a)| floats(a));
    let scores: Vec<f32> = scores.filter(|s| !s.is_nan()).collect();
    assert!(scores.iter().all(|s| *s == 0.0 || *s > 0.299) && scores.contains(&0.0));
    assert!(!arrays.contains_key("logits_float"), "the quantised model has no float twin");
}

#[test]
fn a_float_model_stands_beside_its_quantised_form() {
    let folder = tempfile::tempdir().expect("folder");
    let [first, second] = ["first", "second"].map(|n| folder.path().join(n));
    let (arrays, _) = dumped(&first, "models/resnet8-lcnet.onnx", &["--threads", "1"]);
    let (again, _) = dumped(&second, "models/resnet8-lcnet.onnx", &["--threads", "3"]);
    assert_eq!(arrays, again);
    let [first, second] =
        [first, second].map(|f| ["dump.npz", "dump.json"].map(|n| fs::read(f.join(n)).expect("there")));
    assert_eq!(first, second, "the same bytes, whatever the number of threads");
    let [float, integer] = ["logits_float", "logits"].map(|name| floats(&arrays[name]));
    assert_eq!((float.len(), integer.len()), (60, 60));
    let apart = float.iter().zip(&integer).map(|(f, q)| (f - q).abs()).fold(0.0, f32::max);
    assert!(apart > 0.0 && apart < 2.0, "{apart}");
    let described: Value = serde_json::from_slice(&first[1]).expect("JSON");
    assert_eq!(described["schema"], "lcsim.dump/1");
    assert_eq!(described["sources"][5], "cifar10-test, image 5");
    let scale = described["logit_scale"].as_f64().expect("a number") as f32;
    let raw: Vec<f32> = arrays["logits_raw"]
        .1
        .chunks_exact(4)
        .map(|b| i32::from_le_bytes(b.try_into().expect("4 bytes")) as f32)
        .collect();
    assert_eq!(raw.iter().map(|v| v * scale).collect::<Vec<_>>(), integer);
    // Every array is described, and has as many elements as its shape says.
    let described = described["arrays"].as_array().expect("a list");
    assert_eq!(described.len(), arrays.len());
    for array in described {
        let (header, bytes) = &arrays[array["name"].as_str().expect("a name")];
        let shape: Vec<u64> = serde_json::from_value(array["shape"].clone()).expect("sizes");
        let size = match array["dtype"].as_str() {
            Some("uint8") => 1,
            Some("int64") => 8,
            _ => 4,
        };
        assert_eq!(bytes.len() as u64, size * shape.iter().product::<u64>(), "{header}");
        assert_eq!(shape[0], 6);
    }
    // Scores of both agree where both are evaluated, as closely as 8 bits can.
    for name in arrays.keys().filter_map(|name| name.strip_prefix("scores/")) {
        let [q, f] = ["scores", "scores_float"].map(|kind| floats(&arrays[&format!("{kind}/{name}")]));
        let apart = q.iter().zip(&f).map(|(q, f)| (q - f).abs()).filter(|d| !d.is_nan()).fold(0.0, f32::max);
        assert!(apart < 0.5, "{name}: {apart}");
    }
}

#[test]
fn a_dump_has_a_place_before_the_work_begins() {
    let folder = tempfile::tempdir().expect("folder");
    fs::create_dir(folder.path().join("dump.npz")).expect("a folder in its place");
    refused(&["run", "--images", "1", "--dump", arg(folder.path())], &["dump.npz", "cannot write"]);
    assert!(!folder.path().join("dump.json").exists());
    let file = folder.path().join("file");
    fs::write(&file, "mine").expect("written");
    refused(&["run", "--images", "1", "--dump", arg(&file)], &["file", "cannot write"]);
    lcsim(&["run", "--synthetic", "resnet18", "--dump", "x"]).assert().code(2);
}
