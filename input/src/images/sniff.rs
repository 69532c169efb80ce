//! Recognises by its content which kind of data a path has.

use super::content::Content;
use super::files::entries;
use super::source::{ClassOrder, Opened, Training};
use super::{archive, arrays, cifar, folder, idx, npy, picture};
use anyhow::{Result, bail};
use lcsim_spec::file;
use lcsim_spec::naming::Name;
use std::fs;
use std::path::{Path, PathBuf};

/// Opens the data at `path`. `order` is the order of class folders.
pub(super) fn open(path: &Path, order: Option<ClassOrder>) -> Result<Opened> {
    if !path.is_dir() {
        refuse_order(path, order)?;
        return open_file(Content::open(path)?);
    }
    open_folder(path, order)
}

/// Refuses an order of classes for data without class folders.
pub(super) fn refuse_order(path: &Path, order: Option<ClassOrder>) -> Result<()> {
    match order {
        Some(_) => bail!("{}: expected class folders, found none in {}", Name::ClassOrder, path.display()),
        None => Ok(()),
    }
}

/// The kind of data in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    IdxImages,
    IdxLabels,
    Array,
    Archive,
    /// A picture, or another file that a user may take for data. The text says what to give
    /// instead.
    No(&'static str),
    /// Possibly CIFAR records, which have no magic number.
    Other,
}

fn kind(content: &Content) -> Kind {
    const PICKLE: Kind = Kind::No(
        "a pickle of Python, which is not read: CIFAR has a binary version, others can be saved with np.savez",
    );
    let beginnings: [(usize, &[u8], Kind); 10] = [
        (0, &idx::IMAGES, Kind::IdxImages),
        (0, &idx::LABELS, Kind::IdxLabels),
        (0, npy::MAGIC, Kind::Array),
        (0, archive::ZIP, Kind::Archive),
        (0, picture::PNG, Kind::No("a single PNG: give the folder that holds the class folders")),
        (0, picture::JPEG, Kind::No("a single JPEG: give the folder that holds the class folders")),
        (0, &[0x80, 2], PICKLE),
        (0, &[0x80, 3], PICKLE),
        (0, &[0x80, 4], PICKLE),
        (257, b"ustar", Kind::No("an archive of files (tar): unpack it first")),
    ];
    beginnings.into_iter().find(|(at, bytes, _)| content.has(*at, bytes)).map_or(Kind::Other, |(.., kind)| kind)
}

fn open_file(content: Content) -> Result<Opened> {
    let path = content.path.clone();
    let shown = path.display();
    match kind(&content) {
        Kind::IdxImages => idx::open(content),
        Kind::IdxLabels => bail!("{shown}: these are MNIST labels: give the images file"),
        Kind::Array => arrays::open_file(&path),
        Kind::Archive => arrays::open_archive(content),
        Kind::No(what) => bail!("{shown}: {what}"),
        Kind::Other => cifar::open(vec![content]),
    }
}

/// The endings of files that lcsim writes.
const OURS: [&str; 7] = ["json", "csv", "md", "html", "vcd", "svg", "safetensors"];

/// Whether a file may be beside the files of a data set because an earlier run wrote it there.
fn is_ours(path: &Path) -> bool {
    path.extension().is_some_and(|e| OURS.iter().any(|ours| e.eq_ignore_ascii_case(ours)))
}

/// Finds the folder `train` beside a folder `test` or `val`, as users of PyTorch name class
/// folders.
fn beside(folder: &Path) -> Option<PathBuf> {
    let folder = fs::canonicalize(folder).ok()?;
    let name = folder.file_name()?.to_str()?;
    let train = folder.with_file_name("train");
    (["test", "val", "valid", "validation"].contains(&name) && train.is_dir()).then_some(train)
}

fn open_folder(path: &Path, order: Option<ClassOrder>) -> Result<Opened> {
    let shown = path.display();
    let mut entries = entries(path)?;
    entries.retain(|path| !(is_ours(path) && file::is_output(path)));
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.into_iter().partition(|p| p.is_dir());
    let batches = cifar::batches(&files);
    if let Some(other) = files.iter().find(|p| !p.is_file()) {
        // Opening a pipe could wait for ever.
        bail!("{}: expected a file or a folder, found neither", other.display());
    }
    let (mut images, mut labels, mut npys, mut archives) = (vec![], vec![], vec![], vec![]);
    for file in files {
        match kind(&Content::open(&file)?) {
            Kind::IdxImages => images.push(file),
            Kind::IdxLabels => labels.push(file),
            Kind::Array => npys.push(file),
            Kind::Archive => archives.push(file),
            Kind::No(_) | Kind::Other => {}
        }
    }
    let idx = !images.is_empty() || !labels.is_empty();
    let kinds = [!folders.is_empty(), !batches.is_empty(), idx, !npys.is_empty(), !archives.is_empty()];
    match kinds {
        [true, false, false, false, false] => {
            let training = beside(path).map(|train| Training {
                name: train.display().to_string(),
                open: Box::new(move || open_folder(&train, order)),
            });
            return Ok(Opened { training, ..folder::open(folders, order)? });
        }
        _ => refuse_order(path, order)?,
    }
    match kinds {
        [false, true, false, false, false] => {
            cifar::open(batches.iter().map(|path| Content::open(path)).collect::<Result<_>>()?)
        }
        [false, false, true, false, false] => idx::open_folder(path, &images, &labels),
        [false, false, false, true, false] => arrays::open_folder(npys),
        [false, false, false, false, true] => match &archives[..] {
            [archive] => arrays::open_archive(Content::open(archive)?),
            _ => bail!("{shown}: expected one .npz, found {}: give the one that is meant", archives.len()),
        },
        [false, false, false, false, false] => bail!(
            "{shown}: no data in this folder: expected class folders, CIFAR batches, an MNIST idx pair or arrays of NumPy"
        ),
        _ => bail!("{shown}: more than one kind of data in this folder: give a folder or file inside it"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &Path) -> String {
        format!("{:#}", open(path, None).err().expect("refused"))
    }

    #[test]
    fn what_is_no_data_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("folder");
        assert!(refused(folder.path()).contains("no data in this folder"));
        let mut tar = vec![0; 512];
        tar[257..262].copy_from_slice(b"ustar");
        let cases: [(&str, &[u8], &str); 7] = [
            ("a.gz", b"\x1f\x8b\x08\0", "cannot read"),
            ("a.tar", &tar, "unpack it first"),
            ("a.jpg", b"\xff\xd8\xff\xe0", "single JPEG"),
            ("data_batch_1", b"\x80\x02}q\x01", "pickle"),
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

    #[test]
    fn an_order_of_classes_wants_class_folders() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("test_batch.bin");
        fs::write(&file, [0; 3073]).expect("written");
        for path in [folder.path(), &file] {
            let message = open(path, Some(ClassOrder::String)).err().expect("refused").to_string();
            assert!(message.contains("class_order: expected class folders, found none in "), "{message}");
        }
    }
}
