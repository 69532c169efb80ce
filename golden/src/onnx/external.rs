//! Reads elements that are in a file beside the model. PyTorch writes large models in this way.

use super::fault::invalid;
use super::proto::TensorProto;
use crate::Error;
use lcsim_spec::file;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};

/// How many times the bytes of the files may be read in total. Tensors may share bytes, but a small
/// model must not read a large file many times.
const MOST_READS: u64 = 2;

/// The files with the weights of a model. They have to be in the model's folder.
#[derive(Debug)]
pub(crate) struct Files<'p> {
    path: &'p str,
    open: HashMap<String, (File, u64)>,
    /// The number of bytes that may still be read.
    budget: u64,
}

impl<'p> Files<'p> {
    /// Finds the files beside the model at `path`. No file is opened before a tensor needs it.
    pub fn beside(path: &'p str) -> Self {
        Self { path, open: HashMap::new(), budget: 0 }
    }

    /// Reads the bytes of a tensor, which needs `needed` of them.
    pub fn read(&mut self, t: &TensorProto, item: &str, needed: u64) -> Result<Vec<u8>, Error> {
        let path = self.path;
        let entry = |key: &str| t.external_data.iter().find(|e| e.key() == key).map(|e| e.value());
        let number = |key: &str| match entry(key).map(|text| text.parse::<u64>()) {
            None => Ok(None),
            Some(Ok(n)) => Ok(Some(n)),
            Some(Err(_)) => Err(invalid(path, item, format!("a whole number as {key}"), entry(key).unwrap_or(""))),
        };
        let (offset, length) = (number("offset")?.unwrap_or(0), number("length")?.unwrap_or(needed));
        if length != needed {
            return Err(invalid(path, item, format!("external data of {needed} bytes"), format!("{length} bytes")));
        }
        let location = entry("location").unwrap_or("");
        if !self.open.contains_key(location) {
            let opened = open(path, item, location)?;
            self.budget += MOST_READS * opened.1;
            self.open.insert(location.into(), opened);
        }
        let Some((file, size)) = self.open.get_mut(location) else {
            return Err(invalid(path, item, "external data", "none"));
        };
        if offset.checked_add(length).is_none_or(|end| end > *size) {
            let expected = format!("{length} bytes from byte {offset} of `{}`", file::quoted(location));
            return Err(invalid(path, item, expected, format!("a file of {size} bytes")));
        }
        let Some(budget) = self.budget.checked_sub(length) else {
            let expected = format!("tensors that take the files' bytes at most {MOST_READS} times");
            return Err(invalid(path, item, expected, "more"));
        };
        self.budget = budget;
        let mut bytes = vec![];
        let read = file.seek(SeekFrom::Start(offset)).and_then(|_| file.take(length).read_to_end(&mut bytes));
        match read {
            Ok(count) if count as u64 == length => Ok(bytes),
            Ok(count) => Err(invalid(path, item, format!("{length} bytes of external data"), format!("{count} bytes"))),
            Err(source) => Err(Error::Read { path: beside(path, location).display().to_string(), source }),
        }
    }
}

/// The path of the file `location`.
fn beside(path: &str, location: &str) -> PathBuf {
    Path::new(path).parent().unwrap_or(Path::new("")).join(location)
}

/// Opens a file that really is in the model's folder. Returns its size too.
fn open(path: &str, item: &str, location: &str) -> Result<(File, u64), Error> {
    let mut parts = Path::new(location).components().filter(|c| *c != Component::CurDir);
    if !matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None)) {
        let expected = "external data in a file of the model's folder";
        return Err(invalid(path, item, expected, format!("`{location}`")));
    }
    let target = beside(path, location);
    let wrong =
        |source| Error::External { path: path.into(), item: item.into(), file: target.display().to_string(), source };
    let folder = target.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let (real, folder) = (fs::canonicalize(&target).map_err(wrong)?, fs::canonicalize(folder).map_err(wrong)?);
    if real.parent() != Some(&folder) {
        let found = format!("`{location}`, a link to another folder");
        return Err(invalid(path, item, "external data in a file of the model's folder", found));
    }
    let metadata = fs::metadata(&real).map_err(wrong)?;
    if !metadata.is_file() {
        return Err(invalid(path, item, "external data in a plain file", format!("`{location}`, which is none")));
    }
    Ok((file::open(&real).map_err(wrong)?, metadata.len()))
}
