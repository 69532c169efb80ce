//! Files that are written whole or not at all.

use anyhow::{Context, Result, bail};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Where a result goes; known to be writable when it was made.
#[derive(Debug, PartialEq, Eq)]
pub enum Destination {
    /// `-`.
    Stdout,
    /// A file; symbolic links are resolved, so that their target is replaced and not the link.
    File(PathBuf),
    /// A device or a pipe, which is written to and not replaced.
    Special(PathBuf),
}

impl Destination {
    /// Checks that `path` can be written, and leaves no trace of it: hours of work must not end at a mistyped folder.
    ///
    /// # Errors
    /// Names the path and why it cannot be written.
    pub fn check(path: &Path) -> Result<Self> {
        if path == Path::new("-") {
            return Ok(Self::Stdout);
        }
        let slash = path.as_os_str().as_encoded_bytes().ends_with(b"/");
        if slash || path.as_os_str().is_empty() {
            bail!("`{}`: cannot write: expected the name of a file", path.display());
        }
        let writable = || -> Result<Self> {
            let found = match fs::metadata(path) {
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    temporary_beside(path)?;
                    return Ok(Self::File(path.to_path_buf()));
                }
                found => found?,
            };
            if found.is_dir() {
                bail!("is a folder");
            }
            if !found.is_file() {
                return Ok(Self::Special(path.to_path_buf()));
            }
            OpenOptions::new().write(true).open(path)?;
            let target = fs::canonicalize(path)?;
            temporary_beside(&target)?;
            Ok(Self::File(target))
        };
        writable().with_context(|| format!("{}: cannot write", path.display()))
    }

    /// Writes `bytes`; a file has its new content at once, and keeps its old one if that fails.
    ///
    /// # Errors
    /// Names the path and why it cannot be written.
    pub fn write(&self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Stdout => {
                let mut stdout = io::stdout().lock();
                stdout.write_all(bytes).and_then(|()| stdout.flush()).context("cannot write to stdout")
            }
            Self::Special(path) => OpenOptions::new()
                .write(true)
                .open(path)
                .and_then(|mut file| file.write_all(bytes))
                .with_context(|| format!("{}: cannot write", path.display())),
            Self::File(path) => replace(path, bytes).with_context(|| format!("{}: cannot write", path.display())),
        }
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = temporary_beside(path)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A temporary file in the folder of `path`, with the permissions that an ordinary new file has there.
fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".lcsim-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Less what the umask takes away.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    // The full error quotes the temporary file's random name, which helps nobody.
    builder.tempfile_in(folder).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => io::Error::other(format!("no folder {}", folder.display())),
        kind => kind.into(),
    })
}

/// Checks several destinations, of which at most one is stdout and no two are the same file.
///
/// # Errors
/// Those of [`Destination::check`], and two results for one place.
pub fn check_all<const N: usize>(paths: [Option<&Path>; N]) -> Result<[Option<Destination>; N]> {
    let mut checked = [const { None }; N];
    for (i, path) in paths.iter().enumerate() {
        let Some(path) = path else { continue };
        let destination = Destination::check(path)?;
        if checked.iter().flatten().any(|d| *d == destination) {
            let place = if destination == Destination::Stdout { "stdout".into() } else { path.display().to_string() };
            bail!("{place}: two outputs cannot go to one place");
        }
        checked[i] = Some(destination);
    }
    Ok(checked)
}

/// A JSON file's bytes.
///
/// # Errors
/// `value` has no JSON form.
pub fn json(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).expect("readable");
        entries.map(|e| e.expect("entry").file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn checking_leaves_nothing_and_writing_leaves_one_file() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("report.json");
        let destination = Destination::check(&path).expect("writable");
        assert!(names(folder.path()).is_empty());
        destination.write(b"first").expect("written");
        Destination::check(&path).expect("writable").write(b"second").expect("written");
        assert_eq!(fs::read(&path).expect("readable"), b"second");
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn folders_and_files_in_no_folder_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        assert!(Destination::check(folder.path()).is_err());
        let missing = folder.path().join("missing");
        let message = format!("{:#}", Destination::check(&missing.join("report.json")).expect_err("refused"));
        assert!(message.ends_with(&format!("cannot write: no folder {}", missing.display())), "{message}");
        for name in ["", "new-folder/"] {
            assert!(Destination::check(Path::new(name)).is_err());
        }
        assert!(Destination::check(&folder.path().join("x".repeat(300))).is_err(), "name too long");
    }

    #[test]
    fn two_outputs_in_one_place_are_refused() {
        let dash = Some(Path::new("-"));
        assert!(check_all([dash, dash]).is_err());
        assert!(check_all([dash, None]).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_survive() {
        let folder = tempfile::tempdir().expect("folder");
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        fs::write(&target, "old").expect("written");
        std::os::unix::fs::symlink(&target, &link).expect("linked");
        Destination::check(&link).expect("writable").write(b"new").expect("written");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read(&target).expect("readable"), b"new");
        assert!(matches!(Destination::check(Path::new("/dev/null")), Ok(Destination::Special(_))));
    }
}
