//! What kind of data a path holds, told by its content.

use super::{Source, cifar, folder, idx};
use anyhow::{Context, Result, bail};
use lcsim_spec::file;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Opens whatever lies at `path`.
pub(super) fn open(path: &Path) -> Result<Box<dyn Source>> {
    if path.is_dir() { open_folder(path) } else { open_file(path) }
}

fn open_file(path: &Path) -> Result<Box<dyn Source>> {
    let shown = path.display();
    match magic(path)? {
        idx::IMAGES => Ok(Box::new(idx::Pair::open(path, &idx::labels_of(path)?)?)),
        idx::LABELS => bail!("{shown}: these are MNIST labels: give the images file"),
        [0x1f, 0x8b, ..] => bail!("{shown}: compressed with gzip: unpack it first"),
        [0x89, b'P', b'N', b'G'] => bail!("{shown}: a single PNG: give the folder that holds the class folders"),
        _ => Ok(Box::new(cifar::Records::open(&[path.to_path_buf()])?)),
    }
}

fn open_folder(path: &Path) -> Result<Box<dyn Source>> {
    let shown = path.display();
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries(path)?.into_iter().partition(|p| p.is_dir());
    let batches = cifar::batches(&files);
    if let Some(other) = files.iter().find(|p| !p.is_file()) {
        // Opening a pipe would wait for ever.
        bail!("{}: expected a file or a folder, found neither", other.display());
    }
    let (mut images, mut labels) = (vec![], vec![]);
    for file in files {
        match magic(&file)? {
            idx::IMAGES => images.push(file),
            idx::LABELS => labels.push(file),
            _ => {}
        }
    }
    let kinds = [!folders.is_empty(), !batches.is_empty(), !images.is_empty() || !labels.is_empty()];
    match kinds {
        [true, false, false] => Ok(Box::new(folder::ClassFolders::open(folders)?)),
        [false, true, false] => Ok(Box::new(cifar::Records::open(&batches)?)),
        [false, false, true] => match (&images[..], &labels[..]) {
            ([images], [labels]) => Ok(Box::new(idx::Pair::open(images, labels)?)),
            _ => bail!(
                "{shown}: expected one MNIST images file and its labels file, found {} and {}: give the images file",
                images.len(),
                labels.len()
            ),
        },
        [false, false, false] => {
            bail!("{shown}: no data in this folder: expected class folders, CIFAR-10 batches or an MNIST idx pair")
        }
        _ => bail!("{shown}: more than one kind of data in this folder: give a folder or file inside it"),
    }
}

/// What lies in a folder and is not hidden, sorted by name.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = || format!("{}: cannot read", folder.display());
    let all: std::io::Result<Vec<_>> = fs::read_dir(folder).with_context(cannot)?.collect();
    let shown = all.with_context(cannot)?.into_iter().filter(|e| !e.file_name().as_encoded_bytes().starts_with(b"."));
    let mut paths: Vec<PathBuf> = shown.map(|e| e.path()).collect();
    paths.sort();
    Ok(paths)
}

/// The first four bytes of a file; zeros where it is shorter.
fn magic(path: &Path) -> Result<[u8; 4]> {
    let cannot = || format!("{}: cannot read", path.display());
    let mut start = vec![];
    file::open(path).and_then(|f| f.take(4).read_to_end(&mut start)).with_context(cannot)?;
    start.resize(4, 0);
    Ok([start[0], start[1], start[2], start[3]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &Path) -> String {
        format!("{:#}", open(path).err().expect("refused"))
    }

    #[test]
    fn what_is_no_data_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("folder");
        assert!(refused(folder.path()).contains("no data in this folder"));
        let cases: [(&str, &[u8], &str); 4] = [
            ("a.gz", b"\x1f\x8b\x08\0", "gzip"),
            ("a.png", b"\x89PNG\r\n", "single PNG"),
            ("a-labels", b"\0\0\x08\x01\0\0\0\0", "MNIST labels"),
            ("a.txt", b"hello", "expected records of 3073 bytes"),
        ];
        for (name, bytes, message) in cases {
            let path = folder.path().join(name);
            fs::write(&path, bytes).expect("written");
            let found = refused(&path);
            assert!(found.contains(message) && found.contains(name), "{found}");
        }
    }

    #[test]
    fn two_kinds_in_one_folder_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        fs::create_dir(folder.path().join("cat")).expect("folder");
        fs::write(folder.path().join("test_batch.bin"), [0; 3073]).expect("written");
        assert!(refused(folder.path()).contains("more than one kind"));
    }
}
