//! Temporary files, of which none outlives the process, however it ends.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempPath;

/// Names of temporary files begin so.
pub const PREFIX: &str = ".lcsim-";

/// Those that exist. A file is made, renamed and removed by who holds this, so that the list is
/// never behind.
static EXISTING: Mutex<Vec<PathBuf>> = Mutex::new(vec![]);

fn existing() -> MutexGuard<'static, Vec<PathBuf>> {
    EXISTING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process, and removes what others are writing.
pub fn end_process(code: i32) -> ! {
    let existing = existing();
    for path in existing.iter() {
        // Nobody is left to tell.
        let _ = fs::remove_file(path);
    }
    // The list stays locked: nobody makes a file any more.
    std::process::exit(code)
}

/// A temporary file, removed unless it becomes another.
pub(super) struct Temporary {
    file: File,
    /// Nothing once it was renamed.
    path: Option<TempPath>,
}

impl Temporary {
    /// In the folder of `path`, with the permissions that an ordinary new file has there.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // Less what the umask takes away.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut existing = existing();
        // The full error quotes the temporary file's random name, which helps nobody.
        let made = builder.tempfile_in(folder).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => io::Error::other(format!("no folder {}", folder.display())),
            kind => kind.into(),
        })?;
        let (file, path) = made.into_parts();
        existing.push(path.to_path_buf());
        Ok(Self { file, path: Some(path) })
    }

    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Puts it in the place of `target`.
    pub fn persist(mut self, target: &Path) -> io::Result<()> {
        let Some(path) = self.path.take() else { return Ok(()) };
        let mut existing = existing();
        existing.retain(|other| *other != *path);
        Ok(path.persist(target)?)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let mut existing = existing();
            existing.retain(|other| *other != *path);
            drop(path);
        }
    }
}
