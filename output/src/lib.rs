//! Writes files, each of them whole or not at all. A command checks all its outputs as one set
//! before it begins the work.
//!
//! ```
//! use lcsim_output::{check_all, json};
//! use std::path::Path;
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("report.json");
//! let [report, _] = check_all([Some(path.as_path()), None])?;
//! report.map_or(Ok(()), |destination| destination.write(&json(&[1, 2])?))?;
//! assert!(std::fs::read_to_string(&path)?.contains('2'));
//!
//! let twice = Some(Path::new("-"));
//! assert!(check_all([twice, twice]).is_err(), "only one output can go to stdout");
//! # Ok::<(), anyhow::Error>(())
//! ```

use anyhow::{Context, Result, bail, ensure};
use lcsim_spec::file;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub mod folder;
mod place;
mod staged;
mod temporary;
pub mod text;

use place::Place;
use staged::{Staged, cannot_write};
use temporary::{NewFolders, Temporary, Undivided};
pub use temporary::{PREFIX, end_process};

/// The place of an output. It was writable when it was checked.
#[derive(Debug, PartialEq, Eq)]
pub enum Destination {
    /// Stdout, which users write as `-`.
    Stdout,
    /// A file. Symbolic links are resolved, so that their target is replaced and not the link.
    File(PathBuf),
    /// A device or a pipe. It is written to, and not replaced.
    Special(PathBuf),
}

impl Destination {
    /// Checks that `path` can be written, without changing anything. So hours of work do not end
    /// with an error because of a mistyped folder.
    ///
    /// # Errors
    /// Names the path, and why it cannot be written.
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
                    if let Ok(target) = fs::read_link(path) {
                        bail!(
                            "is a link to {}, which does not exist; remove the link or make its target",
                            target.display()
                        );
                    }
                    Temporary::beside(path)?;
                    return Ok(Self::File(path.to_path_buf()));
                }
                found => found?,
            };
            if found.is_dir() {
                bail!("is a folder");
            }
            #[cfg(unix)]
            if file::is_named_pipe(path, found.file_type()) {
                bail!(
                    "is a named pipe, which may wait for its reader for ever; give a file, or `>(command)` of the shell"
                );
            }
            if !found.is_file() {
                return Ok(Self::Special(path.to_path_buf()));
            }
            OpenOptions::new().write(true).open(path)?;
            let target = fs::canonicalize(path)?;
            Temporary::beside(&target)?;
            Ok(Self::File(target))
        };
        writable().with_context(|| format!("{}: cannot write", path.display()))
    }

    /// Writes `bytes`. A file gets its new content in one step, or keeps its old content if that
    /// fails.
    ///
    /// # Errors
    /// Names the path, and why it cannot be written.
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
                .with_context(|| cannot_write(path)),
            Self::File(path) => Staged::new(path, bytes)?.persist(&mut Undivided::begin()),
        }
    }
}

/// Writes files of a folder that belong together. If the folder does not exist, it is made. All
/// files are replaced at the same time: if one cannot be written, or if a signal comes, either none
/// of them changes or all do.
///
/// # Errors
/// Names the path, and why it cannot be written.
pub fn write_together<'a>(folder: &Path, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<()> {
    write_and_remove(folder, files, &[])
}

/// Like [`write_together`], and then removes the files `stale`. If a name stands twice, the later
/// content stays.
pub(crate) fn write_and_remove<'a>(
    folder: &Path,
    files: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    stale: &[PathBuf],
) -> Result<()> {
    let cannot = || format!("{}: cannot make the folder", folder.display());
    let mut folders = NewFolders::make(folder).with_context(cannot)?;
    let checked = files.into_iter().map(|(name, bytes)| Ok((Destination::check(&folder.join(name))?, bytes)));
    let mut staged = vec![];
    for item in checked.collect::<Result<Vec<_>>>()? {
        match item {
            (Destination::File(path), bytes) => staged.push(Staged::new(&path, bytes)?),
            (other, bytes) => other.write(bytes)?,
        }
    }
    let mut undivided = Undivided::begin();
    for file in &mut staged {
        file.persist(&mut undivided)?;
    }
    undivided.keep(&mut folders);
    let remove = |path: &PathBuf| fs::remove_file(path).with_context(|| format!("{}: cannot remove", path.display()));
    stale.iter().try_for_each(remove)
}

/// Checks the outputs of a command as one set. At most one output can be stdout, and no two can be
/// the same file, even by different names. From now on it is an error to read one of them.
///
/// # Errors
/// The errors of [`Destination::check`], and two outputs in one place.
pub fn check_all<const N: usize>(paths: [Option<&Path>; N]) -> Result<[Option<Destination>; N]> {
    let (checked, places) = check_set(paths)?;
    places.into_iter().for_each(Place::keep);
    Ok(checked)
}

