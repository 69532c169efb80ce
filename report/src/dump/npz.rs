//! Writes arrays for NumPy: an `.npz` is a ZIP of `.npy` files, which are not compressed.
//!
//! The same arrays give the same bytes. Entries are in the order in which they were added, and all
//! have the same date.

use anyhow::{Result, bail};
use rawzip::{ZipArchiveWriter, path::EntryPath};
use std::collections::HashSet;
use std::io::Write;

/// The elements of an array.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// `float32`.
    F32(Vec<f32>),
    /// `int32`.
    I32(Vec<i32>),
    /// `int64`.
    I64(Vec<i64>),
    /// `uint8`.
    U8(Vec<u8>),
}

impl Data {
    /// NumPy's name of the element type.
    pub fn dtype(&self) -> &'static str {
        match self {
            Self::F32(_) => "float32",
            Self::I32(_) => "int32",
            Self::I64(_) => "int64",
            Self::U8(_) => "uint8",
        }
    }

    /// The name of the element type in the header of an `.npy` file.
    fn descr(&self) -> &'static str {
        match self {
            Self::F32(_) => "<f4",
            Self::I32(_) => "<i4",
            Self::I64(_) => "<i8",
            Self::U8(_) => "|u1",
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::F32(v) => v.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::I32(v) => v.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::I64(v) => v.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Self::U8(v) => v.clone(),
        }
    }
}

/// An array with its name and its shape, which has at least one axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Its key in the file.
    pub name: String,
    /// The sizes of the axes.
    pub shape: Vec<usize>,
    /// The elements. The last axis varies fastest.
    pub data: Data,
}

/// Makes an `.npz` file of these arrays.
///
/// # Errors
/// Fails if two arrays have the same name.
pub fn bytes(arrays: &[Array]) -> Result<Vec<u8>> {
    let mut archive = ZipArchiveWriter::new(vec![]);
    let mut names = HashSet::new();
    for array in arrays {
        if !names.insert(&array.name) {
            bail!("array `{}`: expected one of this name, found several", array.name);
        }
        // The writer drops empty parts of a name in UTF-8, which `dump::key` has done before.
        let name = format!("{}.npy", array.name);
        let ascii = name.is_ascii();
        let path = if ascii { EntryPath::verbatim(name.into_bytes()) } else { EntryPath::conformant(name) };
        let (mut entry, config) = archive.new_file(path).start()?;
        let mut writer = config.wrap(&mut entry);
        writer.write_all(&npy(array))?;
        let (_, sums) = writer.finish()?;
        entry.finish(sums)?;
    }
    Ok(archive.finish()?)
}

/// Writes an array as `.npy`, version 1.0.
fn npy(array: &Array) -> Vec<u8> {
    const MAGIC: &[u8] = b"\x93NUMPY\x01\x00";
    let sizes: String = array.shape.iter().map(|n| format!("{n},")).collect();
    let header = format!("{{'descr': '{}', 'fortran_order': False, 'shape': ({sizes}), }}", array.data.descr());
    // The elements begin at a multiple of 64 bytes, after a line end.
    let length = (MAGIC.len() + 2 + header.len() + 1).next_multiple_of(64) - MAGIC.len() - 2;
    let mut bytes = MAGIC.to_vec();
    bytes.extend((length as u16).to_le_bytes());
    bytes.extend(format!("{header:<width$}\n", width = length - 1).bytes());
    bytes.extend(array.data.bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;
    use zip::CompressionMethod;

    #[test]
    fn headers_are_as_numpy_writes_them() {
        let array = Array { name: "a".into(), shape: vec![2, 1], data: Data::F32(vec![1.0, -2.0]) };
        let bytes = npy(&array);
        assert_eq!(bytes.len(), 128 + 8);
        assert_eq!(bytes[..10], *b"\x93NUMPY\x01\x00\x76\x00");
        let header = std::str::from_utf8(&bytes[10..128]).expect("text");
        assert!(header.starts_with("{'descr': '<f4', 'fortran_order': False, 'shape': (2,1,), }   "), "{header}");
        assert!(header.ends_with(" \n"));
        assert_eq!(bytes[128..], [0, 0, 128, 63, 0, 0, 0, 192]);
    }

    #[test]
    fn entries_are_stored_whole_and_the_bytes_do_not_change() {
        let array = |name: &str| Array { name: name.into(), shape: vec![3], data: Data::U8(vec![1, 2, 3]) };
        let file = || bytes(&[array("b"), array("a/b")]).expect("written");
        assert_eq!(file(), file());
        let mut zip = zip::ZipArchive::new(Cursor::new(file())).expect("a ZIP");
        assert_eq!(zip.file_names_raw().collect::<Vec<_>>(), [b"b.npy".as_slice(), b"a/b.npy"]);
        let entry = zip.by_index(1).expect("there");
        assert_eq!((entry.compression(), entry.size()), (CompressionMethod::Stored, 131));
        assert!(bytes(&[array("a"), array("a")]).is_err());
    }
}
