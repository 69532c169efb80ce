//! A data set that is opened and checked against the input of a network.

use super::memory;
use super::source::{ClassOrder, Opened, Training};
use super::{picture, sniff};
use crate::embedded;
use anyhow::{Result, anyhow, bail};
use lcsim_golden::Network;
use lcsim_spec::{QuantNetwork, Shape};
use std::ops::Range;
use std::path::Path;

/// One image as the network reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// One byte for each `[channel][row][column]`.
    pub pixels: Vec<u8>,
    /// The index of its class.
    pub label: usize,
}

/// The number of images to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Count {
    /// This number. Fewer images are an error.
    Exactly(usize),
    /// This number, or all images if there are fewer.
    AtMost(usize),
}

impl Count {
    /// The number that the user asked for, or else a default, which can be larger than the data
    /// set.
    pub fn or_at_most(asked: Option<usize>, default: usize) -> Self {
        asked.map_or(Self::AtMost(default), Self::Exactly)
    }
}

/// The images and labels that a network can read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// Shape of an image.
    pub shape: Shape,
    /// The number of classes that the network knows.
    pub classes: usize,
}

impl Expected {
    /// The images and labels that a float network can read.
    pub fn by_float(net: &Network) -> Self {
        Self { shape: net.input, classes: net.classifier.outputs }
    }
    /// The images and labels that a quantised network can read.
    pub fn by_quantized(net: &QuantNetwork) -> Self {
        Self { shape: net.input.shape, classes: net.classifier.outputs }
    }
}

impl std::fmt::Display for Expected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "images of {} and {} classes", self.shape, self.classes)
    }
}

/// A data set, opened.
pub struct Dataset {
    /// The name that reports show.
    pub name: String,
    opened: Opened,
}

impl Dataset {
    /// Opens the embedded data set, a file, or a folder. `order` is the order of class folders.
    ///
    /// # Errors
    /// Fails if nothing has this name, if no known kind of data or no image is found, or if a file
    /// is truncated.
    pub fn open(name: &str, order: Option<ClassOrder>) -> Result<Self> {
        let path = Path::new(name);
        if name == embedded::DATA_NAME || name == "embedded" {
            sniff::refuse_order(path, order)?;
            return Ok(Self { name: embedded::DATA_NAME.into(), opened: picture::Stack::embedded()? });
        }
        if !path.exists() {
            bail!("{name}: neither a file, nor a folder, nor the embedded `{}`", embedded::DATA_NAME);
        }
        Ok(Self { name: name.into(), opened: sniff::open(path, order)? })
    }

    /// Makes a data set of images in memory, one after the other as `[channel][row][column]`, with
    /// one label for each.
    ///
    /// # Errors
    /// Fails if there is no image, if the shape is empty, or if the number of pixels does not match
    /// the number of labels.
    pub fn from_arrays(name: &str, shape: Shape, pixels: Vec<u8>, labels: Vec<u32>) -> Result<Self> {
        let expected = shape.len() as u128 * labels.len() as u128;
        if expected == 0 {
            bail!("{name}: no image: {} labels, images of {shape}", labels.len());
        }
        if pixels.len() as u128 != expected {
            let images = labels.len();
            bail!("{name}: pixels: expected {expected}, {images} images of {shape}, found {}", pixels.len());
        }
        let source = memory::Images { origin: name.into(), shape, interleaved: false, pixels, labels };
        Ok(Self { name: name.into(), opened: Opened::new(Box::new(source)) })
    }

    /// Opens the training images, if these are test images and the training images are beside them.
    ///
    /// # Errors
    /// The errors of [`open`](Self::open).
    pub fn training(&self) -> Result<Option<Self>> {
        let Some(Training { name, open }) = &self.opened.training else { return Ok(None) };
        Ok(Some(Self { name: name.clone(), opened: open()? }))
    }

    /// Whether these are test images with training images beside them.
    pub fn has_training(&self) -> bool {
        self.opened.training.is_some()
    }

    /// The origin of an image for messages: its file, or the data and the image's number.
    pub fn origin(&self, index: usize) -> String {
        self.opened.source.origin(index)
    }

    /// The names of the classes in the order of their labels. Class folders and well-known data
    /// have names; for other data the list is empty.
    pub fn class_names(&self) -> &[String] {
        &self.opened.classes
    }

    /// A note for the user about how the data was read.
    pub fn note(&self) -> Option<String> {
        self.opened.note.as_ref().map(|note| format!("{}: {note}", self.name))
    }

    /// The name of the data, with the number of the first image.
    pub fn name_from(&self, offset: usize) -> String {
        if offset == 0 { self.name.clone() } else { format!("{} from image {offset}", self.name) }
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.opened.source.len()
    }

