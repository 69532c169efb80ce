//! Opens and reads files of the user, each up to the size that its kind may have. Files that lcsim
//! is going to write cannot be read.
//!
//! ```
//! use lcsim_spec::file::{MAX_SETTINGS, quoted, read_text};
//! use std::path::Path;
//!
//! let config = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../configs/8x8.toml"));
//! assert!(read_text(config, MAX_SETTINGS)?.contains("rows = 8"));
//! assert!(read_text(config, 10).is_err(), "a file of more than 10 bytes is refused before it is read");
//! assert!(!quoted("two\nlines").contains('\n'));
//! # Ok::<(), std::io::Error>(())
//! ```

use crate::escape::{count, printable};
use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The largest configuration of an accelerator, and of SCALE-Sim, in bytes.
pub const MAX_SETTINGS: u64 = 1 << 20;

/// Identifies a file or folder. All names and links that lead to it have the same number.
#[cfg(unix)]
pub type Id = (u64, u64);
/// Identifies a file or folder. All names and links that lead to it have the same path.
#[cfg(not(unix))]
pub type Id = std::path::PathBuf;

/// Identifies the file or folder at `path`.
///
/// # Errors
/// Fails if `path` does not exist, or if the system cannot tell.
#[cfg(unix)]
pub fn id(path: &Path) -> Result<Id> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|found| (found.dev(), found.ino()))
}

/// Identifies the file or folder at `path`.
///
/// # Errors
/// Fails if `path` does not exist, or if the system cannot tell.
#[cfg(not(unix))]
pub fn id(path: &Path) -> Result<Id> {
    fs::canonicalize(path)
}

/// A file that lcsim will replace at the end.
struct Output {
    id: Id,
    /// Whether something tried to read the file.
    wanted: bool,
}

static OUTPUTS: Mutex<Vec<Output>> = Mutex::new(vec![]);

fn outputs() -> MutexGuard<'static, Vec<Output>> {
    OUTPUTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reserves a file for output. From now on, every attempt to read it is an error. The check is
/// here, where files are read, because only the reader of a file knows which further files it
/// names.
pub fn keep_for_output(id: Id) {
    outputs().push(Output { id, wanted: false });
}

/// Calls `what` with the entry of `path` in the list of outputs, if `path` is an output.
fn of_output<T>(path: &Path, what: impl FnOnce(&mut Output) -> T) -> Option<T> {
    let mut outputs = outputs();
    if outputs.is_empty() {
        return None;
    }
    let id = id(path).ok()?;
    outputs.iter_mut().find(|output| output.id == id).map(what)
}

/// Whether `path` is reserved for output.
pub fn is_output(path: &Path) -> bool {
    of_output(path, |_| ()).is_some()
}

/// Whether something tried to read the output `path`. Then lcsim must not write it: the reader may
/// have taken the refusal for a damaged file and continued without it.
pub fn is_wanted(path: &Path) -> bool {
    of_output(path, |output| output.wanted).unwrap_or(false)
}

/// Refuses to read a file that lcsim is going to write.
///
/// # Errors
/// Fails if `path` is [reserved](keep_for_output) for output.
pub fn refuse_output(path: &Path) -> Result<()> {
    if of_output(path, |output| output.wanted = true).is_some() {
        let message = "it is read by this command and cannot be its output; give the output another name";
        return Err(Error::new(ErrorKind::InvalidInput, message));
    }
    Ok(())
}

/// Whether `path`, which has the type `kind`, is a pipe in a folder. The pipes of a shell, such as
/// `<(command)` or /dev/stdin, are in no folder.
#[cfg(unix)]
pub fn is_named_pipe(path: &Path, kind: fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_fifo() && fs::canonicalize(path).is_ok()
}

/// Opens a file for reading, or a pipe that another program writes to. Devices are refused because
/// they can give bytes without end, folders because they give none. A pipe in a folder is refused
/// because opening it would wait until a program writes to it.
///
/// # Errors
/// Fails if the file cannot be opened, is of a refused kind, or is an output.
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
        if is_named_pipe(path, kind) {
            return Err(other("a named pipe; give a file, or `<(command)` of the shell"));
        }
        if kind.is_socket() {
            return Err(other("a socket"));
        }
    }
    refuse_output(path)?;
    File::open(path)
}

/// Reads a file of at most `limit` bytes. A larger file is refused before it is read. A pipe has no
/// size, so it is refused as soon as it gives more bytes.
///
/// # Errors
/// The errors of [`open`]; also if the file cannot be read, is too large, or does not fit in
/// memory.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let file = open(path)?;
    let size = file.metadata()?.len();
    let too_large = |found: String| {
        Error::new(ErrorKind::FileTooLarge, format!("expected a file of at most {} bytes, found {found}", count(limit)))
    };
    if size > limit {
        return Err(too_large(count(size)));
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(size as usize).map_err(|_| {
        Error::new(ErrorKind::OutOfMemory, format!("there is no memory for a file of {} bytes", count(size)))
    })?;
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_large("more".into()));
    }
    Ok(bytes)
}

/// Reads a file of at most `limit` bytes as UTF-8 text.
///
/// # Errors
/// The errors of [`read`], and bytes that are not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String> {
    let bytes = read(path, limit)?;
    String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        Error::new(ErrorKind::InvalidData, format!("expected text (UTF-8), found other bytes at byte {at}"))
    })
}

/// Shortens a text from a file to one visible line, so that an error message can quote it.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", printable(&text[..end])),
        None => printable(text).into(),
    }
}
