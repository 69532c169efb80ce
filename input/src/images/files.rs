//! Files of a data set: their largest size, and the files beside them.

use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The largest file of CIFAR records, idx images or arrays in bytes, compressed and unpacked.
pub(super) const MAX_BYTES: u64 = 1 << 32;

/// Finds the file `name` beside `path`, compressed or not.
pub(super) fn sibling(path: &Path, name: &str) -> Option<PathBuf> {
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    let names = [name.to_owned(), plain.to_owned(), format!("{plain}.gz")];
    names.into_iter().map(|name| path.with_file_name(name)).find(|path| path.is_file())
}

/// The entries of a folder that are not hidden, sorted by name.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = || format!("{}: cannot read", folder.display());
    let all: std::io::Result<Vec<_>> = fs::read_dir(folder).with_context(cannot)?.collect();
    let shown = all.with_context(cannot)?.into_iter().filter(|e| !e.file_name().as_encoded_bytes().starts_with(b"."));
    let mut paths: Vec<PathBuf> = shown.map(|e| e.path()).collect();
    paths.sort();
    Ok(paths)
}
