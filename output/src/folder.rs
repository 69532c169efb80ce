//! Writes a folder of generated files with a list of their checksums. By this list, a later run
//! knows which files it may replace.
//!
//! ```
//! use lcsim_output::folder::Folder;
//!
//! let place = tempfile::tempdir()?;
//! let files = [("a.v".to_owned(), "module a;\n".to_owned())];
//! Folder::check(place.path(), &files, false)?.write(&files)?;
//! Folder::check(place.path(), &files, false)?; // its own file may be replaced
//!
//! std::fs::write(place.path().join("a.v"), "module mine;\n")?;
//! assert!(Folder::check(place.path(), &files, false).is_err(), "the user has changed the file");
//! assert!(Folder::check(place.path(), &files, true).is_ok());
//! # Ok::<(), anyhow::Error>(())
//! ```

use crate::PREFIX;
use crate::text::hex;
use anyhow::{Context, Result, bail};
use lcsim_spec::file::{self, quoted};
use lcsim_spec::naming::Name;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the list, which has the format of `sha256sum`.
const LIST: &str = "lcsim.sha256";
/// The largest list in bytes. A core with all scripts has some thirty files.
const LIST_BYTES: u64 = 1 << 20;
/// The largest file whose checksum is compared. The memory files of the largest network that fits a
/// core are smaller.
const FILE_BYTES: u64 = 1 << 33;

/// The checksums of each file. An interrupted run leaves two for a file: the checksum of the text
/// that it had to write, and the one of the text that was there before.
type Sums = BTreeMap<String, Vec<String>>;

/// A folder that may be written.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    /// The files of the run before that nobody has changed since, with their checksums.
    own: BTreeMap<String, String>,
    /// Temporary files of a run that was killed while it wrote.
    leftovers: Vec<PathBuf>,
}

impl Folder {
    /// Checks that `files` may be written to `path`. Writes nothing.
    ///
    /// # Errors
    /// Fails if `path` has files but no list of an earlier run, or if a file of `files` was changed
    /// since. With `force`, neither is an error. Fails also if the list is damaged.
    pub fn check(path: &Path, files: &[(String, String)], force: bool) -> Result<Self> {
        let shown = path.display();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).chain([LIST]).collect();
        crate::check_folder(path, &names)?;
        for link in names.iter().map(|name| path.join(name)) {
            if let Ok(target) = fs::read_link(&link) {
                let (link, target) = (link.display(), target.display());
                bail!("{link}: is a link to {target}, which may be outside the folder; remove the link");
            }
        }
        let (leftovers, others) = entries(path)?;
        let list = read_list(&path.join(LIST))?;
        if let (Some(other), true, false) = (others.first(), list.is_empty(), force) {
            bail!(
                "{shown}: has files that lcsim did not write, `{}` for one; expected a new or empty folder, or one of an \
                 earlier `{}`; {} overwrites what has the same name",
                other.file_name().unwrap_or_default().to_string_lossy(),
                Name::Verilog,
                Name::Force
            );
        }
        let mut own = BTreeMap::new();
        for (name, sums) in &list {
            let sum = file::read(&path.join(name), FILE_BYTES).map(|bytes| digest(&bytes));
            own.extend(sum.ok().filter(|sum| sums.contains(sum)).map(|sum| (name.clone(), sum)));
        }
        for (name, _) in files {
            let there = fs::symlink_metadata(path.join(name)).is_ok();
            if there && !own.contains_key(name) && !force {
                let whose = if list.contains_key(name) {
                    "was changed since lcsim wrote it"
                } else {
                    "was not written by lcsim"
                };
                bail!("{}: {whose}; {} overwrites it", path.join(name).display(), Name::Force);
            }
        }
        Ok(Self { path: path.into(), own, leftovers })
    }

    /// Writes `files` and their list. Removes files of the run before that are not among `files`.
    /// If one cannot be written, or if a signal comes, the folder keeps what it has.
    ///
    /// # Errors
    /// Names the path and why it cannot be written.
    pub fn write(&self, files: &[(String, String)]) -> Result<()> {
        let lines = |sums: &mut dyn Iterator<Item = (&String, String)>| {
            sums.fold(String::new(), |mut list, (name, sum)| {
                let _ = writeln!(list, "{sum}  {name}"); // a String takes every write
                list
            })
        };
        let new = lines(&mut files.iter().map(|(name, text)| (name, digest(text.as_bytes()))));
        let old = lines(&mut self.own.iter().map(|(name, sum)| (name, sum.clone())));
        // If this run is killed at once, the folder has new and old files. The next run then knows
        // both as its own.
        let both = new.clone() + &old;
        let texts = files.iter().map(|(name, text)| (name.as_str(), text));
        let all = [(LIST, &both)].into_iter().chain(texts).chain([(LIST, &new)]);
        let stale = self.own.keys().filter(|name| !files.iter().any(|(n, _)| n == *name));
        let stale: Vec<PathBuf> =
            stale.map(|name| self.path.join(name)).chain(self.leftovers.iter().cloned()).collect();
        crate::write_and_remove(&self.path, all.map(|(name, text)| (name, text.as_bytes())), &stale)
    }
}

