//! `lcsim run --decisions`: masks from a file take the place of gates.

use crate::{arg, refused, repository, stdout};
use lcsim_spec::Report;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use zip::{ZipWriter, write::SimpleFileOptions};

/// An array as NumPy writes it.
struct Array<'a> {
    name: &'a str,
    dtype: &'a str,
    shape: &'a str,
    bytes: &'a [u8],
}

/// A mask of bytes.
fn mask<'a>(name: &'a str, shape: &'a str, bytes: &'a [u8]) -> Array<'a> {
    Array { name, dtype: "|u1", shape, bytes }
}

/// Writes an `.npz` and returns its path.
fn npz(folder: &Path, arrays: &[Array]) -> PathBuf {
    let path = folder.join("masks.npz");
    let mut zip = ZipWriter::new(File::create(&path).expect("a file"));
    for Array { name, dtype, shape, bytes } in arrays {
        zip.start_file(format!("{name}.npy"), SimpleFileOptions::default()).expect("an entry");
        let header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n");
        let begin = [&b"\x93NUMPY\x01\x00"[..], &(header.len() as u16).to_le_bytes(), header.as_bytes()].concat();
        zip.write_all(&[&begin, *bytes].concat()).expect("written");
    }
    zip.finish().expect("written");
    path
}

/// Runs a model with the decisions of a file.
fn run(model: &str, decisions: &Path, more: &[&str]) -> Report {
    let model = repository(model);
    let args = ["run", "--model", arg(&model), "--decisions", arg(decisions), "--json", "-", "--quiet"];
    serde_json::from_str(&stdout(&[&args[..], more].concat())).expect("a report")
}

const PLAIN: &str = "models/resnet8-dense.safetensors";

#[test]
fn a_dump_gives_the_same_run_again() {
    let folder = tempfile::tempdir().expect("folder");
    let [first, second] = ["first", "second"].map(|name| folder.path().join(name));
    let model = "models/resnet8-lcnet.safetensors";
    let path = repository(model);
    let args = ["run", "--model", arg(&path), "--images", "4", "--json", "-", "--quiet", "--dump", arg(&first)];
    let gated: Report = serde_json::from_str(&stdout(&args)).expect("a report");
    let given = run(model, &first.join("dump.npz"), &["--dump", arg(&second)]);
    assert_eq!((gated.image_cycles, gated.accuracy, gated.layers), (given.image_cycles, given.accuracy, given.layers));
    let [first, second] = [first, second].map(|folder| fs::read(folder.join("dump.npz")).expect("written"));
    assert!(first == second, "every score and logit");
    let decisions = given.decisions.expect("a part of the report");
    assert_eq!((decisions.blocks, decisions.convolutions, decisions.gates_left_out), (3, 6, 0));
}

#[test]
fn a_network_without_gates_skips_by_masks() {
    let folder = tempfile::tempdir().expect("folder");
    let half = [[1; 8], [0; 8]].concat();
    let path = npz(
        folder.path(),
        &[
            mask("blocks/block2", "(2,)", &[0, 1]),
            mask("live/block1.conv1", "(2, 16)", &[&half[..], &[1; 16]].concat()),
        ],
    );
    let report = run(PLAIN, &path, &[]);
    assert_eq!(report.images, 2, "as many as the file has");
    let [first, second] = report.image_cycles[..] else { panic!("two images") };
    assert!(first < second, "{first} < {second}");
    let without = report.ungated.cycles / 2;
    let instructions = second.checked_sub(without).expect("the second image skips nothing");
    assert!((1..100).contains(&instructions), "an instruction for each of two gates: {instructions}");
    assert_eq!(report.decisions.as_ref().map(|given| given.gates_left_out), Some(2));
    let line = |name: &str| report.layers.iter().find(|line| line.name == name).expect("a line");
    assert_eq!((line("block2.gate").skip_rate, line("block1.conv1.gate").live_channels), (0.5, 12.0));
    let stepped = run(PLAIN, &path, &["--engine", "stepped"]);
    assert_eq!((stepped.image_cycles, stepped.accuracy), (report.image_cycles, report.accuracy));
}

#[test]
fn rows_belong_to_the_images_that_a_file_names() {
    let folder = tempfile::tempdir().expect("folder");
    let numbers = [7i64, 5, 6].map(i64::to_le_bytes).concat();
    let images = Array { name: "images", dtype: "<i8", shape: "(3,)", bytes: &numbers };
    let path = npz(folder.path(), &[images, mask("blocks/block3", "(3,)", &[1, 0, 1])]);
    let report = run(PLAIN, &path, &["--offset", "5"]);
    let [fifth, sixth, seventh] = report.image_cycles[..] else { panic!("three images") };
    assert!(fifth < sixth && sixth == seventh, "{:?}", report.image_cycles);
    let model = repository(PLAIN);
    let args = ["run", "--model", arg(&model), "--decisions", arg(&path), "--offset", "6"];
    refused(&args, &["masks.npz, `images`: expected a row for image 8, found none"]);
}

#[test]
fn what_contradicts_the_network_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let model = repository(PLAIN);
    let refuse = |arrays: &[Array], parts: &[&str]| {
        let path = npz(folder.path(), arrays);
        refused(&["run", "--model", arg(&model), "--decisions", arg(&path)], parts);
    };
    refuse(
        &[mask("live/block1.conv1", "(1, 8)", &[1; 8])],
        &["masks.npz", "live/block1.conv1", "expected shape N x 16", "found uint8 of shape (1, 8)"],
    );
    refuse(
        &[mask("blocks/block9", "(1,)", &[1])],
        &["`blocks/block9`", "such as `blocks/block1` or `live/block1.conv1`"],
    );
    refuse(&[mask("live/stem", "(1, 16)", &[1; 16])], &["`stem` is no convolution in the branch of a block"]);
    refuse(
        &[mask("live/block1.conv1", "(2, 16)", &[[1; 31].as_slice(), &[2]].concat())],
        &["live/block1.conv1", "row 1, channel 15: expected 0 or 1, found 2"],
    );
    refuse(
        &[mask("blocks/block1", "(2,)", &[1, 1]), mask("blocks/block2", "(3,)", &[1; 3])],
        &["blocks/block2", "images: expected 2, as in `blocks/block1`, found 3"],
    );
    fn scores(bytes: &[u8; 4]) -> Array<'_> {
        Array { name: "scores/block1", dtype: "<f4", shape: "(1,)", bytes }
    }
    refuse(&[scores(&1.5f32.to_le_bytes())], &["scores/block1", "expected a number from 0 to 1, found 1.5"]);
    refuse(
        &[scores(&0.5f32.to_le_bytes()), mask("blocks/block1", "(1,)", &[0])],
        &["scores/block1", "image 0: expected 0, as it is not computed, found 0.5"],
    );
    refuse(&[mask("labels", "(1,)", &[1])], &["masks.npz: expected arrays with a row for each image, found none"]);
    let path = npz(folder.path(), &[mask("blocks/block1", "(3,)", &[1; 3])]);
    let args = ["run", "--model", arg(&model), "--decisions", arg(&path), "--images", "2"];
    refused(&args, &["images: expected 2 rows, one for each image that runs, found 3"]);
    let text = folder.path().join("text");
    fs::write(&text, "no archive").expect("written");
    refused(&["run", "--decisions", arg(&text)], &["expected an .npz of numpy.savez"]);
}
