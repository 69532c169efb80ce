//! Valid files, damaged: 100,000 for each reader.

use super::{alone, gzip, net, npy, npz, peak, report};
use lcsim_golden::{container, onnx};
use lcsim_input::{Count, Dataset, Expected};
use lcsim_output::text;
use lcsim_report::compare;
use lcsim_scalesim::layers;
use lcsim_scalesim::shape::Format;
use lcsim_scalesim::{ScaleConfig, Use};
use lcsim_sim::EnergyTable;
use lcsim_spec::{AcceleratorConfig, Shape};
use lcsim_tests::mutate;
use lcsim_tests::onnx_builder::{ClampForm, FcForm, Spec, Style, build};
use lcsim_tests::repository;
use std::fs;
use std::path::Path;
use zip::CompressionMethod;

/// Most memory that a reader may have at one time for an input of at most 32 KiB: fields that are
/// empty take two bytes in a file, and some hundred in memory.
const SMALL: usize = 32 << 20;

/// `read` survives damaged forms of `seeds`, within `bytes` of memory.
fn survives(seeds: &[Vec<u8>], bytes: usize, mut read: impl FnMut(&[u8]) -> Result<(), String>) {
    let _alone = alone();
    mutate::survives(seeds, |input| {
        let (result, peak) = peak(|| read(input));
        assert!(peak <= bytes, "{peak} bytes for an input of {}", input.len());
        result
    });
}

/// The same for a reader of text.
fn survives_text<T>(files: &[&str], read: impl Fn(&str) -> anyhow::Result<T>) {
    let seeds: Vec<Vec<u8>> = files.iter().map(|name| fs::read(repository(name)).expect("a file")).collect();
    survives(&seeds, SMALL, |input| read(&String::from_utf8_lossy(input)).map(drop).map_err(|e| text::one_line(&e)));
}

/// Puts an input where a file is read. The old one is removed: file systems flush what is truncated
/// and written again, each time.
fn replace(path: &Path, bytes: impl AsRef<[u8]>) {
    if path.exists() {
        fs::remove_file(path).expect("removed");
    }
    fs::write(path, bytes).expect("written");
}

/// The same for data in files: `write` puts an input where `path` is opened.
fn survives_data(seeds: &[Vec<u8>], path: &Path, shape: Shape, write: impl Fn(&[u8])) {
    // The limit of a decoded picture, and its planes.
    survives(seeds, (2 << 26) + SMALL, |input| {
        write(input);
        let data = Dataset::open(path.to_str().expect("UTF-8"), None).map_err(|e| text::one_line(&e))?;
        let images = data.select(0, Count::AtMost(3), &Expected { shape, classes: 10 });
        images.map(drop).map_err(|e| text::one_line(&e))
    });
}

#[test]
fn onnx_models() {
    let spec = Spec { blocks: 1, ..Spec::SMALL };
    let other =
        Style { fc: FcForm::MatMul, clamp: ClampForm::ReluMin, norm: true, mean: true, softmax: true, ..Style::PLAIN };
    let conv = Style { fc: FcForm::Conv, clamp: ClampForm::Attributes, swap: true, own_pools: true, ..Style::PLAIN };
    let seeds = [Style::PLAIN, other, conv].map(|style| build(&spec, style));
    survives(&seeds, SMALL, |input| {
        let net = onnx::import_bytes(input, "damaged.onnx").map_err(|e| e.to_string())?;
        net.validate("damaged.onnx").map_err(|e| panic!("an invalid network was read: {e}"))
    });
}

#[test]
fn network_files() {
    let seeds = [net(), net().ungated()].map(|net| container::save(&net).expect("valid"));
    survives(&seeds, SMALL, |input| {
        let net = container::load_bytes(input, "damaged.safetensors").map_err(|e| e.to_string())?;
        net.validate().map_err(|e| panic!("an invalid network was read: {e}"))
    });
}

#[test]
fn accelerators() {
    let files = ["configs/8x8.toml", "configs/ice40-2x1.toml", "configs/ecp5-8x8.toml"];
    survives_text(&files, |text| Ok(AcceleratorConfig::parse(text, "damaged.toml")?));
}

#[test]
fn energy_tables() {
    survives_text(&["energy/45nm.toml"], |text| Ok(EnergyTable::parse(text, "damaged.toml")?));
}

#[test]
fn energy_reference_tables() {
    survives_text(&["energy/45nm.ERT.yaml"], |text| Ok(EnergyTable::parse(text, "damaged.yaml")?));
}

#[test]
fn scale_sim_configurations() {
    let small = ["os", "ws", "is"].map(|d| format!("tests/data/scalesim/small/{d}.cfg"));
    survives_text(&small.each_ref().map(String::as_str), |text| ScaleConfig::parse(text, Use::Counts));
}

#[test]
fn convolution_topologies() {
    let files = ["tests/data/scalesim/small/conv.csv"];
    survives_text(&files, |text| layers::parse(text, Format::Conv));
}

#[test]
fn gemm_topologies() {
    let files = ["tests/data/scalesim/small/gemm.csv"];
    survives_text(&files, |text| layers::parse(text, Format::Gemm));
}

