//! MNIST idx files: a magic number, sizes in big-endian 32-bit words, and bytes.

use super::{MAX_BYTES, Sample, Source};
use anyhow::{Context, Result, bail};
use lcsim_spec::{Shape, file};
use std::path::{Path, PathBuf};

/// Magic number of unsigned bytes in three dimensions.
pub(super) const IMAGES: [u8; 4] = [0, 0, 8, 3];
/// Magic number of unsigned bytes in one dimension.
pub(super) const LABELS: [u8; 4] = [0, 0, 8, 1];

/// An images file and its labels file.
pub(super) struct Pair {
    path: PathBuf,
    shape: Shape,
    pixels: Vec<u8>,
    labels: Vec<u8>,
}

/// The labels file beside an images file, by the names that MNIST gives them.
pub(super) fn labels_of(images: &Path) -> Result<PathBuf> {
    let name = images.file_name().unwrap_or_default().to_string_lossy();
    if !name.contains("images") {
        bail!("{}: file name: expected `images` in it, to find the labels file by", images.display());
    }
    let labels = images.with_file_name(name.replace("images", "labels").replace("idx3", "idx1"));
    if !labels.is_file() {
        bail!("{}: its labels file {} does not exist", images.display(), labels.display());
    }
    Ok(labels)
}

impl Pair {
    /// Reads both files.
    pub(super) fn open(images: &Path, labels: &Path) -> Result<Self> {
        let (sizes, pixels) = read(images, IMAGES)?;
        let (label_sizes, label_bytes) = read(labels, LABELS)?;
        if label_sizes[0] != sizes[0] {
            let (path, expected, found) = (labels.display(), sizes[0], label_sizes[0]);
            bail!("{path}: labels: expected {expected}, as many as images, found {found}");
        }
        if pixels.is_empty() {
            bail!("{}: no image in this file", images.display());
        }
        let shape = Shape { channels: 1, height: sizes[1], width: sizes[2] };
        Ok(Self { path: images.to_path_buf(), shape, pixels, labels: label_bytes })
    }
}

/// The sizes and the bytes of a file.
fn read(path: &Path, magic: [u8; 4]) -> Result<(Vec<usize>, Vec<u8>)> {
    let shown = path.display();
    let mut bytes = file::read(path, MAX_BYTES).with_context(|| format!("{shown}: cannot read"))?;
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
    // Three sizes of 32 bits need 96.
    let expected: u128 = sizes.iter().map(|&n| n as u128).product();
    let found = bytes.len() - header;
    if found as u128 != expected {
        bail!("{shown}: expected {expected} bytes after the header, found {found}");
    }
    bytes.drain(..header);
    Ok((sizes, bytes))
}

impl Source for Pair {
    fn len(&self) -> usize {
        self.labels.len()
    }

    fn origin(&self, index: usize) -> String {
        format!("{}, image {index}", self.path.display())
    }

    fn read(&self, index: usize) -> Result<Sample> {
        let size = self.shape.len();
        let pixels = self.pixels[index * size..][..size].to_vec();
        Ok(Sample { shape: self.shape, pixels, label: self.labels[index].into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn file(magic: [u8; 4], sizes: &[u32], bytes: &[u8]) -> Vec<u8> {
        let sizes: Vec<u8> = sizes.iter().flat_map(|n| n.to_be_bytes()).collect();
        [&magic[..], &sizes, bytes].concat()
    }

    fn refused(images: &Path, labels: &Path) -> String {
        format!("{:#}", Pair::open(images, labels).err().expect("refused"))
    }

    #[test]
    fn pairs_are_found_read_and_checked() {
        let folder = tempfile::tempdir().expect("folder");
        let images = folder.path().join("t10k-images-idx3-ubyte");
        fs::write(&images, file(IMAGES, &[2, 1, 3], &[1, 2, 3, 4, 5, 6])).expect("written");
        assert!(labels_of(&images).is_err(), "there is no labels file yet");
        let labels = folder.path().join("t10k-labels-idx1-ubyte");
        fs::write(&labels, file(LABELS, &[2], &[7, 9])).expect("written");
        assert_eq!(labels_of(&images).expect("found"), labels);

        let pair = Pair::open(&images, &labels).expect("opens");
        assert_eq!(pair.len(), 2);
        let sample = pair.read(1).expect("reads");
        assert_eq!((sample.pixels, sample.label, sample.shape.to_string()), (vec![4, 5, 6], 9, "1x1x3".into()));

        assert!(refused(&labels, &labels).contains("magic number"));
        fs::write(&labels, file(LABELS, &[3], &[7, 9, 1])).expect("written");
        assert!(refused(&images, &labels).contains("labels: expected 2"));
        fs::write(&images, file(IMAGES, &[u32::MAX; 3], &[1])).expect("written");
        assert!(refused(&images, &labels).contains("bytes after the header, found 1"));
        fs::write(&images, [0, 0, 8, 3, 0]).expect("written");
        assert!(refused(&images, &labels).contains("header of 16 bytes"));
    }
}
