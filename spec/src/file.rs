//! Files from outside, of which no more is read than their kind may have.

use crate::escape::printable;
use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Largest accelerator configuration, and the largest of SCALE-Sim's configurations, in bytes.
pub const MAX_SETTINGS: u64 = 1 << 20;

/// Opens a file for reading, or a pipe that another program writes to. Devices give bytes without end, folders none, and opening a pipe
/// that lies in a folder would wait until somebody writes to it.
///
/// # Errors
/// It cannot be opened, or is none of those.
pub fn open(path: &Path) -> Result<File> {
    let other = |what: &str| Error::new(ErrorKind::InvalidInput, format!("expected a file, found {what}"));
    let kind = fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return Err(other("a folder"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_char_device() || kind.is_block_device() {
            return Err(other("a device"));
        }
        // A pipe of the shell, as `<(command)` or /dev/stdin name it, has no place of its own.
        if kind.is_fifo() && fs::canonicalize(path).is_ok() {
            return Err(other("a named pipe; give a file, or `<(command)` of the shell"));
        }
        if kind.is_socket() {
            return Err(other("a socket"));
        }
    }
    File::open(path)
}

/// Reads a file of at most `limit` bytes. A larger one is refused by its size, before it is read; what has no size, such as a
/// pipe, as soon as it gives more.
///
/// # Errors
/// Those of [`open`]; it cannot be read, or is larger; there is no memory for it.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let file = open(path)?;
    let size = file.metadata()?.len();
    let too_large = |found: String| {
        Error::new(ErrorKind::FileTooLarge, format!("expected a file of at most {limit} bytes, found {found}"))
    };
    if size > limit {
        return Err(too_large(size.to_string()));
    }
    let mut bytes = Vec::new();
    bytes
        .try_reserve_exact(size as usize)
        .map_err(|_| Error::new(ErrorKind::OutOfMemory, format!("there is no memory for a file of {size} bytes")))?;
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_large("more".into()));
    }
    Ok(bytes)
}

/// Reads a file of at most `limit` bytes as text.
///
/// # Errors
/// Those of [`read`], and bytes that are no UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String> {
    let bytes = read(path, limit)?;
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Error::new(ErrorKind::InvalidData, format!("expected text (UTF-8), found other bytes at byte {at}"))
    })
}

/// The beginning of a text from a file, as an error message quotes it: on one line, whatever its length and its characters.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", printable(&text[..end])),
        None => printable(text).into(),
    }
}
