//! Reads CIFAR-10 and CIFAR-100 binary files. A record has one or two label bytes, and then the R,
//! G and B planes of a 32x32 image.

use super::content::Content;
use super::files::sibling;
use super::names;
use super::source::{Opened, Sample, Source, Training};
use anyhow::{Result, bail};
use lcsim_spec::Shape;
use std::path::{Path, PathBuf};

const SHAPE: Shape = Shape { channels: 3, height: 32, width: 32 };
const PIXELS: usize = 3 * 32 * 32;

/// CIFAR-10 or CIFAR-100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A record begins with the class.
    Ten,
    /// A record begins with one of 20 coarse classes. Its second byte is the fine class, which is
    /// the label.
    Hundred,
}

impl Kind {
    fn labels(self) -> usize {
        match self {
            Self::Ten => 1,
            Self::Hundred => 2,
        }
    }

    fn record(self) -> usize {
        self.labels() + PIXELS
    }

    /// Recognises the kind of the records that fill a file.
    fn of(bytes: &[u8]) -> Option<Self> {
        let fits = |kind: &Self| {
            // Some file sizes are multiples of both record lengths. Then the labels decide.
            let most = [10, 20][kind.labels() - 1];
            let both = bytes.len().is_multiple_of(Self::Ten.record() * Self::Hundred.record());
            let labelled = || bytes.chunks(kind.record()).all(|record| record[0] < most);
            bytes.len().is_multiple_of(kind.record()) && (!both || labelled())
        };
        [Self::Ten, Self::Hundred].into_iter().find(fits).filter(|_| !bytes.is_empty())
    }
}

/// The records of one or more files, one file after the other.
struct Records {
    kind: Kind,
    files: Vec<(PathBuf, Vec<u8>)>,
}

/// The name of a file without the ending of its compression.
fn name(path: &Path) -> &str {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_suffix(".gz").unwrap_or(name)
}

fn is_training_batch(path: &Path) -> bool {
    let number = name(path).strip_prefix("data_batch_").and_then(|rest| rest.strip_suffix(".bin"));
    number.is_some()
}

/// Chooses the files of a folder to read: the test images, or else all training images. CIFAR-10
/// comes before CIFAR-100.
pub(super) fn batches(files: &[PathBuf]) -> Vec<PathBuf> {
    let named = |test: fn(&Path) -> bool| -> Vec<PathBuf> { files.iter().filter(|p| test(p)).cloned().collect() };
    let kinds = [
        named(|path| name(path) == "test_batch.bin"),
        named(is_training_batch),
        named(|path| name(path) == "test.bin"),
        named(|path| name(path) == "train.bin"),
    ];
    kinds.into_iter().find(|files| !files.is_empty()).unwrap_or_default()
}

/// Finds the training images beside a file of test images. Of CIFAR-10 it takes one of the five
/// files, which is more than enough to calibrate.
fn training(test: &Path) -> Option<Training> {
    let path = match name(test) {
        "test_batch.bin" => (1..=5).find_map(|i| sibling(test, &format!("data_batch_{i}.bin")))?,
        "test.bin" => sibling(test, "train.bin")?,
        _ => return None,
    };
    Some(Training { name: path.display().to_string(), open: Box::new(move || open(vec![Content::open(&path)?])) })
}

/// Reads the files.
pub(super) fn open(contents: Vec<Content>) -> Result<Opened> {
    let mut files: Vec<(PathBuf, Vec<u8>)> = vec![];
    let mut all = None;
    for content in contents {
        let path = content.path.clone();
        let shown = path.display();
        let bytes = content.read()?;
        let Some(kind) = Kind::of(&bytes) else {
            bail!(
                "{shown}: expected records of 3073 bytes (CIFAR-10) or 3074 (CIFAR-100), MNIST idx images, or arrays of NumPy, \
                 found {} bytes",
                bytes.len()
            );
        };
        if all.is_some_and(|all| all != kind) {
            bail!("{shown}: expected records like those of {}, found the other CIFAR", files[0].0.display());
        }
        all = Some(kind);
        files.push((path, bytes));
    }
    let (Some(kind), [(path, _), ..]) = (all, &files[..]) else { bail!("no file of CIFAR records") };
    // Records of this form can hold other pictures. Only files with the original names get the
    // class names.
    let is_own = |(path, _): &(PathBuf, _)| name(path) == "test_batch.bin" || is_training_batch(path);
    let classes: &[&str] = match kind {
        Kind::Ten if files.iter().all(is_own) => &names::CIFAR_10,
        Kind::Ten => &[],
        Kind::Hundred => &names::CIFAR_100,
    };
    let (training, classes) = (training(path), names::owned(classes));
    Ok(Opened { training, classes, ..Opened::new(Box::new(Records { kind, files })) })
}

