//! The images of a data set that are taken.

use super::dataset::{Count, Dataset, Expected, Image};
use anyhow::Result;
use std::ops::Range;
use std::sync::Arc;

/// Images of a data set, one behind the other.
#[derive(Clone)]
pub struct Images {
    data: Arc<Dataset>,
    range: Range<usize>,
}

impl Images {
    /// All images of `data`.
    pub fn all(data: Dataset) -> Self {
        Self { range: 0..data.len(), data: Arc::new(data) }
    }

    /// The images of `data` from `offset` on.
    ///
    /// # Errors
    /// Fewer images than asked for.
    pub fn select(data: Dataset, offset: usize, count: Count) -> Result<Self> {
        Ok(Self { range: data.range(offset, count)?, data: Arc::new(data) })
    }

    /// The first of these, `most` at most.
    #[must_use]
    pub fn take(self, most: usize) -> Self {
        let Range { start, end } = self.range;
        Self { range: start..end.min(start.saturating_add(most)), ..self }
    }

    /// These without the first so many.
    #[must_use]
    pub fn skip(self, count: usize) -> Self {
        let Range { start, end } = self.range;
        Self { range: start.saturating_add(count).min(end)..end, ..self }
    }

    /// Where they are from.
    pub fn data(&self) -> &Dataset {
        &self.data
    }

    /// Their numbers there.
    pub fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The name of the data, and where these images begin.
    pub fn name(&self) -> String {
        self.data.name_from(self.range.start)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// Decodes them, and checks that the network can read them.
    ///
    /// # Errors
    /// Those of [`Dataset::images`].
    pub fn read(&self, expected: &Expected) -> Result<Vec<Image>> {
        self.data.images(self.range(), expected)
    }
}
