//! Which file a path means: two paths may be spelled differently, lead through links, or be names of one file.

use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What the system knows a file or folder by.
#[cfg(unix)]
type Id = (u64, u64);
#[cfg(not(unix))]
type Id = PathBuf;

#[cfg(unix)]
fn id(path: &Path) -> io::Result<Id> {
    use std::os::unix::fs::MetadataExt;
    fs::metadata(path).map(|found| (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn id(path: &Path) -> io::Result<Id> {
    fs::canonicalize(path)
}

/// The file that stdout leads to.
#[cfg(unix)]
fn stdout() -> Option<Id> {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;
    let own = io::stdout().as_fd().try_clone_to_owned().ok()?;
    fs::File::from(own).metadata().ok().map(|found| (found.dev(), found.ino()))
}

#[cfg(not(unix))]
fn stdout() -> Option<Id> {
    None
}

/// Where an output goes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Stdout, which several names may lead to.
    Stdout,
    /// A file that is there.
    File(Id),
    /// A file that is not there yet: its folder and its name.
    New(Id, OsString),
}

impl Place {
    /// Where `path` leads.
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

    /// Refuses to write `path`, which leads here, if the command reads it.
    pub fn keep_off(&self, path: &Path, inputs: &[&dyn Inputs]) -> Result<()> {
        let Self::File(own) = self else { return Ok(()) };
        for input in inputs.iter().flat_map(|inputs| inputs.paths()) {
            if id(input).is_ok_and(|input| input == *own) {
                bail!("{}: is read by this command and cannot be its output; give another name", path.display());
            }
            if input.is_dir() && holds_data(input, path) {
                let input = input.display();
                bail!(
                    "{}: is one of the files of {input}, which this command reads; give another name",
                    path.display()
                );
            }
        }
        Ok(())
    }
}

/// Endings of what lcsim itself writes, which may stand beside the files of a data set.
const OURS: [&str; 7] = ["json", "csv", "md", "html", "vcd", "svg", "safetensors"];

/// Whether `path`, which is there, belongs to the data in `folder`: it lies in a folder inside, or beside those and is nothing that lcsim writes.
fn holds_data(folder: &Path, path: &Path) -> bool {
    let (Ok(folder), Ok(path)) = (fs::canonicalize(folder), fs::canonicalize(path)) else { return false };
    let Ok(inside) = path.strip_prefix(&folder) else { return false };
    let ours = inside.extension().is_some_and(|e| OURS.iter().any(|ours| e.eq_ignore_ascii_case(ours)));
    inside.components().count() > 1 || !ours
}

/// Arguments that name what a command reads. Names of what is embedded are no files, and harmless.
pub trait Inputs {
    /// The paths.
    fn paths(&self) -> Vec<&Path>;
}

impl Inputs for PathBuf {
    fn paths(&self) -> Vec<&Path> {
        vec![self]
    }
}

impl Inputs for String {
    fn paths(&self) -> Vec<&Path> {
        vec![Path::new(self)]
    }
}

impl<T: Inputs> Inputs for Option<T> {
    fn paths(&self) -> Vec<&Path> {
        self.iter().flat_map(Inputs::paths).collect()
    }
}

impl<T: Inputs> Inputs for Vec<T> {
    fn paths(&self) -> Vec<&Path> {
        self.iter().flat_map(Inputs::paths).collect()
    }
}