    /// Whether the data has no image.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of `count` images from `offset` on.
    ///
    /// # Errors
    /// Fails if there are fewer images than asked for.
    pub fn range(&self, offset: usize, count: Count) -> Result<Range<usize>> {
        let left = self.len().saturating_sub(offset);
        let count = match count {
            Count::AtMost(n) if left > 0 => n.min(left),
            Count::AtMost(_) => bail!("{}: offset: expected below {}, found {offset}", self.name, self.len()),
            Count::Exactly(n) if n <= left => n,
            Count::Exactly(n) if offset == 0 => bail!("{}: {n} images asked for, {left} available", self.name),
            Count::Exactly(n) => {
                bail!("{}: {n} images from image {offset} on asked for, {left} available", self.name)
            }
        };
        Ok(offset..offset + count)
    }

    /// Decodes `count` images from `offset` on, and checks that the network can read them.
    ///
    /// # Errors
    /// Fails if there are fewer images than asked for, if an image has another size, if a label is
    /// no class of the network, or if a file is damaged.
    pub fn select(&self, offset: usize, count: Count, expected: &Expected) -> Result<Vec<Image>> {
        self.images(self.range(offset, count)?, expected)
    }

    /// Decodes the images `which`, and checks that the network can read them.
    ///
    /// # Errors
    /// Fails if an image has another size, if a label is no class of the network, or if a file is
    /// damaged.
    pub fn images(&self, which: impl IntoIterator<Item = usize>, expected: &Expected) -> Result<Vec<Image>> {
        which.into_iter().map(|i| self.image(i, expected)).collect()
    }

    /// Advice for an image that does not have the size that the network needs.
    fn advice(&self, item: &str) -> String {
        let classes = self.class_names().len();
        let advice = match item {
            _ if self.name == embedded::DATA_NAME => {
                "; the embedded images fit networks of 10 classes for 3x32x32 pixels, give others"
            }
            "image size" => "; images are not scaled, resize them",
            "label" if classes > 0 => return format!("; the data has {classes} classes, more than the network"),
            _ => "",
        };
        advice.into()
    }

    fn image(&self, index: usize, expected: &Expected) -> Result<Image> {
        let sample = self.opened.source.read(index)?;
        let wrong = |item, expected: String, found: String| {
            anyhow!("{}: {item}: expected {expected}, found {found}{}", self.origin(index), self.advice(item))
        };
        if sample.label >= expected.classes {
            return Err(wrong("label", format!("below {}", expected.classes), sample.label.to_string()));
        }
        let grey = Shape { channels: 1, ..expected.shape };
        let pixels = match sample.shape {
            shape if shape == expected.shape => sample.pixels,
            shape if shape == grey && expected.shape.channels == 3 => sample.pixels.repeat(3),
            shape => return Err(wrong("image size", expected.shape.to_string(), shape.to_string())),
        };
        Ok(Image { pixels, label: sample.label })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CIFAR: Expected = Expected { shape: Shape { channels: 3, height: 32, width: 32 }, classes: 10 };

    /// The message of an error that the test expects.
    fn refused<T>(result: Result<T>) -> String {
        format!("{:#}", result.err().expect("refused"))
    }

    #[test]
    fn the_embedded_images_can_be_selected() {
        let data = Dataset::open("embedded", None).expect("opens");
        assert_eq!((data.name.as_str(), data.len()), ("cifar10-test", 1000));
        assert_eq!((data.class_names().len(), data.class_names()[3].as_str()), (10, "cat"));
        let all = data.select(0, Count::AtMost(usize::MAX), &CIFAR).expect("decodes");
        assert_eq!(all.len(), 1000);
        assert_eq!(all[..4].iter().map(|i| i.label).collect::<Vec<_>>(), [3, 8, 8, 0]);
        let some = data.select(998, Count::AtMost(100), &CIFAR).expect("decodes");
        assert_eq!(some, all[998..]);
    }

    #[test]
    fn more_images_than_there_are_is_an_error() {
        let data = Dataset::open("cifar10-test", None).expect("opens");
        let message = refused(data.select(0, Count::Exactly(1001), &CIFAR));
        assert_eq!(message, "cifar10-test: 1001 images asked for, 1000 available");
        let message = refused(data.select(990, Count::Exactly(11), &CIFAR));
        assert_eq!(message, "cifar10-test: 11 images from image 990 on asked for, 10 available");
        assert!(refused(data.select(1000, Count::AtMost(1), &CIFAR)).contains("offset: expected below 1000"));
    }

    #[test]
    fn labels_that_are_no_class_are_refused() {
        let data = Dataset::open("cifar10-test", None).expect("opens");
        let message = refused(data.select(0, Count::Exactly(2), &Expected { classes: 8, ..CIFAR }));
        assert_eq!(
            message,
            "cifar10-test, image 1: label: expected below 8, found 8; the embedded images fit networks of 10 classes for 3x32x32 pixels, give others"
        );
    }

    #[test]
    fn images_of_another_size_are_refused() {
        let data = Dataset::open("cifar10-test", None).expect("opens");
        let expected = Expected { shape: Shape { channels: 1, height: 28, width: 28 }, classes: 10 };
        let message = refused(data.select(0, Count::Exactly(1), &expected));
        assert_eq!(
            message,
            "cifar10-test, image 0: image size: expected 1x28x28, found 3x32x32; the embedded images fit networks of 10 classes for 3x32x32 pixels, give others"
        );
    }
}
