//! CIFAR-10 binary files: records of a label byte and the R, G and B planes of a 32x32 image.

use super::{MAX_BYTES, Sample, Source};
use anyhow::{Context, Result, bail};
use lcsim_spec::{Shape, file};
use std::path::PathBuf;

const SHAPE: Shape = Shape { channels: 3, height: 32, width: 32 };
const RECORD: usize = 1 + 3 * 32 * 32;

/// The records of one or more files, one after the other.
pub(super) struct Records {
    files: Vec<(PathBuf, Vec<u8>)>,
}

/// Which of a folder's files to read: the test batch, or else all training batches.
pub(super) fn batches(files: &[PathBuf]) -> Vec<PathBuf> {
    let named = |test: fn(&str) -> bool| -> Vec<PathBuf> {
        files.iter().filter(|p| p.file_name().and_then(|n| n.to_str()).is_some_and(test)).cloned().collect()
    };
    let test = named(|name| name == "test_batch.bin");
    if test.is_empty() { named(|name| name.starts_with("data_batch_") && name.ends_with(".bin")) } else { test }
}

impl Records {
    /// Reads the files.
    pub(super) fn open(paths: &[PathBuf]) -> Result<Self> {
        let mut files = vec![];
        for path in paths {
            let bytes = file::read(path, MAX_BYTES).with_context(|| format!("{}: cannot read", path.display()))?;
            if bytes.is_empty() || bytes.len() % RECORD != 0 {
                let (path, found) = (path.display(), bytes.len());
                bail!("{path}: expected records of {RECORD} bytes (CIFAR-10) or MNIST idx images, found {found} bytes");
            }
            files.push((path.clone(), bytes));
        }
        Ok(Self { files })
    }

    /// The file and the record in it.
    fn find(&self, index: usize) -> (&(PathBuf, Vec<u8>), usize) {
        let mut record = index;
        let mut files = self.files.iter();
        loop {
            let file = files.next().expect("the index is below len");
            let records = file.1.len() / RECORD;
            if record < records {
                return (file, record);
            }
            record -= records;
        }
    }
}

impl Source for Records {
    fn len(&self) -> usize {
        self.files.iter().map(|(_, bytes)| bytes.len() / RECORD).sum()
    }

    fn origin(&self, index: usize) -> String {
        let ((path, _), record) = self.find(index);
        format!("{}, image {record}", path.display())
    }

    fn read(&self, index: usize) -> Result<Sample> {
        let ((_, bytes), record) = self.find(index);
        let record = &bytes[record * RECORD..][..RECORD];
        Ok(Sample { shape: SHAPE, pixels: record[1..].to_vec(), label: record[0].into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn files_follow_each_other_and_truncated_ones_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let [one, two] = ["data_batch_1.bin", "data_batch_2.bin"].map(|n| folder.path().join(n));
        let record = |label: u8| [vec![label], vec![label; RECORD - 1]].concat();
        fs::write(&one, [record(1), record(2)].concat()).expect("written");
        fs::write(&two, record(3)).expect("written");
        let files = batches(&[one.clone(), two.clone(), folder.path().join("batches.meta.txt")]);
        let records = Records::open(&files).expect("opens");
        let labels: Vec<usize> = (0..records.len()).map(|i| records.read(i).expect("reads").label).collect();
        assert_eq!(labels, [1, 2, 3]);
        assert!(records.origin(2).ends_with("data_batch_2.bin, image 0"));
        fs::write(&two, &record(3)[..3000]).expect("written");
        let message = format!("{:#}", Records::open(&files).err().expect("refused"));
        assert!(message.contains("data_batch_2.bin: expected records of 3073 bytes"), "{message}");
        assert!(Records::open(&[one]).is_ok());
    }

    #[test]
    fn the_test_batch_goes_before_the_training_batches() {
        let files = ["data_batch_1.bin", "test_batch.bin"].map(PathBuf::from);
        assert_eq!(batches(&files), [PathBuf::from("test_batch.bin")]);
    }
}
