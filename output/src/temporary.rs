//! Temporary files, and folders for them. None of them is left when the process ends, in whatever
//! way it ends.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::TempPath;

/// The first characters of the names of temporary files.
pub const PREFIX: &str = ".lcsim-";

/// The temporary files that exist, and the new folders, outer ones first. Code that creates,
/// renames or removes one holds this lock, so that the list is always right.
static EXISTING: Mutex<Vec<PathBuf>> = Mutex::new(vec![]);

fn existing() -> MutexGuard<'static, Vec<PathBuf>> {
    EXISTING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process, and removes the temporary files that other threads are writing.
pub fn end_process(code: i32) -> ! {
    let existing = existing();
    for path in existing.iter().rev() {
        // An error cannot be reported any more.
        let _ = fs::remove_file(path).or_else(|_| fs::remove_dir(path));
    }
    // The lock is never released, so no thread can create another file.
    std::process::exit(code)
}

/// A temporary file. It is removed, unless it has replaced another file.
pub(super) struct Temporary {
    file: File,
    /// `None` after the file was renamed.
    path: Option<TempPath>,
}

impl Temporary {
    /// Creates a file in the folder of `path`, with the permissions of an ordinary new file.
    pub fn beside(path: &Path) -> io::Result<Self> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The umask removes some of these permissions.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let mut existing = existing();
        // The full error contains the random name of the temporary file, which does not help a
        // user.
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
}

/// While it exists, no signal ends the process. So several files change together.
pub(super) struct Undivided(MutexGuard<'static, Vec<PathBuf>>);

impl Undivided {
    pub fn begin() -> Self {
        Self(existing())
    }

    /// Replaces `target` by a temporary file.
    pub fn persist(&mut self, temporary: &mut Temporary, target: &Path) -> io::Result<()> {
        let Some(path) = temporary.path.take() else { return Ok(()) };
        self.0.retain(|other| *other != *path);
        Ok(path.persist(target)?)
    }

    /// Keeps new folders.
    pub fn keep(&mut self, folders: &mut NewFolders) {
        self.0.retain(|other| !folders.0.contains(other));
        folders.0.clear();
    }
}

/// Folders that were made, outer ones first. They are removed, unless they are kept.
pub(super) struct NewFolders(Vec<PathBuf>);

impl NewFolders {
    /// Makes `folder`, and those around it that are missing.
    pub fn make(folder: &Path) -> io::Result<Self> {
        let missing: Vec<&Path> = folder.ancestors().take_while(|a| !a.as_os_str().is_empty() && !a.exists()).collect();
        let mut made = Self(vec![]);
        let mut existing = existing();
        for path in missing.into_iter().rev() {
            fs::create_dir(path)?;
            made.0.push(path.into());
            existing.push(path.into());
        }
        drop(existing);
        Ok(made)
    }
}

impl Drop for NewFolders {
    fn drop(&mut self) {
        let mut existing = existing();
        existing.retain(|other| !self.0.contains(other));
        for path in self.0.iter().rev() {
            // It stays if others have put files there.
            let _ = fs::remove_dir(path);
        }
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
