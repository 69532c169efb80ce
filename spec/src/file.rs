//! Files from outside, of which no more is read than their kind may have.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// Largest accelerator configuration, and the largest of SCALE-Sim's configurations, in bytes.
pub const MAX_SETTINGS: u64 = 1 << 20;

/// Reads a file of at most `limit` bytes. A larger one is refused by its size, before it is read; what has no size, such as a
/// pipe, as soon as it gives more.
///
/// # Errors
/// It cannot be opened or read, is a folder, or is larger.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let too_large = |found: String| {
        Error::new(ErrorKind::FileTooLarge, format!("expected a file of at most {limit} bytes, found {found}"))
    };
    if size > limit {
        return Err(too_large(size.to_string()));
    }
    let mut bytes = Vec::with_capacity(size as usize);
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

/// The beginning of a text from a file, as an error message quotes it: a file may hold a line of any length.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}
