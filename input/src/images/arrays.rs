//! Reads arrays of NumPy: images and labels in one `.npz`, or in `.npy` files in one folder. It
//! finds them by their names.

use super::archive::Archive;
use super::content::Content;
use super::files::entries;
use super::memory::Images;
use super::npy::Array;
use super::source::{Opened, Opener, Training};
use anyhow::{Context, Result, bail};
use lcsim_spec::Shape;
use std::path::{Path, PathBuf};

/// Names of images and of their labels, in the order in which they are tried. Upper and lower case
/// count as the same.
const PAIRS: [(&str, &str, Part); 6] = [
    ("x_test", "y_test", Part::Test),
    ("test_images", "test_labels", Part::Test),
    ("images", "labels", Part::Whole),
    ("x", "y", Part::Whole),
    ("x_train", "y_train", Part::Training),
    ("train_images", "train_labels", Part::Training),
];

/// The part of a data set to which a pair of arrays belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Test,
    Whole,
    Training,
}

/// The place of the arrays.
enum Place {
    Archive(Archive),
    Folder(Vec<PathBuf>),
}

/// Opens an `.npz`.
pub(super) fn open_archive(content: Content) -> Result<Opened> {
    open(Place::Archive(Archive::open(content)?), |_| true)
}

/// Opens an `.npy` with images, and the labels in the same folder.
pub(super) fn open_file(path: &Path) -> Result<Opened> {
    let stem = stem(path);
    if !PAIRS.iter().any(|(images, ..)| *images == stem) {
        bail!("{}: file name: expected {}, to find the labels by", path.display(), known());
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = entries(folder)?;
    let arrays = entries.into_iter().filter(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("npy")));
    open(Place::Folder(arrays.collect()), |images| *images == *stem)
}

/// Opens a folder's `.npy` files.
pub(super) fn open_folder(files: Vec<PathBuf>) -> Result<Opened> {
    open(Place::Folder(files), |_| true)
}

/// The name of an array: the name of its file without the ending.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// Lists the names that arrays of images can have.
fn known() -> String {
    PAIRS.iter().map(|(images, ..)| *images).collect::<Vec<_>>().join(", ")
}

impl Place {
    fn shown(&self) -> String {
        match self {
            Self::Archive(archive) => archive.path.display().to_string(),
            Self::Folder(files) => match files.first().and_then(|file| file.parent()) {
                Some(folder) if !folder.as_os_str().is_empty() => folder.display().to_string(),
                _ => ".".into(),
            },
        }
    }

    /// Names of the arrays.
    fn names(&self) -> Vec<String> {
        match self {
            Self::Archive(archive) => archive.names().map(|name| stem(Path::new(name))).collect(),
            Self::Folder(files) => files.iter().map(|file| stem(file)).collect(),
        }
    }

    /// Reads an array. Returns it with its origin, for messages.
    fn array(&self, index: usize) -> Result<(String, Array)> {
        let (origin, bytes) = match self {
            Self::Archive(archive) => archive.read(index)?,
            Self::Folder(files) => (files[index].display().to_string(), Content::open(&files[index])?.read()?),
        };
        let array = Array::parse(bytes).with_context(|| origin.clone())?;
        Ok((origin, array))
    }

    /// Makes the function that opens the training images in the same place.
    fn training(&self, images: &str) -> Training {
        let of_training = |images: &str| PAIRS.iter().any(|(name, _, part)| *name == images && *part == Part::Training);
        let name = format!("{}, {images}", self.shown());
        let open: Opener = match self {
            Self::Archive(archive) => {
                let path = archive.path.clone();
                Box::new(move || open(Self::Archive(Archive::open(Content::open(&path)?)?), of_training))
            }
            Self::Folder(files) => {
                let files = files.clone();
                Box::new(move || open(Self::Folder(files.clone()), of_training))
            }
        };
        Training { name, open }
    }
}

/// Opens the first pair of arrays whose images have a name that `wanted` accepts.
fn open(place: Place, wanted: impl Fn(&str) -> bool) -> Result<Opened> {
    let names = place.names();
    let find = |name: &str| names.iter().position(|n| n == name);
    let pair = |wanted: &dyn Fn(&str, Part) -> bool| {
        let mut wanted = PAIRS.iter().filter(|(images, _, part)| wanted(images, *part));
        wanted.find_map(|(images, labels, part)| Some((find(images)?, *labels, *part)))
    };
    let shown = place.shown();
    let Some((images, labels, part)) = pair(&|images, _| wanted(images)) else {
        let mut found = names.join(", ");
        if found.is_empty() {
            found = "no array".into();
        }
        let found = lcsim_spec::file::quoted(&found);
        bail!("{shown}: images: expected an array that is called {}, found {found}", known());
    };
    let Some(labels) = find(labels) else {
        bail!("{shown}: labels: expected an array `{labels}` beside `{}`, found none", names[images]);
    };
    let training = pair(&|_, other| part == Part::Test && other == Part::Training)
        .map(|(images, ..)| place.training(&names[images]));
    for name in [&names[images], &names[labels]] {
        if names.iter().filter(|other| *other == name).count() > 1 {
            bail!("{shown}: array `{name}`: expected one of this name, whatever its case and folder, found several");
        }
    }
    let source = together(place.array(images)?, place.array(labels)?)?;
    Ok(Opened { training, ..Opened::new(Box::new(source)) })
}

