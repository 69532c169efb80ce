//! Configurations, quantised models and arguments that must be refused.

use crate::{arg, embedded_config, lcsim, refused, repository};
use predicates::str::{contains, starts_with};
use std::fs;

/// The 16x16 configuration with `from` replaced by `to` has to be refused with a message that
/// contains `parts`.
fn config_refused(from: &str, to: &str, parts: &[&str]) {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("mine.toml");
    let text = embedded_config("16x16");
    assert!(text.contains(from), "`{from}` is not in the configuration");
    fs::write(&path, text.replace(from, to)).expect("written");
    let parts = [&["mine.toml"], parts].concat();
    refused(&["run", "--images", "1", "--config", arg(&path)], &parts);
}

#[test]
fn unknown_key() {
    config_refused("rows = 16", "rosw = 16", &["unknown key `rosw`", "did you mean `rows`?"]);
}

#[test]
fn key_out_of_range() {
    config_refused("clock_mhz = 100.0", "clock_mhz = -1.0", &["clock_mhz", "found -1"]);
    config_refused("accumulator_depth = 1024", "accumulator_depth = 0", &["array.accumulator_depth", "found 0"]);
}

#[test]
fn array_of_no_size() {
    config_refused("rows = 16", "rows = 0", &["array.rows", "1 to 256", "found 0"]);
}

#[test]
fn array_of_absurd_size() {
    config_refused("cols = 16", "cols = 1000000", &["array.cols", "1 to 256", "found 1000000"]);
}

#[test]
fn missing_key_and_no_toml() {
    config_refused("rows = 16", "", &["rows"]);
    config_refused("rows = 16", "rows 16", &[]);
}

#[test]
fn memory_too_small_for_the_network() {
    config_refused("scratch_bytes = 32_768", "scratch_bytes = 64", &["scratch"]);
}

/// The 16x16 configuration with less scratch memory and fewer parameters than any shipped network
/// needs.
pub fn cramped_config() -> String {
    let text = embedded_config("16x16");
    let changes = [("scratch_bytes = 32_768", "scratch_bytes = 64"), ("\nparameters = 2_048", "\nparameters = 9")];
    changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "`{from}` is not in the configuration");
        text.replace(from, to)
    })
}

#[test]
fn everything_that_does_not_fit_is_told_at_once_with_what_would() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("mine.toml");
    fs::write(&path, cramped_config()).expect("written");
    let model = repository("models/resnet8-lcnet.safetensors");
    let args = ["run", "--images", "1", "--model", arg(&model), "--config", arg(&path)];
    let parts = [
        "resnet8-lcnet.safetensors on ",
        "mine.toml: does not fit: ",
        "memory.scratch_bytes is 64, the image needs 16384",
        "memory.parameters is 9, the whole network needs ",
        "it fits with --set memory.scratch_bytes=16384 --set memory.parameters=",
    ];
    refused(&args, &parts);
}

#[test]
fn unknown_configuration() {
    refused(
        &["run", "--config", "17x17"],
        &["17x17", "4x4, 8x8, 16x16, 32x32, imagenet-32x32, ecp5-8x8, ecp5-8x8-resnet20, ice40-2x1"],
    );
    refused(
        &["config", "17x17"],
        &["17x17", "4x4, 8x8, 16x16, 32x32, imagenet-32x32, ecp5-8x8, ecp5-8x8-resnet20, ice40-2x1"],
    );
}

#[test]
fn truncated_safetensors() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("short.safetensors");
    let whole = fs::read(repository("models/resnet8-lcnet.safetensors")).expect("shipped");
    for length in [0, 4, 50, whole.len() - 1] {
        fs::write(&path, &whole[..length]).expect("written");
        refused(&["run", "--images", "1", "--model", arg(&path)], &["short.safetensors"]);
    }
}

#[test]
fn models_that_are_none() {
    refused(&["run", "--model", "missing.onnx"], &["missing.onnx", "cannot read"]);
    refused(&["run", "--model", "missing.safetensors"], &["missing.safetensors", "cannot read"]);
    let readme = repository("configs/16x16.toml");
    refused(&["run", "--model", arg(&readme)], &["16x16.toml", "expected .onnx or .safetensors"]);
}

#[test]
fn more_images_than_available() {
    refused(&["run", "--images", "1001"], &["1001 images asked for", "1000 available"]);
    refused(&["run", "--offset", "995", "--images", "6"], &["6 images from image 995", "5 available"]);
}

#[test]
fn counts_of_nothing() {
    for args in [
        ["run", "--threshold", "1.1"],
        ["run", "--threshold", "half"],
        ["run", "--images", "0"],
        ["run", "--threads", "0"],
        ["run", "--images", "-3"],
    ] {
        lcsim(&args).assert().code(2).stdout("").stderr(starts_with("error: "));
    }
}

#[test]
fn unknown_arguments() {
    lcsim(&["run", "--imges", "3"]).assert().code(2).stdout("").stderr(contains("'--images'"));
    lcsim(&["simulate"]).assert().code(2).stdout("").stderr(starts_with("error: "));
}
