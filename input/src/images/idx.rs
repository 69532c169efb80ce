//! Reads MNIST idx files: a magic number, sizes as big-endian 32-bit words, and bytes.

use super::content::Content;
use super::files::sibling;
use super::memory::Images;
use super::source::{Opened, Training};
use anyhow::{Result, bail};
use lcsim_spec::Shape;
use std::path::{Path, PathBuf};

/// The magic number of unsigned bytes in three dimensions.
pub(super) const IMAGES: [u8; 4] = [0, 0, 8, 3];
/// The magic number of unsigned bytes in one dimension.
pub(super) const LABELS: [u8; 4] = [0, 0, 8, 1];

/// Finds the file of labels beside a file of images, by the names that MNIST gives them.
fn labels_of(images: &Path) -> Result<PathBuf> {
    let name = images.file_name().unwrap_or_default().to_string_lossy();
    if !name.contains("images") {
        bail!("{}: file name: expected `images` in it, to find the labels file by", images.display());
    }
    let labels = name.replace("images", "labels").replace("idx3", "idx1");
    let Some(found) = sibling(images, &labels) else {
        bail!("{}: its labels file {} does not exist", images.display(), images.with_file_name(labels).display());
    };
    Ok(found)
}

/// Opens a file of images with the labels beside it.
pub(super) fn open(images: Content) -> Result<Opened> {
    let labels = labels_of(&images.path)?;
    pair(images, &labels)
}

/// Opens the files of a folder: one file of images with its labels, or the test images if there are
/// several.
pub(super) fn open_folder(folder: &Path, images: &[PathBuf], labels: &[PathBuf]) -> Result<Opened> {
    let is_test = |path: &&PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with("t10k") || name.starts_with("test")
    };
    let test: Vec<&PathBuf> = images.iter().filter(is_test).collect();
    match (images, labels, &test[..]) {
        ([images], [labels], _) => pair(Content::open(images)?, labels),
        (_, _, [test]) if images.len() > 1 => open(Content::open(test)?),
        _ => bail!(
            "{}: expected one MNIST images file and its labels file, found {} and {}: give the images file",
            folder.display(),
            images.len(),
            labels.len()
        ),
    }
}

/// Finds the training images beside these test images.
fn training(images: &Path) -> Option<Training> {
    let name = images.file_name()?.to_str()?;
    let rest = name.strip_prefix("t10k").or_else(|| name.strip_prefix("test"))?;
    let path = sibling(images, &format!("train{rest}"))?;
    Some(Training { name: path.display().to_string(), open: Box::new(move || open(Content::open(&path)?)) })
}

fn pair(images: Content, labels: &Path) -> Result<Opened> {
    let path = images.path.clone();
    let (sizes, pixels) = read(images, IMAGES)?;
    let (label_sizes, labels_read) = read(Content::open(labels)?, LABELS)?;
    if label_sizes[0] != sizes[0] {
        let (path, expected, found) = (labels.display(), sizes[0], label_sizes[0]);
        bail!("{path}: labels: expected {expected}, as many as images, found {found}");
    }
    if pixels.is_empty() {
        bail!("{}: no image in this file", path.display());
    }
    let shape = Shape { channels: 1, height: sizes[1], width: sizes[2] };
    let labels = labels_read.into_iter().map(u32::from).collect();
    let origin = path.display().to_string();
    let source = Box::new(Images { origin, shape, interleaved: false, pixels, labels });
    Ok(Opened { training: training(&path), ..Opened::new(source) })
}

