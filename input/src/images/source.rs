//! The common interface of all kinds of data: single images, and what is known about the whole.

use anyhow::Result;
use lcsim_spec::Shape;

/// The order of class folders, which gives the classes their labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassOrder {
    /// By the numbers that are their names: 9 before 10.
    Numeric,
    /// By text, like torchvision's ImageFolder: 10 before 9.
    String,
}

/// One image as it is in the data.
pub(super) struct Sample {
    pub(super) shape: Shape,
    pub(super) pixels: Vec<u8>,
    pub(super) label: usize,
}

/// One kind of data.
pub(super) trait Source: Send + Sync {
    /// The number of images, at least 1.
    fn len(&self) -> usize;
    /// The origin of an image, for error messages.
    fn origin(&self, index: usize) -> String;
    /// Decodes an image.
    fn read(&self, index: usize) -> Result<Sample>;
}

/// Data whose kind was recognised.
pub(super) struct Opened {
    pub(super) source: Box<dyn Source>,
    /// The names of the classes in the order of their labels. Empty if the data does not say them.
    pub(super) classes: Vec<String>,
    /// A note for the user about how the data was read.
    pub(super) note: Option<String>,
    /// The training images, if these are test images.
    pub(super) training: Option<Training>,
}

impl Opened {
    pub(super) fn new(source: Box<dyn Source>) -> Self {
        Self { source, classes: vec![], note: None, training: None }
    }
}

/// Opens data later, on any thread.
pub(super) type Opener = Box<dyn Fn() -> Result<Opened> + Send + Sync>;

/// Training images beside test images. They are not open yet.
pub(super) struct Training {
    pub(super) name: String,
    pub(super) open: Opener,
}