/// Combines an array of images with an array of labels.
fn together((origin, images): (String, Array), (labels_origin, labels): (String, Array)) -> Result<Images> {
    if images.dtype.get(1..) != Some("u1") {
        let found = images.type_name();
        let cure = match found.as_str() {
            "float16" | "float32" | "float64" => {
                ": save the pixels before they are normalised, as (255 * x).round().astype(np.uint8)"
            }
            _ => ": save images.astype(np.uint8)",
        };
        bail!("{origin}: pixels: expected uint8, found {found}{cure}");
    }
    let layout = || {
        format!(
            "{origin}: shape: expected images of N x C x H x W, N x H x W x C or N x H x W, with 1 or 3 channels, found ({})",
            images.shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        )
    };
    let channels = [1, 3];
    let (count, interleaved, shape) = match images.shape[..] {
        [n, height, width] => (n, false, Shape { channels: 1, height, width }),
        [n, a, b, c] => match [channels.contains(&a), channels.contains(&c)] {
            [true, false] => (n, false, Shape { channels: a, height: b, width: c }),
            [false, true] => (n, true, Shape { channels: c, height: a, width: b }),
            [true, true] => bail!("{}: either could be the channels", layout()),
            [false, false] => bail!(layout()),
        },
        _ => bail!(layout()),
    };
    if images.bytes.is_empty() {
        bail!("{origin}: no image in this array");
    }
    let found = match labels.shape[..] {
        [n] | [n, 1] => n,
        _ => bail!("{labels_origin}: shape: expected a label for each image, found {}", labels.describe()),
    };
    if found != count {
        bail!("{labels_origin}: labels: expected {count}, as many as images, found {found}");
    }
    let labels = labels.numbers().with_context(|| format!("{labels_origin}: labels"))?;
    Ok(Images { origin, shape, interleaved, pixels: images.bytes, labels })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::npy::tests::npy;
    use std::fs::{self, File};
    use std::io::Write;
    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    fn npz(path: &Path, arrays: &[(&str, Vec<u8>)]) {
        let mut archive = ZipWriter::new(File::create(path).expect("made"));
        for (i, (name, bytes)) in arrays.iter().enumerate() {
            let method = [CompressionMethod::Stored, CompressionMethod::Deflated][i % 2];
            let options = SimpleFileOptions::default().compression_method(method);
            archive.start_file(format!("{name}.npy"), options).expect("started");
            archive.write_all(bytes).expect("written");
        }
        archive.finish().expect("finished");
    }

    fn opened(path: &Path) -> Result<Opened> {
        if path.extension().is_some_and(|e| e == "npz") { open_archive(Content::open(path)?) } else { open_file(path) }
    }

    fn refused(path: &Path) -> String {
        format!("{:#}", opened(path).err().expect("refused"))
    }

    /// Pixels and label of an image.
    fn image(data: &Opened, index: usize) -> (String, Vec<u8>, usize) {
        let sample = data.source.read(index).expect("reads");
        (sample.shape.to_string(), sample.pixels, sample.label)
    }

    #[test]
    fn every_layout_becomes_planes() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("data.npz");
        let bytes: Vec<u8> = (0..12).collect();
        let cases = [
            ("(1, 3, 2, 2)", "3x2x2", bytes.clone()),
            ("(1, 2, 2, 3)", "3x2x2", vec![0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]),
            ("(1, 2, 6)", "1x2x6", bytes.clone()),
            ("(1, 2, 6, 1)", "1x2x6", bytes.clone()),
            ("(1, 1, 2, 6)", "1x2x6", bytes.clone()),
        ];
        for (shape, expected, planes) in cases {
            npz(
                &path,
                &[("images", npy("|u1", shape, &bytes)), ("labels", npy("<i8", "(1,)", &[7, 0, 0, 0, 0, 0, 0, 0]))],
            );
            assert_eq!(image(&opened(&path).expect("opens"), 0), (expected.into(), planes, 7), "{shape}");
        }
    }

    #[test]
    fn test_images_go_first_and_training_images_lie_beside_them() {
        let folder = tempfile::tempdir().expect("folder");
        let array = |value: u8| npy("|u1", "(1, 2, 2)", &[value; 4]);
        let label = |value: u8| npy("|u1", "(1, 1)", &[value]);
        let arrays = [("X_train", array(1)), ("y_train", label(1)), ("x_test", array(2)), ("y_test", label(2))];
        let archive = folder.path().join("data.npz");
        npz(&archive, &arrays);
        for (name, bytes) in &arrays {
            fs::write(folder.path().join(format!("{name}.npy")), bytes).expect("written");
        }
        let files = entries(folder.path()).expect("readable");
        let files: Vec<PathBuf> = files.into_iter().filter(|p| p.extension().is_some_and(|e| e == "npy")).collect();
        let all = [opened(&archive), opened(&folder.path().join("x_test.npy")), open_folder(files)];
        for data in all.map(|data| data.expect("opens")) {
            assert_eq!(image(&data, 0), ("1x2x2".into(), vec![2; 4], 2));
            let training = data.training.expect("there is one");
            assert!(training.name.ends_with(", x_train"), "{}", training.name);
            assert_eq!(image(&(training.open)().expect("opens"), 0).2, 1);
        }
        let train = opened(&folder.path().join("X_train.npy")).expect("opens");
        assert!(train.training.is_none() && image(&train, 0).2 == 1);
    }

    #[test]
    fn what_is_no_data_is_refused_with_what_to_do() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("data.npz");
        let labels = npy("|u1", "(1,)", &[7]);
        let with = |images: Vec<u8>, labels: Vec<u8>| {
            npz(&path, &[("x", images), ("y", labels)]);
            refused(&path)
        };
        let message = with(npy("<f4", "(1, 1, 1)", &[0; 4]), labels.clone());
        assert!(message.contains("data.npz, x.npy: pixels: expected uint8, found float32"), "{message}");
        assert!(message.contains("(255 * x).round().astype(np.uint8)"), "{message}");
        for shape in ["(1, 2, 2, 2)", "(1, 8)", "(8,)", "(1, 1, 8, 1)"] {
            let message = with(npy("|u1", shape, &[0; 8]), labels.clone());
            assert!(message.contains("N x C x H x W") && message.contains(shape.trim_end_matches(",)")), "{message}");
        }
        let images = npy("|u1", "(1, 2, 2)", &[0; 4]);
        assert!(
            with(images.clone(), npy("|u1", "(2,)", &[1, 2]))
                .contains("labels: expected 1, as many as images, found 2")
        );
        assert!(with(images.clone(), npy("<f8", "(1,)", &[0; 8])).contains("y.npy: labels: expected whole numbers"));
        assert!(with(images.clone(), npy("|u1", "(1, 10)", &[0; 10])).contains("expected a label for each image"));
        assert!(with(npy("|u1", "(0, 2, 2)", &[]), labels).contains("no image"));
        npz(&path, &[("images", images.clone())]);
        assert!(refused(&path).contains("expected an array `labels` beside `images`"));
        npz(&path, &[("pictures", images.clone())]);
        assert!(
            refused(&path).contains("expected an array that is called x_test, test_images")
                && refused(&path).contains("found pictures")
        );
        npz(&path, &[("x", images.clone()), ("X", images.clone()), ("y", npy("|u1", "(1,)", &[7]))]);
        assert!(refused(&path).contains("array `x`: expected one of this name"));
        npz(&path, &[("x", images.clone()), ("z", images.clone()), ("y", npy("|u1", "(1,)", &[7]))]);
        // The writer refuses to write a name twice, so the test changes the bytes.
        let mut bytes = fs::read(&path).expect("written");
        let places = (0..bytes.len() - 5).filter(|&i| &bytes[i..i + 5] == b"z.npy").collect::<Vec<_>>();
        places.into_iter().for_each(|i| bytes[i] = b'x');
        fs::write(&path, bytes).expect("written");
        assert!(refused(&path).contains("data.npz, x.npy: expected one array of this name, found several"));
        let alone = folder.path().join("pictures.npy");
        fs::write(&alone, images).expect("written");
        assert!(refused(&alone).contains("pictures.npy: file name: expected x_test"));
    }

    #[test]
    fn arrays_that_unpack_to_too_much_are_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("bomb.npz");
        let images = npy("|u1", "(4, 4096, 4096)", &vec![0; 64 << 20]);
        npz(&path, &[("y", npy("|u1", "(4,)", &[0; 4])), ("x", images)]);
        let message = refused(&path);
        assert!(message.contains("bomb.npz, x.npy: cannot read: expected at most 16 MiB and 100 times"), "{message}");
    }
}
