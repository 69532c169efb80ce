//! `lcsim plot`: its figures are those of `lcsim run`.

use crate::{arg, refused, repository, stdout};
use serde_json::Value;
use std::fs;
use std::path::Path;

const FILES: [&str; 9] = [
    "plot.json",
    "images.csv",
    "cycles.svg",
    "cycles.png",
    "blocks.svg",
    "blocks.png",
    "channels.svg",
    "channels.png",
    "extremes.png",
];

fn plot(out: &Path, more: &[&str]) -> String {
    stdout(&[&["plot", "--config", "16x16", "--images", "6", "--out", arg(out)], more].concat())
}

#[test]
fn figures_are_those_of_a_run() {
    let folder = tempfile::tempdir().expect("folder");
    let out = folder.path().join("new");
    let printed = plot(&out, &["--threshold", "0.9", "--offset", "3"]);
    assert!(FILES.iter().all(|name| printed.contains(name) && out.join(name).exists()), "{printed}");
    let plot: Value = serde_json::from_slice(&fs::read(out.join("plot.json")).expect("written")).expect("JSON");
    let report = stdout(&["run", "--images", "6", "--threshold", "0.9", "--offset", "3", "--json", "-"]);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(plot["schema"], "lcsim.plot/1");
    assert_eq!((&plot["threshold"], &plot["data"]), (&report["threshold"], &report["data"]));
    assert_eq!(plot["cycles_ungated"].as_u64(), report["ungated"]["cycles"].as_u64().map(|c| c / 6));
    let images = plot["images"].as_array().expect("images");
    let cycles: Vec<&Value> = images.iter().map(|image| &image["cycles"]).collect();
    assert_eq!(cycles, report["image_cycles"].as_array().expect("cycles").iter().collect::<Vec<_>>());
    assert_eq!(images.iter().map(|i| i["image"].as_u64()).collect::<Vec<_>>(), (3..9).map(Some).collect::<Vec<_>>());
    let macs: u64 = images.iter().filter_map(|image| image["macs"].as_u64()).sum();
    assert_eq!(report["macs"]["executed"].as_u64(), Some(macs));
    let correct = images.iter().filter(|image| image["label"] == image["class"]).count();
    assert_eq!(report["accuracy"].as_f64(), Some(correct as f64 / 6.0));
    let layers = report["layers"].as_array().expect("layers");
    let line = |name: &Value| layers.iter().find(|l| l["name"] == *name).expect("a layer");
    for block in plot["blocks"].as_array().expect("blocks") {
        assert_eq!(block["skip_rate"], line(&block["lnet"])["skip_rate"]);
    }
    let count = |class: u64| images.iter().filter(|image| image["label"] == class).count() as f64;
    for layer in plot["layers"].as_array().expect("layers") {
        let line = line(&layer["conv"]);
        let means = layer["computed"].as_array().expect("classes").iter().enumerate();
        let sum: f64 = means.filter_map(|(class, mean)| Some(mean.as_f64()? * count(class as u64))).sum();
        let executed = 6.0 * (1.0 - line["skip_rate"].as_f64().expect("a rate"));
        let expected = line["live_channels"].as_f64().expect("channels") * executed;
        assert!((sum - expected).abs() < 1e-6, "{sum} and {expected}: {layer}");
        assert_eq!(layer["channels"], line["channels"]);
    }
    let csv = fs::read_to_string(out.join("images.csv")).expect("written");
    assert!(csv.starts_with("image,label,class,cycles,macs\n3,") && csv.lines().count() == 7, "{csv}");
}

#[test]
fn plots_do_not_depend_on_the_number_of_threads() {
    let folder = tempfile::tempdir().expect("folder");
    let outs = ["1", "2"].map(|threads| {
        let out = folder.path().join(threads);
        assert_eq!(plot(&out, &["--threads", threads, "--quiet"]), "");
        FILES.map(|name| fs::read(out.join(name)).expect("written"))
    });
    assert_eq!(outs[0], outs[1]);
}

#[test]
fn pictures_come_in_the_formats_asked_for() {
    let folder = tempfile::tempdir().expect("folder");
    plot(folder.path(), &["--format", "jpeg"]);
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).expect("there").map(|e| e.expect("entry").file_name()).collect();
    names.sort();
    assert_eq!(names, ["blocks.jpg", "channels.jpg", "cycles.jpg", "extremes.jpg", "images.csv", "plot.json"]);
    assert!(fs::read(folder.path().join("cycles.jpg")).expect("written").starts_with(b"\xff\xd8\xff"));
    // Pixels as SVG would be an element each.
    let folder = tempfile::tempdir().expect("folder");
    plot(folder.path(), &["--format", "svg"]);
    assert!(folder.path().join("extremes.png").exists() && !folder.path().join("cycles.png").exists());
}

#[test]
fn what_cannot_be_plotted_is_refused_before_the_work() {
    let folder = tempfile::tempdir().expect("folder");
    let out = folder.path().join("plots");
    let dense = repository("models/resnet8-dense.safetensors");
    let with = |more: &[&str], parts: &[&str]| {
        refused(&[&["plot", "--out", arg(&out)], more].concat(), parts);
        assert!(!out.exists(), "{more:?}");
    };
    with(&["--model", arg(&dense)], &["resnet8-dense", "expected a network with L-Nets or C-Nets"]);
    with(&["--classes", "cat,dog"], &["--classes", "expected 10 names", "found 2"]);
    with(&["--config", "ice40-2x1"], &["resnet20-lcnet-60 on ice40-2x1", "memory.scratch_bytes"]);
    fs::write(&out, "mine").expect("written");
    refused(&["plot", "--images", "1", "--out", arg(&out)], &["cannot"]);
    assert_eq!(fs::read_to_string(&out).expect("kept"), "mine");
}
