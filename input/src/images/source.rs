//! What every kind of data gives: images one by one, and what is known beside them.

use anyhow::Result;
use lcsim_spec::Shape;

/// In which order class folders count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClassOrder {
    /// As numbers: 9 before 10.
    Numeric,
    /// As text, like torchvision's ImageFolder: 10 before 9.
    String,
}

/// An image as it lies in the data.
pub(super) struct Sample {
    pub(super) shape: Shape,
    pub(super) pixels: Vec<u8>,
    pub(super) label: usize,
}

/// One kind of data.
pub(super) trait Source: Send + Sync {
    /// Images in it, at least 1.
    fn len(&self) -> usize;
    /// Where an image comes from, for error messages.
    fn origin(&self, index: usize) -> String;
    /// Decodes an image.
    fn read(&self, index: usize) -> Result<Sample>;
}

/// Data that was recognised.
pub(super) struct Opened {
    pub(super) source: Box<dyn Source>,
    /// Names of its classes, in the order of their labels; none where nothing says them.
    pub(super) classes: Vec<String>,
    /// A note for the user about how the data was read.
    pub(super) note: Option<String>,
    /// The training images, where these are test images.
    pub(super) training: Option<Training>,
}

impl Opened {
    pub(super) fn new(source: Box<dyn Source>) -> Self {
        Self { source, classes: vec![], note: None, training: None }
    }
}

/// Opens data later, on any thread.
pub(super) type Opener = Box<dyn Fn() -> Result<Opened> + Send + Sync>;

/// Training images that lie beside test images, not opened yet.
pub(super) struct Training {
    pub(super) name: String,
    pub(super) open: Opener,
}
