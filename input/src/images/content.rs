//! Opens a file, keeps its beginning to recognise its content, and unpacks it if gzip has
//! compressed it.

use super::files::MAX_BYTES;
use anyhow::{Context, Result, bail};
use flate2::read::MultiGzDecoder;
use lcsim_spec::escape::count;
use lcsim_spec::file;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The number of bytes that are read to recognise a file. A tar archive identifies itself at byte
/// 257.
const START: usize = 512;
const GZIP: &[u8] = &[0x1f, 0x8b];

/// An opened file.
pub(crate) struct Content {
    pub(crate) path: PathBuf,
    start: Vec<u8>,
    rest: Box<dyn Read>,
}

impl Content {
    /// Opens a file and reads its beginning.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let shown = path.display();
        let cannot = || format!("{shown}: cannot read");
        let mut file = file::open(path).with_context(cannot)?;
        let size = file.metadata().with_context(cannot)?.len();
        if size > MAX_BYTES {
            bail!("{shown}: cannot read: expected a file of at most {} bytes, found {}", count(MAX_BYTES), count(size));
        }
        let start = beginning(&mut file).with_context(cannot)?;
        if !start.starts_with(GZIP) {
            return Ok(Self { path: path.to_path_buf(), start, rest: Box::new(file) });
        }
        let packed = Counted { inner: io::Cursor::new(start).chain(file), count: 0 };
        let mut unpacked = Unpacked::new(MultiGzDecoder::new(packed), |gzip: &MultiGzDecoder<_>| gzip.get_ref().count);
        let start = beginning(&mut unpacked).with_context(cannot)?;
        Ok(Self { path: path.to_path_buf(), start, rest: Box::new(unpacked) })
    }

    /// Whether the file has these bytes at position `at`.
    pub(crate) fn has(&self, at: usize, bytes: &[u8]) -> bool {
        self.start.get(at..).is_some_and(|start| start.starts_with(bytes))
    }

    /// Reads the whole file.
    pub(crate) fn read(self) -> Result<Vec<u8>> {
        let Self { path, start: mut bytes, rest } = self;
        rest.take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .and_then(|_| match bytes.len() as u64 {
                found if found > MAX_BYTES => {
                    let message = format!("expected a file of at most {} bytes, found more", count(MAX_BYTES));
                    Err(io::Error::new(io::ErrorKind::FileTooLarge, message))
                }
                _ => Ok(bytes),
            })
            .with_context(|| format!("{}: cannot read", path.display()))
    }
}

fn beginning(from: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut start = vec![];
    from.take(START as u64).read_to_end(&mut start)?;
    Ok(start)
}

/// Counts the bytes that are read.
struct Counted<R> {
    inner: R,
    count: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        Ok(read)
    }
}

/// The largest size to which this number of compressed bytes may unpack. Images of a single colour
/// shrink to about a thousandth of their size, and so does a file that someone made to fill the
/// memory.
fn most_unpacked(packed: u64) -> u64 {
    (16 << 20) + 100 * packed
}

/// The unpacked bytes. Reading ends with an error if they become too many for the compressed bytes
/// that were read.
pub(crate) struct Unpacked<R, P> {
    inner: R,
    packed: P,
    count: u64,
}

impl<R: Read, P: Fn(&R) -> u64> Unpacked<R, P> {
    /// `packed` returns the number of compressed bytes that `inner` has read so far.
    pub(crate) fn new(inner: R, packed: P) -> Self {
        Self { inner, packed, count: 0 }
    }
}

impl<R: Read, P: Fn(&R) -> u64> Read for Unpacked<R, P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count += read as u64;
        let packed = (self.packed)(&self.inner);
        if self.count > most_unpacked(packed) {
            return Err(io::Error::other(format!(
                "expected at most 16 MiB and 100 times its size when unpacked, found more than {} bytes of {packed}",
                self.count
            )));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::fs;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(vec![], Compression::best());
        encoder.write_all(bytes).expect("written");
        encoder.finish().expect("written")
    }

    #[test]
    fn compressed_files_read_as_what_was_compressed() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("data.gz");
        let bytes: Vec<u8> = (0..100_000u32).map(|i| (i.wrapping_mul(i) >> 7) as u8).collect();
        // A file with two members, as `cat a.gz b.gz` writes it.
        fs::write(&path, [gzip(&bytes[..60_000]), gzip(&bytes[60_000..])].concat()).expect("written");
        let content = Content::open(&path).expect("opens");
        assert!(content.has(7, &bytes[7..20]) && !content.has(500, &bytes[500..513]));
        assert_eq!(content.read().expect("reads"), bytes);
    }

    #[test]
    fn what_unpacks_to_too_much_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("bomb.gz");
        let read = |bytes: usize| {
            fs::write(&path, gzip(&vec![0; bytes])).expect("written");
            Content::open(&path).and_then(Content::read)
        };
        assert_eq!(read(16 << 20).expect("small enough").len(), 16 << 20);
        let message = format!("{:#}", read(64 << 20).expect_err("refused"));
        assert!(message.contains("bomb.gz: cannot read: expected at most 16 MiB and 100 times its size"), "{message}");
    }

    #[test]
    fn damaged_compression_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("data.gz");
        let whole = gzip(&[7; 5000]);
        for bytes in [&whole[..whole.len() - 9], &whole[..3], b"\x1f\x8b"] {
            fs::write(&path, bytes).expect("written");
            let message = format!("{:#}", Content::open(&path).and_then(Content::read).expect_err("refused"));
            assert!(message.contains("data.gz: cannot read"), "{message}");
        }
    }
}
