//! Reads a folder of class folders with PNGs and JPEGs.

use super::files::entries;
use super::picture;
use super::source::{ClassOrder, Opened, Sample, Source};
use anyhow::{Context, Result, bail};
use lcsim_spec::file;
use lcsim_spec::naming::Name;
use std::path::{Path, PathBuf};

/// (file, index of its class). The list takes one image of each class in turn, so that the first
/// images are a sample of all classes.
struct ClassFolders {
    images: Vec<(PathBuf, usize)>,
}

/// Lists the images of the class folders, which are sorted by name.
pub(super) fn open(mut classes: Vec<PathBuf>, order: Option<ClassOrder>) -> Result<Opened> {
    let note = sort_classes(&mut classes, order)?;
    let mut images = vec![];
    for (label, class) in classes.iter().enumerate() {
        let files = entries(class)?;
        if files.is_empty() {
            bail!("{}: no image in this class folder", class.display());
        }
        if let Some(inner) = files.iter().find(|p| p.is_dir()) {
            bail!(
                "{}: expected a PNG or JPEG, found a folder: give the folder that holds the class folders",
                inner.display()
            );
        }
        if let Some(other) = files.iter().find(|p| !p.is_file()) {
            bail!("{}: expected a PNG or JPEG, found no file", other.display());
        }
        // Pictures are read later, one by one.
        files.iter().try_for_each(|path| {
            file::refuse_output(path).with_context(|| format!("{}: cannot read", path.display()))
        })?;
        images.extend(files.into_iter().enumerate().map(|(turn, file)| (turn, label, file)));
    }
    images.sort();
    let images = images.into_iter().map(|(_, label, file)| (file, label)).collect();
    let classes = classes.iter().map(|class| name(class)).collect();
    Ok(Opened { classes, note, ..Opened::new(Box::new(ClassFolders { images })) })
}

fn name(class: &Path) -> String {
    class.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Sorts classes, which are sorted by name, as `order` says. Without `order` they are sorted as
/// numbers if all names are numbers, so that 10 comes after 9. Returns a note if the user gave no
/// order and other programs would use another one.
fn sort_classes(classes: &mut [PathBuf], order: Option<ClassOrder>) -> Result<Option<String>> {
    let number = |p: &PathBuf| p.file_name().and_then(|n| n.to_str()).and_then(|n| n.parse::<u64>().ok());
    let text = classes.iter().find(|p| number(p).is_none());
    match (order, text) {
        (Some(ClassOrder::String), _) | (None, Some(_)) => return Ok(None),
        (Some(ClassOrder::Numeric), Some(text)) => {
            bail!(
                "{} numeric: expected class folders whose names are numbers, found {}",
                Name::ClassOrder,
                text.display()
            )
        }
        (_, None) => {}
    }
    let by_name = classes.to_vec();
    classes.sort_by_key(number);
    if order.is_some() || classes == by_name {
        return Ok(None);
    }
    let shown = |classes: &[PathBuf]| {
        let first: Vec<String> = classes.iter().take(4).map(|class| name(class)).collect();
        format!("{}{}", first.join(", "), if classes.len() > 4 { ", ..." } else { "" })
    };
    Ok(Some(format!(
        "class folders count in numeric order ({}); torchvision's ImageFolder counts them in string order ({}), which \
         --class-order string takes",
        shown(classes),
        shown(&by_name)
    )))
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
        let (shape, pixels) = picture::decode(&bytes).with_context(|| format!("{shown}: not a usable picture"))?;
        Ok(Sample { shape, pixels, label: *label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn sorted(names: &[&str], order: Option<ClassOrder>) -> Result<(Vec<String>, Option<String>)> {
        let mut paths: Vec<PathBuf> = names.iter().map(|n| Path::new("data").join(n)).collect();
        paths.sort();
        let note = sort_classes(&mut paths, order)?;
        Ok((paths.iter().map(|path| name(path)).collect(), note))
    }

    #[test]
    fn numbers_sort_as_numbers_and_names_as_names() {
        let names = |names: &[&str], order| sorted(names, order).expect("sorted");
        let (order, note) = names(&["10", "9", "0"], None);
        assert_eq!(order, ["0", "9", "10"]);
        let note = note.expect("differs from string order");
        assert!(note.contains("numeric order (0, 9, 10)") && note.contains("string order (0, 10, 9)"), "{note}");
        assert_eq!(names(&["10", "9", "cat"], None), (["10", "9", "cat"].map(Into::into).to_vec(), None));
        // If both orders are the same, no note is needed.
        for same in [&["0", "1", "9"][..], &["00", "09", "10"]] {
            assert_eq!(names(same, None), (same.iter().map(ToString::to_string).collect(), None));
        }
    }

    #[test]
    fn an_order_that_was_asked_for_is_taken_without_a_word() {
        let [string, numeric] =
            [ClassOrder::String, ClassOrder::Numeric].map(|order| sorted(&["10", "9", "0"], Some(order)));
        assert_eq!(string.expect("sorted"), (["0", "10", "9"].map(Into::into).to_vec(), None));
        assert_eq!(numeric.expect("sorted"), (["0", "9", "10"].map(Into::into).to_vec(), None));
        let message = sorted(&["1", "cat"], Some(ClassOrder::Numeric)).expect_err("refused").to_string();
        assert!(message.contains("names are numbers, found data/cat"), "{message}");
    }

    #[test]
    fn classes_take_turns() {
        let folder = tempfile::tempdir().expect("folder");
        let classes = ["cat", "dog"].map(|n| folder.path().join(n));
        for (class, files) in classes.iter().zip([&["b.png", "a.png", "c.png"][..], &["a.png"]]) {
            fs::create_dir(class).expect("folder");
            files.iter().for_each(|f| fs::write(class.join(f), "").expect("written"));
        }
        let data = open(classes.to_vec(), None).expect("opens");
        assert_eq!(data.classes, ["cat", "dog"]);
        let order: Vec<String> = (0..data.source.len()).map(|i| data.source.origin(i)).collect();
        let expected = ["cat/a.png", "dog/a.png", "cat/b.png", "cat/c.png"];
        assert_eq!(order, expected.map(|n| folder.path().join(n).display().to_string()));
    }

    #[test]
    fn empty_class_folders_and_nested_ones_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let class = folder.path().join("cat");
        fs::create_dir(&class).expect("folder");
        let message = |classes| format!("{:#}", open(classes, None).err().expect("refused"));
        assert!(message(vec![class.clone()]).contains("cat: no image"));
        fs::create_dir(class.join("inner")).expect("folder");
        assert!(message(vec![class.clone()]).contains("found a folder"));
        fs::remove_dir(class.join("inner")).expect("removed");
        fs::write(class.join("a.png"), "text").expect("written");
        let text = open(vec![class], None).expect("opens");
        let message = format!("{:#}", text.source.read(0).err().expect("refused"));
        assert!(message.contains("a.png: not a usable picture: expected a PNG or JPEG"), "{message}");
    }
}
