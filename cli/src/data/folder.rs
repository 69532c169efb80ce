//! A folder of class folders with PNGs.

use super::{Sample, Source, picture, sniff};
use anyhow::{Context, Result, bail};
use lcsim_spec::file;
use std::path::{Path, PathBuf};

/// (image, index of its class). The classes take turns, so that the first images of the data are a sample of all classes.
pub(super) struct ClassFolders {
    images: Vec<(PathBuf, usize)>,
}

impl ClassFolders {
    /// Lists the images of the class folders.
    pub(super) fn open(mut classes: Vec<PathBuf>) -> Result<Self> {
        sort_classes(&mut classes);
        let mut images = vec![];
        for (label, class) in classes.iter().enumerate() {
            let files = sniff::entries(class)?;
            if files.is_empty() {
                bail!("{}: no image in this class folder", class.display());
            }
            if let Some(inner) = files.iter().find(|p| p.is_dir()) {
                bail!(
                    "{}: expected a PNG, found a folder: give the folder that holds the class folders",
                    inner.display()
                );
            }
            if let Some(other) = files.iter().find(|p| !p.is_file()) {
                bail!("{}: expected a PNG, found no file", other.display());
            }
            images.extend(files.into_iter().enumerate().map(|(turn, file)| (turn, label, file)));
        }
        images.sort();
        Ok(Self { images: images.into_iter().map(|(_, label, file)| (file, label)).collect() })
    }
}

/// Numerically if all names are numbers (so that 10 comes after 9), else by name.
fn sort_classes(classes: &mut [PathBuf]) {
    let number = |p: &Path| p.file_name().and_then(|n| n.to_str()).and_then(|n| n.parse::<u64>().ok());
    if classes.iter().all(|p| number(p).is_some()) {
        classes.sort_by_key(|p| number(p));
    } else {
        classes.sort();
    }
}

impl Source for ClassFolders {
    fn len(&self) -> usize {
        self.images.len()
    }

    fn origin(&self, index: usize) -> String {
        self.images[index].0.display().to_string()
    }

    fn read(&self, index: usize) -> Result<Sample> {
        let (path, label) = &self.images[index];
        let shown = path.display();
        let bytes = file::read(path, picture::MAX_BYTES).with_context(|| format!("{shown}: cannot read"))?;
        let (shape, pixels) = picture::decode(&bytes).with_context(|| format!("{shown}: not a usable PNG"))?;
        Ok(Sample { shape, pixels, label: *label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn numbers_sort_as_numbers_and_names_as_names() {
        let sorted = |names: &[&str]| {
            let mut paths: Vec<PathBuf> = names.iter().map(|n| Path::new("data").join(n)).collect();
            sort_classes(&mut paths);
            let names = paths.iter().map(|p| p.file_name().expect("name").to_string_lossy().into_owned());
            names.collect::<Vec<_>>()
        };
        assert_eq!(sorted(&["10", "9", "0"]), ["0", "9", "10"]);
        assert_eq!(sorted(&["10", "9", "cat"]), ["10", "9", "cat"]);
    }

    #[test]
    fn classes_take_turns() {
        let folder = tempfile::tempdir().expect("folder");
        let classes = ["cat", "dog"].map(|n| folder.path().join(n));
        for (class, files) in classes.iter().zip([&["b.png", "a.png", "c.png"][..], &["a.png"]]) {
            fs::create_dir(class).expect("folder");
            files.iter().for_each(|f| fs::write(class.join(f), "").expect("written"));
        }
        let data = ClassFolders::open(classes.to_vec()).expect("opens");
        let order: Vec<String> = (0..data.len()).map(|i| data.origin(i)).collect();
        let expected = ["cat/a.png", "dog/a.png", "cat/b.png", "cat/c.png"];
        assert_eq!(order, expected.map(|n| folder.path().join(n).display().to_string()));
    }

    #[test]
    fn empty_class_folders_and_nested_ones_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let class = folder.path().join("cat");
        fs::create_dir(&class).expect("folder");
        let message = |classes| format!("{:#}", ClassFolders::open(classes).err().expect("refused"));
        assert!(message(vec![class.clone()]).contains("cat: no image"));
        fs::create_dir(class.join("inner")).expect("folder");
        assert!(message(vec![class.clone()]).contains("found a folder"));
        fs::remove_dir(class.join("inner")).expect("removed");
        fs::write(class.join("a.png"), "text").expect("written");
        let text = ClassFolders::open(vec![class]).expect("opens");
        assert!(format!("{:#}", text.read(0).err().expect("refused")).contains("a.png: not a usable PNG"));
    }
}
