//! A folder of generated files, with a list of their checksums by which a later run knows its own.

use crate::output::Destination;
use crate::text::hex;
use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The list, as `sha256sum` writes and checks it.
const LIST: &str = "lcsim.sha256";

/// A folder that may be written.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// Files of the run before, which nobody has touched since.
    own: Vec<String>,
}

impl Folder {
    /// Checks that `files` may be written to `path`; writes nothing.
    ///
    /// # Errors
    /// Unless `force`: `path` has files but no list of an earlier run, or a file of `files` is there that was changed.
    pub fn check(path: &Path, files: &[(String, String)], force: bool) -> Result<Self> {
        let shown = path.display();
        let entries = match fs::read_dir(path) {
            Ok(mut entries) => entries.next().transpose().with_context(|| format!("{shown}: cannot read"))?,
            Err(e) if e.kind() == io::ErrorKind::NotFound => None,
            Err(e) => return Err(e).with_context(|| format!("{shown}: cannot write")),
        };
        let list = match fs::read_to_string(path.join(LIST)) {
            Ok(text) => parse(&text),
            Err(_) => BTreeMap::new(),
        };
        if let (Some(entry), true, false) = (entries, list.is_empty(), force) {
            let name = entry.file_name();
            bail!(
                "{shown}: has files that lcsim did not write, `{}` for one; expected a new or empty folder, or one of an \
                 earlier `lcsim verilog`; --force overwrites what has the same name",
                name.to_string_lossy()
            );
        }
        let untouched =
            |name: &String| fs::read(path.join(name)).is_ok_and(|bytes| list.get(name) == Some(&digest(&bytes)));
        let own: Vec<String> = list.keys().filter(|name| untouched(name)).cloned().collect();
        for (name, _) in files {
            let there = fs::symlink_metadata(path.join(name)).is_ok();
            if there && !own.contains(name) && !force {
                let whose = if list.contains_key(name) {
                    "was changed since lcsim wrote it"
                } else {
                    "was not written by lcsim"
                };
                bail!("{}: {whose}; --force overwrites it", path.join(name).display());
            }
        }
        Ok(Self { path: path.into(), own })
    }

    /// Writes `files` and their list; files of the run before that are not among them any more are removed.
    ///
    /// # Errors
    /// Names the path and why it cannot be written.
    pub fn write(&self, files: &[(String, String)]) -> Result<()> {
        let shown = self.path.display();
        fs::create_dir_all(&self.path).with_context(|| format!("{shown}: cannot write"))?;
        let mut list = String::new();
        for (name, text) in files {
            let _ = writeln!(list, "{}  {name}", digest(text.as_bytes())); // a String takes every write
        }
        // The list comes first: what an interrupted run leaves is then known as its own, and replaced.
        for (name, text) in
            [(LIST, list.as_str())].into_iter().chain(files.iter().map(|(n, t)| (n.as_str(), t.as_str())))
        {
            Destination::check(&self.path.join(name))?.write(text.as_bytes())?;
        }
        for stale in self.own.iter().filter(|name| !files.iter().any(|(n, _)| n == *name)) {
            let path = self.path.join(stale);
            fs::remove_file(&path).with_context(|| format!("{}: cannot remove", path.display()))?;
        }
        Ok(())
    }
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Names with a path are left out: lcsim writes none, so they are not its own.
fn parse(text: &str) -> BTreeMap<String, String> {
    let entries = text.lines().filter_map(|l| l.split_once("  "));
    entries.filter(|(_, name)| !name.contains('/')).map(|(sum, name)| (name.to_string(), sum.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<(String, String)> {
        names.iter().map(|n| ((*n).to_string(), format!("text of {n}\n"))).collect()
    }

    fn write(path: &Path, names: &[&str], force: bool) -> Result<()> {
        let files = files(names);
        Folder::check(path, &files, force)?.write(&files)
    }

    #[test]
    fn a_second_run_replaces_its_own_files_and_keeps_the_users() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/rtl");
        write(&path, &["a.v", "b.v"], false).expect("new");
        fs::write(path.join("notes.txt"), "mine").expect("written");
        write(&path, &["b.v", "c.v"], false).expect("its own");
        assert!(!path.join("a.v").exists(), "stale");
        assert_eq!(fs::read_to_string(path.join("notes.txt")).expect("kept"), "mine");
        assert!(path.join("c.v").exists());
    }

    #[test]
    fn what_others_wrote_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("thesis.tex"), "mine").expect("written");
        let error = write(folder.path(), &["a.v"], false).expect_err("refused").to_string();
        assert!(error.contains("`thesis.tex`"), "{error}");
        assert!(!folder.path().join("a.v").exists());
        write(folder.path(), &["a.v"], true).expect("forced");
        fs::write(folder.path().join("a.v"), "edited").expect("written");
        let error = write(folder.path(), &["a.v"], false).expect_err("refused").to_string();
        assert!(error.contains("a.v: was changed since lcsim wrote it"), "{error}");
        fs::write(folder.path().join("b.v"), "mine").expect("written");
        let error = write(folder.path(), &["b.v"], false).expect_err("refused").to_string();
        assert!(error.contains("b.v: was not written by lcsim"), "{error}");
    }
}
