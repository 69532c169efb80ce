//! Data that must be refused, and the same kinds of data when nothing is wrong with them.

use crate::{arg, lcsim, refused};
use std::fs;
use std::path::Path;

fn refused_data(path: &Path, parts: &[&str]) {
    refused(&["run", "--images", "1", "--data", arg(path)], parts);
}

fn accepted_data(path: &Path, images: &str) {
    lcsim(&["run", "--images", images, "--quiet", "--data", arg(path)]).assert().success().stdout("").stderr("");
}

fn write_png(path: &Path, width: u32, height: u32, color: png::ColorType) {
    let file = fs::File::create(path).expect("created");
    let mut encoder = png::Encoder::new(file, width, height);
    encoder.set_color(color);
    let data = vec![100; width as usize * height as usize * color.samples()];
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&data)).expect("encoded");
}

#[test]
fn class_folders() {
    let folder = tempfile::tempdir().expect("folder");
    for class in ["cat", "dog"] {
        fs::create_dir(folder.path().join(class)).expect("folder");
    }
    refused_data(folder.path(), &["cat", "no image"]);
    write_png(&folder.path().join("cat/1.png"), 32, 32, png::ColorType::Rgb);
    write_png(&folder.path().join("dog/1.png"), 32, 32, png::ColorType::Grayscale);
    accepted_data(folder.path(), "2");
    write_png(&folder.path().join("cat/1.png"), 28, 30, png::ColorType::Rgb);
    refused_data(folder.path(), &["1.png", "expected 3x32x32, found 3x30x28"]);
    fs::write(folder.path().join("cat/1.png"), "text").expect("written");
    refused_data(folder.path(), &["1.png"]);
}

#[test]
fn more_classes_than_the_network_knows() {
    let folder = tempfile::tempdir().expect("folder");
    for class in 0..11 {
        let class = folder.path().join(class.to_string());
        fs::create_dir(&class).expect("folder");
        write_png(&class.join("a.png"), 32, 32, png::ColorType::Rgb);
    }
    accepted_data(folder.path(), "10");
    let args = ["run", "--images", "11", "--data", arg(folder.path())];
    refused(&args, &["label: expected below 10, found 10"]);
}

#[test]
fn empty_folder_and_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    refused_data(folder.path(), &["no data in this folder"]);
    refused_data(&folder.path().join("missing"), &["missing", "neither a file, nor a folder"]);
}

#[test]
fn cifar_batches() {
    let folder = tempfile::tempdir().expect("folder");
    let batch = folder.path().join("test_batch.bin");
    fs::write(&batch, vec![7; 2 * 3073]).expect("written");
    accepted_data(folder.path(), "2");
    accepted_data(&batch, "2");
    fs::write(&batch, vec![10; 3073]).expect("written");
    refused_data(&batch, &["test_batch.bin, image 0", "label: expected below 10, found 10"]);
    fs::write(&batch, vec![7; 3000]).expect("written");
    refused_data(&batch, &["test_batch.bin", "records of 3073 bytes", "found 3000 bytes"]);
}

#[test]
fn mnist_pair_of_another_image_size() {
    let folder = tempfile::tempdir().expect("folder");
    let images = folder.path().join("t10k-images-idx3-ubyte");
    let header = [0u8, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28];
    fs::write(&images, [&header[..], &[0; 784]].concat()).expect("written");
    refused_data(&images, &["t10k-labels-idx1-ubyte does not exist"]);
    refused_data(folder.path(), &["found 1 and 0"]);
    fs::write(folder.path().join("t10k-labels-idx1-ubyte"), [0u8, 0, 8, 1, 0, 0, 0, 1, 7]).expect("written");
    for path in [&images, folder.path()] {
        refused_data(path, &["t10k-images-idx3-ubyte, image 0", "expected 3x32x32, found 1x28x28"]);
    }
    fs::write(&images, [&header[..], &[0; 700]].concat()).expect("written");
    refused_data(&images, &["t10k-images-idx3-ubyte", "expected 784 bytes after the header, found 700"]);
}
