//! The images that a network reads.

use crate::error::Result;
use anyhow::{Context, ensure};
use lcsim_input::{ClassOrder, Dataset, embedded};
use lcsim_spec::Shape;
use std::fmt;
use std::path::Path;

/// Labelled images. They are decoded when they are used.
///
/// ```
/// use lcsim::Images;
///
/// let images = Images::embedded()?.skip(100).take(10);
/// assert_eq!((images.len(), images.name().as_str()), (10, "cifar10-test from image 100"));
/// # Ok::<(), lcsim::Error>(())
/// ```
#[derive(Clone)]
pub struct Images(lcsim_input::Images);

impl Images {
    /// Opens the embedded 1000 CIFAR-10 test images.
    ///
    /// ```
    /// assert_eq!(lcsim::Images::embedded()?.len(), 1000);
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails only if lcsim was built with damaged images.
    pub fn embedded() -> Result<Self> {
        Ok(Self(lcsim_input::Images::all(Dataset::open(embedded::DATA_NAME, None)?)))
    }

    /// Opens images in a file or a folder. The content says what they are (docs/data.md): a folder
    /// with a folder of PNGs or JPEGs for each class, CIFAR records, an MNIST idx pair, or arrays
    /// of NumPy.
    ///
    /// If all class folders have numbers as names, they are in the order of these numbers: 9 comes
    /// before 10. [`open_in_order_of_names`](Self::open_in_order_of_names) sorts them as text.
    ///
    /// ```no_run
    /// let images = lcsim::Images::open("cifar10/test_batch.bin")?;
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if nothing is there, if it contains no images, or if the file is damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path.as_ref(), None)
    }

    /// Opens class folders in the order of their names as text, like torchvision's ImageFolder: 10
    /// comes before 9.
    ///
    /// ```no_run
    /// let images = lcsim::Images::open_in_order_of_names("imagenet/val")?;
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// The errors of [`open`](Self::open). Also fails if there are no class folders.
    pub fn open_in_order_of_names(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path.as_ref(), Some(ClassOrder::String))
    }

    fn open_with(path: &Path, order: Option<ClassOrder>) -> Result<Self> {
        let name = path.to_str().with_context(|| format!("{}: expected a name in UTF-8", path.display()))?;
        Ok(Self(lcsim_input::Images::all(Dataset::open(name, order)?)))
    }

    /// Takes images in memory: bytes from 0 to 255, one image after the other, each as
    /// `[channel][row][column]`, and the class of each image.
    ///
    /// ```
    /// use lcsim::{Images, Shape};
    ///
    /// let shape = Shape { channels: 3, height: 32, width: 32 };
    /// let images = Images::from_arrays(shape, vec![128; 2 * shape.len()], &[3, 5])?;
    /// assert_eq!(images.len(), 2);
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// Fails if there is no image, or if the number of pixels does not match the number of classes.
    pub fn from_arrays(shape: Shape, pixels: Vec<u8>, classes: &[usize]) -> Result<Self> {
        let labels = classes.iter().map(|&class| u32::try_from(class)).collect::<Result<Vec<_>, _>>();
        let labels = labels.context("classes: expected numbers below 2^32")?;
        Ok(Self(lcsim_input::Images::all(Dataset::from_arrays("arrays", shape, pixels, labels)?)))
    }

    /// Takes only the first `most` images, or all if there are fewer.
    #[must_use]
    pub fn take(self, most: usize) -> Self {
        Self(self.0.take(most))
    }

    /// Leaves out the first `count` images.
    #[must_use]
    pub fn skip(self, count: usize) -> Self {
        Self(self.0.skip(count))
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name in reports: the data, with the number of the first image.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// The names of the classes in the order of their numbers. Empty if the data does not say them.
    pub fn class_names(&self) -> &[String] {
        self.0.data().class_names()
    }

    /// The images, or an error if there are none.
    pub(crate) fn some(&self) -> anyhow::Result<&lcsim_input::Images> {
        ensure!(!self.is_empty(), "{}: expected an image at least, found none", self.0.data().name);
        Ok(&self.0)
    }
}

impl fmt::Debug for Images {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} images of {}", self.len(), self.name())
    }
}

/// Takes images that a command has selected.
impl From<lcsim_input::Images> for Images {
    fn from(images: lcsim_input::Images) -> Self {
        Self(images)
    }
}