impl Records {
    /// Finds the file of an image, and the number of its record there.
    fn find(&self, index: usize) -> (&(PathBuf, Vec<u8>), usize) {
        let mut record = index;
        let mut files = self.files.iter();
        loop {
            let file = files.next().expect("the index is below len");
            let records = file.1.len() / self.kind.record();
            if record < records {
                return (file, record);
            }
            record -= records;
        }
    }
}

impl Source for Records {
    fn len(&self) -> usize {
        self.files.iter().map(|(_, bytes)| bytes.len() / self.kind.record()).sum()
    }

    fn origin(&self, index: usize) -> String {
        let ((path, _), record) = self.find(index);
        format!("{}, image {record}", path.display())
    }

    fn read(&self, index: usize) -> Result<Sample> {
        let ((_, bytes), record) = self.find(index);
        let size = self.kind.record();
        let (labels, pixels) = bytes[record * size..][..size].split_at(self.kind.labels());
        Ok(Sample { shape: SHAPE, pixels: pixels.to_vec(), label: labels[labels.len() - 1].into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn opened(paths: &[PathBuf]) -> Result<Opened> {
        open(paths.iter().map(|path| Content::open(path)).collect::<Result<_>>()?)
    }

    fn labels(data: &Opened) -> Vec<usize> {
        (0..data.source.len()).map(|i| data.source.read(i).expect("reads").label).collect()
    }

    fn ten(label: u8) -> Vec<u8> {
        [vec![label], vec![label; PIXELS]].concat()
    }

    fn hundred(coarse: u8, fine: u8) -> Vec<u8> {
        [vec![coarse, fine], vec![fine; PIXELS]].concat()
    }

    #[test]
    fn files_follow_each_other_and_truncated_ones_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let [one, two] = ["data_batch_1.bin", "data_batch_2.bin"].map(|n| folder.path().join(n));
        fs::write(&one, [ten(1), ten(2)].concat()).expect("written");
        fs::write(&two, ten(3)).expect("written");
        let files = batches(&[one.clone(), two.clone(), folder.path().join("batches.meta.txt")]);
        let data = opened(&files).expect("opens");
        assert_eq!(labels(&data), [1, 2, 3]);
        assert!(data.source.origin(2).ends_with("data_batch_2.bin, image 0"));
        assert_eq!(data.classes[3], "cat");
        fs::write(&two, &ten(3)[..3000]).expect("written");
        let message = format!("{:#}", opened(&files).err().expect("refused"));
        assert!(message.contains("data_batch_2.bin: expected records of 3073 bytes"), "{message}");
        fs::write(&two, hundred(1, 3)).expect("written");
        let message = format!("{:#}", opened(&files).err().expect("refused"));
        assert!(message.contains("data_batch_2.bin: expected records like those of"), "{message}");
        assert!(opened(&[one]).is_ok());
    }

    #[test]
    fn the_fine_label_of_cifar_100_counts() {
        let folder = tempfile::tempdir().expect("folder");
        let [train, test] = ["train.bin", "test.bin"].map(|n| folder.path().join(n));
        fs::write(&train, [hundred(4, 0), hundred(14, 98), hundred(1, 1)].concat()).expect("written");
        fs::write(&test, hundred(0, 95)).expect("written");
        let data = opened(&batches(&[test, train])).expect("opens");
        assert_eq!((labels(&data), data.classes[95].as_str()), (vec![95], "whale"));
        let train = (data.training.expect("beside it").open)().expect("opens");
        assert_eq!((labels(&train), train.classes[98].as_str()), (vec![0, 98, 1], "woman"));
    }

    #[test]
    fn labels_tell_records_apart_where_the_size_does_not() {
        let record = |kind: Kind| [ten(9), hundred(19, 99)][kind.labels() - 1].clone();
        for kind in [Kind::Ten, Kind::Hundred] {
            let both = Kind::Ten.record() * Kind::Hundred.record();
            assert_eq!(Kind::of(&record(kind).repeat(both / kind.record())), Some(kind));
            assert_eq!(Kind::of(&record(kind)), Some(kind));
        }
        assert_eq!([Kind::of(&[]), Kind::of(&[0; 10])], [None, None]);
    }

    #[test]
    fn the_test_batch_goes_before_the_training_batches() {
        let files = ["data_batch_1.bin", "test_batch.bin.gz"].map(PathBuf::from);
        assert_eq!(batches(&files), [PathBuf::from("test_batch.bin.gz")]);
        assert_eq!(batches(&["train.bin", "data_batch_2.bin"].map(PathBuf::from)), [PathBuf::from("data_batch_2.bin")]);
    }
}
