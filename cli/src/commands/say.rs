//! What commands say: results on stdout, notes on stderr.

use anyhow::{Context, Error, Result};
use lcsim_output::Destination;
use lcsim_spec::escape::{printable, printable_lines};
use std::io::Write;
use std::path::Path;

/// Text for people, to stdout, in which nothing steers a terminal. A reader that went away is an
/// error that the caller can tell, not a panic as with `println!`.
pub(super) fn print(text: impl AsRef<str>) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(printable_lines(text.as_ref()).as_bytes())
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")
}

/// A remark on stderr, unless `quiet`.
pub(super) fn notes(quiet: bool) -> impl Fn(&str) {
    move |text| {
        if !quiet {
            note(text);
        }
    }
}

/// What a command found: `json` if it has a destination, and `text` unless the command is quiet or
/// stdout has the JSON.
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

/// A remark on stderr; whether anybody reads it does not matter.
pub(super) fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "note: {}", printable(text));
}

/// A path within text for people, on one line.
pub(super) fn shown(path: &Path) -> String {
    printable(&path.display().to_string()).into()
}

/// The error of work whose results are written at its end.
pub(super) fn unwritten(error: lcsim::Error) -> Error {
    let interrupted = error.is_interrupted();
    let error = Error::from(error);
    if interrupted { error.context("nothing was written") } else { error }
}
