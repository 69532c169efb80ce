//! Reads the files of an `.npz`, which is a ZIP archive.

use super::content::{Content, Unpacked};
use anyhow::{Context, Result, bail};
use flate2::bufread::DeflateDecoder;
use lcsim_spec::file::quoted;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipSliceArchive};
use std::collections::HashSet;
use std::io::Read;
use std::path::PathBuf;

/// The first bytes of an `.npz`.
pub(crate) const ZIP: &[u8] = b"PK\x03\x04";

/// An `.npz` in memory, with its directory.
pub(crate) struct Archive {
    pub(crate) path: PathBuf,
    archive: ZipSliceArchive<Vec<u8>>,
    files: Vec<File>,
}

/// A file of the archive.
struct File {
    name: String,
    method: CompressionMethod,
    encrypted: bool,
    place: ZipArchiveEntryWayfinder,
}

impl Archive {
    /// Reads the directory of an `.npz`.
    ///
    /// # Errors
    /// Fails if the directory is damaged, or if it has a name twice: readers would silently take
    /// one of the two files.
    pub(crate) fn open(content: Content) -> Result<Self> {
        let path = content.path.clone();
        let unusable = || {
            let advice = "cut off or damaged: copy it again, or save it again with numpy.savez";
            format!("{}: not a usable .npz, {advice}", path.display())
        };
        let archive = ZipArchive::from_slice(content.read()?).with_context(unusable)?;
        let files = files(&archive).with_context(unusable)?;
        let mut names = HashSet::new();
        if let Some(twice) = files.iter().find(|file| !names.insert(&file.name)) {
            bail!("{}, {}: expected one array of this name, found several", path.display(), quoted(&twice.name));
        }
        Ok(Self { path, archive, files })
    }

    /// The names of the files, in their order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|file| file.name.as_str())
    }

    /// Reads and unpacks a file. Returns it with its origin, for messages.
    pub(crate) fn read(&self, index: usize) -> Result<(String, Vec<u8>)> {
        let file = &self.files[index];
        let origin = format!("{}, {}", self.path.display(), quoted(&file.name));
        let bytes = self.unpack(file).with_context(|| format!("{origin}: cannot read"))?;
        Ok((origin, bytes))
    }

    fn unpack(&self, file: &File) -> Result<Vec<u8>> {
        if file.encrypted {
            bail!("expected a file without a password, found an encrypted one");
        }
        let entry = self.archive.get_entry(file.place)?;
        let unpacked: Box<dyn Read> = match file.method {
            CompressionMethod::STORE => Box::new(entry.data()),
            CompressionMethod::DEFLATE => Box::new(DeflateDecoder::new(entry.data())),
            other => bail!(
                "expected compression method 0 (stored) or 8 (deflate), found {}: save it again with numpy.savez",
                other.as_u16()
            ),
        };
        let size = self.archive.get_ref().len() as u64;
        let mut bytes = vec![];
        Unpacked::new(entry.verifying_reader(unpacked), |_| size).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Lists the files of an archive.
fn files(archive: &ZipSliceArchive<Vec<u8>>) -> Result<Vec<File>> {
    let mut files = vec![];
    let mut entries = archive.entries();
    while let Some(entry) = entries.next_entry()? {
        files.push(File {
            name: String::from_utf8_lossy(entry.file_path().as_ref()).into_owned(),
            method: entry.compression_method(),
            encrypted: entry.flags().is_encrypted(),
            place: entry.wayfinder(),
        });
    }
    let expected = archive.entries_hint();
    if files.len() as u64 != expected {
        bail!("directory: expected {expected} files, found {}", files.len());
    }
    Ok(files)
}
