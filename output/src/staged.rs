//! New content that stands beside the file that it will replace.

use crate::temporary::{Temporary, Undivided};
use anyhow::{Context, Result, bail};
use lcsim_spec::file;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file whose new content is written, but not in its place yet.
pub(super) struct Staged {
    temporary: Temporary,
    path: PathBuf,
}

impl Staged {
    pub fn new(path: &Path, bytes: &[u8]) -> Result<Self> {
        if file::is_wanted(path) {
            bail!("{}: is read by this command and cannot be its output; give another name", path.display());
        }
        let temporary = Self::write(path, bytes).with_context(|| cannot_write(path))?;
        Ok(Self { temporary, path: path.into() })
    }

    /// Writes the content. The file that it replaces passes on its permissions.
    fn write(path: &Path, bytes: &[u8]) -> io::Result<Temporary> {
        let mut temporary = Temporary::beside(path)?;
        if let Ok(old) = fs::metadata(path) {
            temporary.file().set_permissions(old.permissions())?;
        }
        temporary.file().write_all(bytes)?;
        temporary.file().sync_all()?;
        Ok(temporary)
    }

    pub fn persist(&mut self, undivided: &mut Undivided) -> Result<()> {
        undivided.persist(&mut self.temporary, &self.path).with_context(|| cannot_write(&self.path))
    }
}

pub(super) fn cannot_write(path: &Path) -> String {
    format!("{}: cannot write", path.display())
}
