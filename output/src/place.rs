//! Finds out which file a path means. Two paths can have different spellings, go through links, or
//! be two names of one file.

use anyhow::{Context, Result};
use lcsim_spec::file::{self, Id, id};
use std::ffi::OsString;
use std::path::Path;

/// The file to which stdout leads.
#[cfg(unix)]
fn stdout() -> Option<Id> {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;
    let own = std::io::stdout().as_fd().try_clone_to_owned().ok()?;
    std::fs::File::from(own).metadata().ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn stdout() -> Option<Id> {
    None
}

/// The file of an output.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Stdout, to which several names can lead.
    Stdout,
    /// A file that exists.
    File(Id),
    /// A file that does not exist yet: its folder and its name.
    New(Id, OsString),
}

impl Place {
    /// Finds the place of `path`.
    pub fn of(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        match id(path) {
            Ok(found) if Some(&found) == stdout().as_ref() => Ok(Self::Stdout),
            Ok(found) => Ok(Self::File(found)),
            Err(_) => {
                let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let folder = id(folder).with_context(|| format!("{}: cannot write", path.display()))?;
                Ok(Self::New(folder, path.file_name().unwrap_or_default().into()))
            }
        }
    }

    /// Whether this is stdout.
    pub fn is_stdout(&self) -> bool {
        *self == Self::Stdout
    }

    /// Makes it an error to read this file, if it exists.
    pub fn keep(self) {
        if let Self::File(id) = self {
            file::keep_for_output(id);
        }
    }
}
