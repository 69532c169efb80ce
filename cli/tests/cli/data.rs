//! Kinds of data, from a file to a report.

use crate::{arg, lcsim, refused, stdout};
use flate2::{Compression, write::GzEncoder};
use lcsim_spec::Report;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Two images for CIFAR networks, plane by plane.
fn images() -> [Vec<u8>; 2] {
    [3, 5].map(|seed| (0..3072usize).map(|p| (p * seed + p * p / 97) as u8).collect())
}

fn run(data: &Path) -> Report {
    let args = ["run", "--config", "8x8", "--images", "2", "--json", "-", "--data", arg(data)];
    let mut report: Report = serde_json::from_str(&stdout(&args)).expect("a report");
    report.data = String::new();
    report
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(vec![], Compression::default());
    encoder.write_all(bytes).expect("written");
    encoder.finish().expect("written")
}

/// A `.npy` file, as NumPy writes it.
fn npy(dtype: &str, shape: &str, bytes: &[u8]) -> Vec<u8> {
    let mut header = format!("{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}");
    header.push_str(&" ".repeat(63 - (10 + header.len()) % 64));
    header.push('\n');
    [b"\x93NUMPY\x01\0", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), bytes].concat()
}

#[test]
fn the_same_images_give_the_same_report_in_every_form() {
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name);
    let images = images();
    let records: Vec<u8> = [[&[3][..], &images[0]].concat(), [&[8][..], &images[1]].concat()].concat();
    fs::write(path("ten.bin"), &records).expect("written");
    fs::write(path("ten.bin.gz"), gzip(&records)).expect("written");
    let hundred = [[&[0, 3][..], &images[0]].concat(), [&[19, 8][..], &images[1]].concat()].concat();
    fs::write(path("hundred.bin"), hundred).expect("written");
    fs::write(path("x.npy"), npy("|u1", "(2, 3, 32, 32)", &images.concat())).expect("written");
    fs::write(path("y.npy"), npy("<i8", "(2,)", &[3, 0, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0])).expect("written");
    let side_by_side = |image: &Vec<u8>| (0..3072).map(|i| image[i % 3 * 1024 + i / 3]).collect::<Vec<u8>>();
    fs::write(path("images.npy"), npy("|u1", "(2, 32, 32, 3)", &images.each_ref().map(side_by_side).concat()))
        .expect("written");
    fs::write(path("labels.npy"), npy("|u1", "(2, 1)", &[3, 8])).expect("written");
    let expected = run(&path("ten.bin"));
    assert_eq!(expected.images, 2);
    for name in ["ten.bin.gz", "hundred.bin", "x.npy", "images.npy"] {
        assert_eq!(run(&path(name)), expected, "{name}");
    }
}

#[test]
fn class_folders_count_in_the_order_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("folder");
    for class in 0..11 {
        let class = folder.path().join(class.to_string());
        fs::create_dir(&class).expect("folder");
        let file = fs::File::create(class.join("a.png")).expect("made");
        let mut encoder = png::Encoder::new(file, 32, 32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.write_header().and_then(|mut w| w.write_image_data(&[100; 3072])).expect("encodes");
    }
    let run = ["run", "--images", "3", "--data", arg(folder.path())];
    let notes = |more: &[&str]| {
        let output = lcsim(&[&run[..], more].concat()).assert().success().get_output().stderr.clone();
        String::from_utf8(output).expect("UTF-8")
    };
    let note = notes(&[]);
    assert!(
        note.contains("numeric order (0, 1, 2, 3, ...)") && note.contains("string order (0, 1, 10, 2, ...)"),
        "{note}"
    );
    assert!(note.contains("--class-order string"), "{note}");
    assert_eq!([notes(&["--class-order", "numeric"]), notes(&["--class-order", "string"]), notes(&["-q"])], [""; 3]);
    // In string order the third image is of folder 10, and counts as class 2: no label is above 9
    // among the first ten.
    let all = |order: &str| {
        ["run", "-q", "--images", "11", "--data", arg(folder.path()), "--class-order", order].map(str::to_owned)
    };
    for (order, last) in [("numeric", "10/a.png"), ("string", "9/a.png")] {
        let args = all(order);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        refused(&args, &[last, "label: expected below 10, found 10"]);
    }
    refused(
        &["run", "--class-order", "string"],
        &["--class-order: expected class folders, found none in cifar10-test"],
    );
}

#[test]
fn jpegs_in_class_folders() {
    let folder = tempfile::tempdir().expect("folder");
    fs::create_dir(folder.path().join("cat")).expect("folder");
    let jpeg = folder.path().join("cat/a.jpg");
    fs::write(&jpeg, include_bytes!("../../../input/tests/jpeg/grey.jpg")).expect("written");
    lcsim(&["run", "-q", "--images", "1", "--data", arg(folder.path())]).assert().success();
    let whole = fs::read(&jpeg).expect("written above");
    fs::write(&jpeg, &whole[..whole.len() / 2]).expect("written");
    refused(&["run", "-q", "--images", "1", "--data", arg(folder.path())], &["a.jpg: not a usable picture"]);
}

#[test]
fn what_is_nearly_data_is_refused_with_what_to_do() {
    let folder = tempfile::tempdir().expect("folder");
    let path = |name: &str| folder.path().join(name);
    fs::write(path("x.npy"), npy("<f4", "(1, 3, 2, 2)", &[0; 48])).expect("written");
    fs::write(path("y.npy"), npy("|u1", "(1,)", &[0])).expect("written");
    let data = path("x.npy");
    refused(&["run", "--data", arg(&data)], &["x.npy: pixels: expected uint8, found float32", "astype(np.uint8)"]);
    fs::write(path("x.npy"), npy("|u1", "(1, 3, 2, 2)", &[0; 12])).expect("written");
    refused(&["run", "--data", arg(&data)], &["x.npy, image 0: image size: expected 3x32x32, found 3x2x2"]);
    fs::write(path("bomb.gz"), gzip(&vec![0; 64 << 20])).expect("written");
    let bomb = path("bomb.gz");
    refused(&["run", "--data", arg(&bomb)], &["bomb.gz: cannot read: expected at most 16 MiB and 100 times its size"]);
}
