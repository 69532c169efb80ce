//! Files from outside, of which no more is read than their kind may have.

use crate::escape::{count, printable};
use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Largest accelerator configuration, and the largest of SCALE-Sim's configurations, in bytes.
pub const MAX_SETTINGS: u64 = 1 << 20;

/// Identifies a file or folder, whatever name or link leads to it.
#[cfg(unix)]
pub type Id = (u64, u64);
/// Identifies a file or folder, whatever name or link leads to it.
#[cfg(not(unix))]
pub type Id = std::path::PathBuf;

/// Of what lies at `path`.
///
/// # Errors
/// Nothing does, or the system does not tell.
#[cfg(unix)]
pub fn id(path: &Path) -> Result<Id> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|found| (found.dev(), found.ino()))
}

/// Of what lies at `path`.
///
/// # Errors
/// Nothing does, or the system does not tell.
#[cfg(not(unix))]
pub fn id(path: &Path) -> Result<Id> {
    fs::canonicalize(path)
}

/// A file that will be replaced in the end.
struct Output {
    id: Id,
    /// Somebody wanted to read it.
    wanted: bool,
}

static OUTPUTS: Mutex<Vec<Output>> = Mutex::new(vec![]);

fn outputs() -> MutexGuard<'static, Vec<Output>> {
    OUTPUTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a file for what will be written: from now on, whoever reads it gets an error, by whatever
/// way its name came up. Only who reads knows which files another one names.
pub fn keep_for_output(id: Id) {
    outputs().push(Output { id, wanted: false });
}

/// Applies `what` to the entry of `path` in the list of outputs, if it is an output.
fn of_output<T>(path: &Path, what: impl FnOnce(&mut Output) -> T) -> Option<T> {
    let mut outputs = outputs();
    if outputs.is_empty() {
        return None;
    }
    let id = id(path).ok()?;
    outputs.iter_mut().find(|output| output.id == id).map(what)
}

/// Whether `path` is kept for what will be written.
pub fn is_output(path: &Path) -> bool {
    of_output(path, |_| ()).is_some()
}

/// Whether somebody wanted to read `path`, which is kept for what will be written. Then it must not
/// be written: who reads may have taken the refusal for a fault of the file, and gone on.
pub fn is_wanted(path: &Path) -> bool {
    of_output(path, |output| output.wanted).unwrap_or(false)
}

/// Refuses to read what will be written.
///
/// # Errors
/// `path` is [kept](keep_for_output) for that.
pub fn refuse_output(path: &Path) -> Result<()> {
    if of_output(path, |output| output.wanted = true).is_some() {
        let message = "it is read by this command and cannot be its output; give the output another name";
        return Err(Error::new(ErrorKind::InvalidInput, message));
    }
    Ok(())
}

/// Whether `path`, which is of this kind, is a pipe with a place of its own. Those of the shell, as
/// `<(command)` or /dev/stdin name them, have none.
#[cfg(unix)]
pub fn is_named_pipe(path: &Path, kind: fs::FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    kind.is_fifo() && fs::canonicalize(path).is_ok()
}

/// Opens a file for reading, or a pipe that another program writes to. Devices give bytes without
/// end, folders none, and opening a pipe that lies in a folder would wait until somebody writes to
/// it.
///
/// # Errors
/// It cannot be opened, is none of those, or is an output.
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

/// Reads a file of at most `limit` bytes. A larger one is refused by its size, before it is read;
/// what has no size, such as a pipe, as soon as it gives more.
///
/// # Errors
/// Those of [`open`]; it cannot be read, or is larger; there is no memory for it.
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

/// The beginning of a text from a file, as an error message quotes it: on one line, whatever its
/// length and its characters.
pub fn quoted(text: &str) -> String {
    const LONGEST: usize = 200;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", printable(&text[..end])),
        None => printable(text).into(),
    }
}
