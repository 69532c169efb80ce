//! Output of commands: results go to stdout, notes to stderr.

use anyhow::{Context, Error, Result};
use lcsim_output::Destination;
use lcsim_spec::escape::{printable, printable_lines};
use std::io::Write;
use std::path::Path;

/// Prints text for people to stdout. Control characters are escaped. If the reader has closed the
/// pipe, this returns an error that the caller can recognise; `println!` would panic.
pub(super) fn print(text: impl AsRef<str>) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(printable_lines(text.as_ref()).as_bytes())
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")
}

/// Makes a function that writes notes to stderr, unless `quiet` is set.
pub(super) fn notes(quiet: bool) -> impl Fn(&str) {
    move |text| {
        if !quiet {
            note(text);
        }
    }
}

/// Shows the result of a command: `json` if it has a destination, and `text` unless the command is
/// quiet or the JSON goes to stdout.
pub(super) fn tell(
    to: Option<&Destination>,
    quiet: bool,
    json: impl FnOnce() -> Result<Vec<u8>>,
    text: impl FnOnce() -> String,
) -> Result<()> {
    if let Some(to) = to {
        to.write(&json()?)?;
    }
    if quiet || to == Some(&Destination::Stdout) { Ok(()) } else { print(text()) }
}

/// Writes a note to stderr. A failure does not matter.
pub(super) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "note: {}", printable(text));
}

/// Formats a path on one line for a text.
pub(super) fn shown(path: &Path) -> String {
    printable(&path.display().to_string()).into()
}

/// Makes the error of work that was stopped before its results were written.
pub(super) fn unwritten(error: lcsim::Error) -> Error {
    let interrupted = error.is_interrupted();
    let error = Error::from(error);
    if interrupted { error.context("nothing was written") } else { error }
}
