//! The images that networks run on.

use crate::error::Result;
use anyhow::{Context, ensure};
use lcsim_input::{ClassOrder, Dataset, embedded};
use lcsim_spec::Shape;
use std::fmt;
use std::path::Path;

/// Labelled images, which are decoded when they are used.
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
    /// 1000 CIFAR-10 test images.
    ///
    /// ```
    /// assert_eq!(lcsim::Images::embedded()?.len(), 1000);
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// None, unless lcsim was built with broken images.
    pub fn embedded() -> Result<Self> {
        Ok(Self(lcsim_input::Images::all(Dataset::open(embedded::DATA_NAME, None)?)))
    }

    /// Images in a file or a folder, recognised by content (docs/data.md): a folder with a folder
    /// of PNGs or JPEGs for each class, CIFAR records, an MNIST idx pair, arrays of NumPy.
    ///
    /// Folders whose names are numbers count as numbers, 9 before 10;
    /// [`open_in_order_of_names`](Self::open_in_order_of_names) counts them otherwise.
    ///
    /// ```no_run
    /// let images = lcsim::Images::open("cifar10/test_batch.bin")?;
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// Nothing is there, or no images, or the file is damaged.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path.as_ref(), None)
    }

    /// The same of class folders, which count in the order of their names, 10 before 9, as those of
    /// torchvision's ImageFolder do.
    ///
    /// ```no_run
    /// let images = lcsim::Images::open_in_order_of_names("imagenet/val")?;
    /// # Ok::<(), lcsim::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`open`](Self::open); there are no class folders.
    pub fn open_in_order_of_names(path: impl AsRef<Path>) -> Result<Self> {
        Self::open_with(path.as_ref(), Some(ClassOrder::String))
    }

    fn open_with(path: &Path, order: Option<ClassOrder>) -> Result<Self> {
        let name = path.to_str().with_context(|| format!("{}: expected a name in UTF-8", path.display()))?;
        Ok(Self(lcsim_input::Images::all(Dataset::open(name, order)?)))
    }

    /// Images in memory: bytes from 0 to 255, one image behind the other, each as
    /// `[channel][row][column]`, and the class of each.
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
    /// No image, or pixels that are not those of as many images as classes.
    pub fn from_arrays(shape: Shape, pixels: Vec<u8>, classes: &[usize]) -> Result<Self> {
        let labels = classes.iter().map(|&class| u32::try_from(class)).collect::<Result<Vec<_>, _>>();
        let labels = labels.context("classes: expected numbers below 2^32")?;
        Ok(Self(lcsim_input::Images::all(Dataset::from_arrays("arrays", shape, pixels, labels)?)))
    }

    /// The first of these, `most` at most.
    #[must_use]
    pub fn take(self, most: usize) -> Self {
        Self(self.0.take(most))
    }

    /// These without the first so many.
    #[must_use]
    pub fn skip(self, count: usize) -> Self {
        Self(self.0.skip(count))
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The name of the data, and the image that these begin with; reports have it.
    pub fn name(&self) -> String {
        self.0.name()
    }

    /// Names of the classes, in the order of their numbers; none where nothing says them.
    pub fn class_names(&self) -> &[String] {
        self.0.data().class_names()
    }

    /// The images, at least one.
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

/// Images that were chosen by the reader's own rules.
impl From<lcsim_input::Images> for Images {
    fn from(images: lcsim_input::Images) -> Self {
        Self(images)
    }
}