/// The entries of a folder, if it exists: our temporary files, and the others.
fn entries(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let cannot = || format!("{}: cannot read", folder.display());
    let entries = match fs::read_dir(folder) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((vec![], vec![])),
        entries => entries.with_context(cannot)?,
    };
    let (mut ours, mut others) = (vec![], vec![]);
    for entry in entries {
        let entry = entry.with_context(cannot)?;
        let temporary = entry.file_name().as_encoded_bytes().starts_with(PREFIX.as_bytes());
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if temporary && is_file { &mut ours } else { &mut others }.push(entry.path());
    }
    Ok((ours, others))
}

fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Reads the list of the run before. Empty if there is none.
fn read_list(path: &Path) -> Result<Sums> {
    match file::read_text(path, LIST_BYTES) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Sums::new()),
        text => parse(&text.with_context(|| format!("{}: cannot read", path.display()))?)
            .with_context(|| path.display().to_string()),
    }
}

/// Parses a list. Each line has a checksum, two spaces and a name without a folder.
fn parse(text: &str) -> Result<Sums> {
    let mut sums = Sums::new();
    for (at, line) in text.lines().enumerate() {
        let is_sum = |sum: &str| sum.len() == 64 && sum.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
        let is_name = |name: &str| !name.is_empty() && !name.contains(['/', '\\']) && name != "..";
        match line.split_once("  ").filter(|(sum, name)| is_sum(sum) && is_name(name)) {
            Some((sum, name)) => sums.entry(name.into()).or_default().push(sum.into()),
            None => bail!(
                "line {}: expected a SHA-256 sum, two spaces and the name of a file beside it, found `{}`; remove this file \
                 to have those it lists taken for yours",
                at + 1,
                quoted(line)
            ),
        }
    }
    Ok(sums)
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

    #[test]
    fn what_a_killed_run_left_is_taken_for_our_own() {
        let folder = tempfile::tempdir().expect("a folder");
        let left = folder.path().join(".lcsim-a1B2c3");
        fs::write(&left, "half").expect("written");
        write(folder.path(), &["a.v"], false).expect("its own");
        assert!(!left.exists() && folder.path().join("a.v").exists());
        // The next run was interrupted: its list, its file `b.v` and a temporary file are there,
        // and `a.v` is still the file of the run before.
        let files = files(&["a.v", "b.v"]);
        let list = |name: &str, text: &str| format!("{}  {name}\n", digest(text.as_bytes()));
        let old = fs::read_to_string(folder.path().join("a.v")).expect("readable");
        let sums = [list("a.v", "new text"), list("b.v", &files[1].1), list("a.v", &old)].concat();
        fs::write(folder.path().join(LIST), sums).expect("written");
        fs::write(folder.path().join("b.v"), &files[1].1).expect("written");
        fs::write(&left, "half").expect("written");
        write(folder.path(), &["a.v", "b.v"], false).expect("its own");
        assert!(!left.exists());
    }

    #[test]
    fn a_run_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let new = folder.path().join("new");
        write(&new.join("rtl"), &["a.v", "missing/b.v"], false).expect_err("no folder");
        assert!(!new.exists());
        write(&new, &["a.v", "b.v"], false).expect("new");
        let before: Vec<_> = entries(&new).expect("readable").1;
        write(&new, &["c.v", "missing/b.v"], false).expect_err("no folder");
        let (leftovers, after) = entries(&new).expect("readable");
        assert!(leftovers.is_empty() && before.len() == 3 && after.len() == 3, "{after:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_not_written_through() {
        let folder = tempfile::tempdir().expect("a folder");
        let (mine, rtl) = (folder.path().join("mine"), folder.path().join("rtl"));
        fs::write(&mine, "mine").expect("written");
        write(&rtl, &["a.v"], false).expect("new");
        std::os::unix::fs::symlink(&mine, rtl.join("b.v")).expect("linked");
        let error = write(&rtl, &["a.v", "b.v"], true).expect_err("refused").to_string();
        assert!(error.contains("b.v: is a link to ") && error.ends_with("remove the link"), "{error}");
        assert_eq!(fs::read_to_string(&mine).expect("kept"), "mine");
    }

    #[test]
    fn a_list_that_is_none_is_refused() {
        let sum = "0".repeat(64);
        assert_eq!(parse(&format!("{sum}  a.v\n")).expect("a list").len(), 1);
        for line in ["", "a.v", &format!("{sum} a.v"), &format!("{sum}  ../a.v"), &format!("{}  a.v", "0".repeat(63))] {
            let error = parse(&format!("{sum}  a.v\n{line}\n")).expect_err("refused").to_string();
            assert!(error.starts_with("line 2: expected a SHA-256 sum"), "{error}");
        }
    }
}