#[test]
fn reports() {
    let reference = report();
    let seed = serde_json::to_vec(&reference).expect("JSON");
    survives(&[seed], SMALL, |input| {
        let read = compare::parse(&String::from_utf8_lossy(input)).map_err(|e| text::one_line(&e))?;
        let differences = compare::differences(&reference, &read);
        let shown = compare::table(&differences).len() + compare::settings(&reference, &read).len();
        assert!(shown > 0 && !compare::csv(&differences).expect("flat rows").is_empty());
        Ok(())
    });
}

/// An idx file of bytes.
fn idx(sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
    let sizes: Vec<u8> = sizes.iter().flat_map(|n| n.to_be_bytes()).collect();
    [&[0, 0, 8, sizes.len() as u8 / 4], &sizes[..], bytes].concat()
}

#[test]
fn idx_files() {
    let folder = tempfile::tempdir().expect("folder");
    let [images, labels] = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"].map(|n| folder.path().join(n));
    let seeds = [idx(&[3, 4, 5], &[7; 60]), idx(&[3], &[1, 2, 3])];
    survives_data(&seeds, &images, Shape { channels: 1, height: 4, width: 5 }, |input| {
        // Either file is damaged, the other is whole.
        let of_labels = input.get(3).is_some_and(|dimensions| *dimensions == 1);
        let [images_bytes, labels_bytes] = if of_labels { [&seeds[0][..], input] } else { [input, &seeds[1]] };
        replace(&images, images_bytes);
        replace(&labels, labels_bytes);
    });
}

#[test]
fn cifar_records() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("test_batch.bin");
    let seeds = [1, 2].map(|records| [3; 3073].repeat(records));
    survives_data(&seeds, &path, Shape { channels: 3, height: 32, width: 32 }, |input| {
        replace(&path, input);
    });
}

/// A PNG of 5 x 4 pixels.
fn picture(color: png::ColorType) -> Vec<u8> {
    let mut bytes = vec![];
    let mut encoder = png::Encoder::new(&mut bytes, 5, 4);
    encoder.set_color(color);
    if color == png::ColorType::Indexed {
        encoder.set_palette(vec![9; 3 * 256]);
    }
    let samples: Vec<u8> = (0..20 * color.samples() as u8).collect();
    encoder.write_header().and_then(|mut w| w.write_image_data(&samples)).expect("encodes");
    bytes
}

/// The checksum of each chunk made right, as far as the chunks can be told: damage behind it would
/// not be looked at.
fn with_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut fixed = bytes.to_vec();
    let mut at = 8;
    while let Some(length) = fixed.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]) as usize) {
        let end = at + 8 + length;
        let Some(chunk) = fixed.get(at + 4..end) else { break };
        let crc = chunk.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg()))
        });
        let Some(place) = fixed.get_mut(end..end + 4) else { break };
        place.copy_from_slice(&(!crc).to_be_bytes());
        at = end + 4;
    }
    fixed
}

#[test]
fn pictures_in_class_folders() {
    use png::ColorType::{Grayscale, Indexed, Rgb, Rgba};
    let folder = tempfile::tempdir().expect("folder");
    let class = folder.path().join("cat");
    fs::create_dir(&class).expect("folder");
    let seeds = [Rgb, Rgba, Grayscale, Indexed].map(picture);
    survives_data(&seeds, folder.path(), Shape { channels: 3, height: 4, width: 5 }, |input| {
        replace(&class.join("a.png"), with_checksums(input));
    });
}

#[test]
fn jpegs_in_class_folders() {
    let folder = tempfile::tempdir().expect("folder");
    let class = folder.path().join("cat");
    fs::create_dir(&class).expect("folder");
    let files = ["grey", "colour", "progressive"].map(|name| repository(&format!("input/tests/jpeg/{name}.jpg")));
    let seeds = files.map(|file| fs::read(file).expect("shipped"));
    survives_data(&seeds, folder.path(), Shape { channels: 3, height: 32, width: 32 }, |input| {
        replace(&class.join("a.jpg"), input);
    });
}

#[test]
fn compressed_files() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("test.bin.gz");
    let seeds = [1, 2].map(|records| gzip(&[3; 3074].repeat(records)));
    survives_data(&seeds, &path, Shape { channels: 3, height: 32, width: 32 }, |input| replace(&path, input));
}

#[test]
fn arrays_of_numpy() {
    let folder = tempfile::tempdir().expect("folder");
    let [images, labels] = ["x.npy", "y.npy"].map(|name| folder.path().join(name));
    let seeds = [npy("|u1", "(3, 4, 5)", &[7; 60]), npy("<i2", "(3,)", &[1, 0, 2, 0, 3, 0])];
    survives_data(&seeds, &images, Shape { channels: 1, height: 4, width: 5 }, |input| {
        // Either file is damaged, the other is whole.
        let of_labels = input.windows(2).any(|two| two == b"i2");
        let [images_bytes, labels_bytes] = if of_labels { [&seeds[0][..], input] } else { [input, &seeds[1]] };
        replace(&images, images_bytes);
        replace(&labels, labels_bytes);
    });
}

#[test]
fn archives_of_arrays() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("data.npz");
    let arrays = [("images", npy("|u1", "(3, 4, 5)", &[7; 60])), ("labels", npy("<i2", "(3,)", &[1, 0, 2, 0, 3, 0]))];
    let seeds = [CompressionMethod::Stored, CompressionMethod::Deflated].map(|method| npz(&arrays, method));
    survives_data(&seeds, &path, Shape { channels: 1, height: 4, width: 5 }, |input| replace(&path, input));
}
