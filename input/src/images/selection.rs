//! A range of the images of a data set.

use super::dataset::{Count, Dataset, Expected, Image};
use anyhow::Result;
use std::ops::Range;
use std::sync::Arc;

/// Consecutive images of a data set.
#[derive(Clone)]
pub struct Images {
    data: Arc<Dataset>,
    range: Range<usize>,
}

impl Images {
    /// Takes all images of `data`.
    pub fn all(data: Dataset) -> Self {
        Self { range: 0..data.len(), data: Arc::new(data) }
    }

    /// Takes `count` images of `data` from `offset` on.
    ///
    /// # Errors
    /// Fails if there are fewer images than asked for.
    pub fn select(data: Dataset, offset: usize, count: Count) -> Result<Self> {
        Ok(Self { range: data.range(offset, count)?, data: Arc::new(data) })
    }

    /// Takes only the first `most` images, or all if there are fewer.
    #[must_use]
    pub fn take(self, most: usize) -> Self {
        let Range { start, end } = self.range;
        Self { range: start..end.min(start.saturating_add(most)), ..self }
    }

    /// Leaves out the first `count` images.
    #[must_use]
    pub fn skip(self, count: usize) -> Self {
        let Range { start, end } = self.range;
        Self { range: start.saturating_add(count).min(end)..end, ..self }
    }

    /// The data set that contains them.
    pub fn data(&self) -> &Dataset {
        &self.data
    }

    /// The numbers of the images in their data set.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The name of the data set, with the number of the first image.
    pub fn name(&self) -> String {
        self.data.name_from(self.range.start)
    }

    /// The number of images.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there is no image.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Decodes the images, and checks that the network can read them.
    ///
    /// # Errors
    /// The errors of [`Dataset::images`].
    pub fn read(&self, expected: &Expected) -> Result<Vec<Image>> {
        self.data.images(self.range(), expected)
    }
}