/// Reads the sizes and the bytes of a file.
fn read(content: Content, magic: [u8; 4]) -> Result<(Vec<usize>, Vec<u8>)> {
    let path = content.path.clone();
    let shown = path.display();
    let mut bytes = content.read()?;
    let dimensions = usize::from(magic[3]);
    let header = 4 + 4 * dimensions;
    let start = &bytes[..bytes.len().min(4)];
    if start != magic {
        bail!("{shown}: magic number: expected {magic:02x?}, found {start:02x?}");
    }
    if bytes.len() < header {
        bail!("{shown}: expected a header of {header} bytes, found {} bytes", bytes.len());
    }
    let words = bytes[4..header].chunks_exact(4);
    let sizes: Vec<usize> = words.map(|w| u32::from_be_bytes([w[0], w[1], w[2], w[3]]) as usize).collect();
    // The product of three sizes of 32 bits needs 96 bits.
    let expected: u128 = sizes.iter().map(|&n| n as u128).product();
    let found = bytes.len() - header;
    if found as u128 != expected {
        bail!("{shown}: expected {expected} bytes after the header, found {found}");
    }
    bytes.drain(..header);
    Ok((sizes, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn file(magic: [u8; 4], sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
        let sizes: Vec<u8> = sizes.iter().flat_map(|n| n.to_be_bytes()).collect();
        [&magic[..], &sizes, bytes].concat()
    }

    #[test]
    fn pairs_are_found_read_and_checked() {
        let folder = tempfile::tempdir().expect("folder");
        let images = folder.path().join("t10k-images-idx3-ubyte");
        let opened = || open(Content::open(&images)?);
        let refused = || format!("{:#}", opened().err().expect("refused"));
        fs::write(&images, file(IMAGES, &[2, 1, 3], &[1, 2, 3, 4, 5, 6])).expect("written");
        assert!(refused().contains("t10k-labels-idx1-ubyte does not exist"));
        let labels = folder.path().join("t10k-labels-idx1-ubyte");
        fs::write(&labels, file(LABELS, &[2], &[7, 9])).expect("written");

        let pair = opened().expect("opens");
        assert!(pair.source.len() == 2 && pair.training.is_none() && pair.classes.is_empty());
        let sample = pair.source.read(1).expect("reads");
        assert_eq!((sample.pixels, sample.label, sample.shape.to_string()), (vec![4, 5, 6], 9, "1x1x3".into()));

        fs::write(&labels, file(IMAGES, &[1, 1, 1], &[7])).expect("written");
        assert!(refused().contains("magic number"));
        fs::write(&labels, file(LABELS, &[3], &[7, 9, 1])).expect("written");
        assert!(refused().contains("labels: expected 2"));
        fs::write(&images, file(IMAGES, &[u32::MAX; 3], &[1])).expect("written");
        assert!(refused().contains("bytes after the header, found 1"));
        fs::write(&images, [0, 0, 8, 3, 0]).expect("written");
        assert!(refused().contains("header of 16 bytes"));
    }

    #[test]
    fn of_several_pairs_the_test_images_are_read_and_the_others_train() {
        let folder = tempfile::tempdir().expect("folder");
        let path = |name: &str| folder.path().join(name);
        for (name, magic, sizes, bytes) in [
            ("t10k-images-idx3-ubyte", IMAGES, &[1, 1, 1][..], &[5][..]),
            ("t10k-labels-idx1-ubyte", LABELS, &[1], &[2]),
            ("train-images-idx3-ubyte", IMAGES, &[2, 1, 1], &[6, 7]),
            ("train-labels-idx1-ubyte", LABELS, &[2], &[3, 4]),
        ] {
            fs::write(path(name), file(magic, sizes, bytes)).expect("written");
        }
        let images = ["t10k-images-idx3-ubyte", "train-images-idx3-ubyte"].map(path);
        let test =
            open_folder(folder.path(), &images, &[path("t10k-labels-idx1-ubyte"), path("train-labels-idx1-ubyte")]);
        let test = test.expect("opens");
        assert_eq!((test.source.len(), test.source.read(0).expect("reads").label), (1, 2));
        let training = test.training.expect("beside it");
        assert!(training.name.ends_with("train-images-idx3-ubyte"));
        let train = (training.open)().expect("opens");
        assert_eq!((train.source.len(), train.source.read(1).expect("reads").label), (2, 4));
        assert!(train.training.is_none());
    }
}