/// Like [`check_all`], but the files can still be read.
fn check_set<const N: usize>(paths: [Option<&Path>; N]) -> Result<([Option<Destination>; N], Vec<Place>)> {
    let mut seen: Vec<(Place, &Path)> = vec![];
    let mut checked = [const { None }; N];
    for (i, path) in paths.into_iter().enumerate() {
        let Some(path) = path else { continue };
        let mut destination = Destination::check(path)?;
        let place = Place::of(path)?;
        if place.is_stdout() {
            destination = Destination::Stdout;
        }
        if let Some((_, first)) = seen.iter().find(|(other, _)| *other == place) {
            bail!("{}: two outputs cannot go to one place{}", shown(path), same_as(first, path));
        }
        seen.push((place, path));
        checked[i] = Some(destination);
    }
    Ok((checked, seen.into_iter().map(|(place, _)| place).collect()))
}

/// Checks that files with these `names` can be written to `folder`. If the folder does not exist,
/// it is created later.
///
/// # Errors
/// The errors of [`Destination::check`]; also if `folder` cannot be created.
pub fn check_folder(folder: &Path, names: &[impl AsRef<Path>]) -> Result<()> {
    if fs::exists(folder).with_context(|| format!("{}: cannot write", folder.display()))? {
        ensure!(folder.is_dir(), "{}: cannot write: expected a folder, found a file", folder.display());
        return names.iter().try_for_each(|name| check_set([Some(&folder.join(name))]).map(drop));
    }
    let cannot = || format!("{}: cannot make the folder", folder.display());
    if let Ok(target) = fs::read_link(folder) {
        bail!("{}: is a link to {}, which does not exist", cannot(), target.display());
    }
    let there = folder.ancestors().skip(1).map(|a| if a.as_os_str().is_empty() { Path::new(".") } else { a });
    let there = there.into_iter().find(|a| a.exists()).unwrap_or(Path::new("."));
    Temporary::beside(&there.join(PREFIX)).with_context(cannot)?;
    Ok(())
}

/// Checks `outputs`, and files with these `names` in `folder`, as one set.
///
/// # Errors
/// The errors of [`check_all`] and of [`check_folder`].
pub fn check_with_folder<const N: usize>(
    outputs: [Option<&Path>; N],
    folder: &Path,
    names: &[impl AsRef<Path>],
) -> Result<[Option<Destination>; N]> {
    // A path whose place cannot be found is refused below.
    let place = Place::of(folder).ok();
    for path in outputs.iter().flatten() {
        if place.is_some() && Place::of(path).ok() == place {
            bail!("{}: an output cannot be the folder of the others{}", shown(path), same_as(folder, path));
        }
    }
    check_folder(folder, names)?;
    let checked = check_all(outputs)?;
    // If the folder does not exist yet, no output that passed its check is in it.
    for name in names.iter().filter(|_| folder.exists()) {
        let name = folder.join(name);
        outputs.into_iter().flatten().try_for_each(|output| check_set([Some(&name), Some(output)]).map(drop))?;
        Place::of(&name)?.keep();
    }
    Ok(checked)
}

fn shown(path: &Path) -> String {
    if path == Path::new("-") { "stdout".into() } else { path.display().to_string() }
}

/// Says which other name the place has.
fn same_as(first: &Path, second: &Path) -> String {
    if first.as_os_str() == second.as_os_str() {
        String::new()
    } else {
        format!("; it is the same as {}", shown(first))
    }
}

/// Writes `value` as JSON.
///
/// # Errors
/// Fails if `value` has no JSON form.
pub fn json(value: &impl serde::Serialize) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}

/// Writes rows as CSV, with the names of their fields as header. The cells are those of [`cells`].
///
/// # Errors
/// Fails if a row is not a flat structure.
pub fn csv<T: serde::Serialize>(rows: impl IntoIterator<Item = T>) -> Result<Vec<u8>> {
    let mut plain = csv::Writer::from_writer(vec![]);
    rows.into_iter().try_for_each(|row| plain.serialize(row))?;
    cells(&plain.into_inner().context("cannot write the table")?)
}

/// Makes a CSV table safe to open. If a spreadsheet would take a text for a formula, the cell gets
/// a `'` in front. Control characters of terminals are escaped.
///
/// # Errors
/// Fails if `plain` is no CSV table.
pub fn cells(plain: &[u8]) -> Result<Vec<u8>> {
    let mut written = csv::Writer::from_writer(vec![]);
    for record in csv::ReaderBuilder::new().has_headers(false).from_reader(plain).records() {
        written.write_record(record?.iter().map(|cell| text::cell(cell).into_owned()))?;
    }
    written.into_inner().context("cannot write the table")
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
