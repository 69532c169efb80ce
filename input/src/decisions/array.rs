//! An array of decisions: its numbers, and the checks of each of them.

use super::target::{Kind, Target};
use crate::images::npy::Array;
use anyhow::{Context, Result, bail};
use lcsim_spec::Score;
use lcsim_spec::number::nearest_score;

/// Numbers of a block or a convolution, `[image][channel]`.
#[derive(Debug)]
pub(super) struct Numbers {
    /// The file and the array, for messages.
    origin: String,
    /// A block has one.
    channels: usize,
    /// Whether it is a block.
    one: bool,
    values: Vec<f32>,
}

impl Numbers {
    /// Takes an array for `target`.
    ///
    /// # Errors
    /// Fails if it has another shape, or other elements than numbers.
    pub fn new(origin: &str, array: &Array, target: &Target, kind: Kind) -> Result<Self> {
        let channels = target.outputs;
        let fits = match array.shape[..] {
            [_] => target.is_block,
            [_, found] => found == channels,
            _ => false,
        };
        if !fits {
            let expected = if target.is_block { "N".into() } else { format!("N x {channels}") };
            bail!("{origin}: {target}: expected shape {expected}, N images, found {}", array.describe());
        }
        let values = array.reals().with_context(|| format!("{origin}: {target}"))?;
        // An error in a row shall show before any image runs.
        let numbers = Self { origin: origin.into(), channels, one: target.is_block, values };
        let refused = |value: &&f32| match kind {
            Kind::Live => **value != 0.0 && **value != 1.0,
            Kind::Scores => !(value.is_nan() || (0.0..=1.0).contains(*value)),
        };
        let Some(wrong) = numbers.values.iter().position(|value| refused(&value)) else { return Ok(numbers) };
        let (row, channel) = (wrong / channels, wrong % channels);
        let expected = match kind {
            Kind::Live => "0 or 1",
            Kind::Scores => "a number from 0 to 1",
        };
        bail!("{}: expected {expected}, found {}", numbers.place(row, channel, None), numbers.values[wrong]);
    }

    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether a block or a channel is computed.
    pub fn flag(&self, row: usize, channel: usize) -> bool {
        self.values[row * self.channels + channel] != 0.0
    }

    /// The score of a block or a channel. If it has a flag too, that is `live`.
    ///
    /// # Errors
    /// Fails if the flag says something else.
    pub fn score(&self, row: usize, channel: usize, image: usize, live: Option<bool>) -> Result<Score> {
        let value = self.values[row * self.channels + channel];
        // A dump has NaN for the gates of a skipped block.
        let computed = value > 0.0;
        if let Some(expected) = live.filter(|live| *live != computed) {
            let expected = if expected { "a score above 0, as it is computed" } else { "0, as it is not computed" };
            bail!("{}: expected {expected}, found {value}", self.place(row, channel, Some(image)));
        }
        let score = nearest_score(f64::from(value)).unwrap_or(Score::ZERO);
        // A score above 0 never becomes one that skips.
        Ok(if computed { score.max(Score::DELTA) } else { Score::ZERO })
    }

    fn place(&self, row: usize, channel: usize, image: Option<usize>) -> String {
        let row = image.map_or_else(|| format!("row {row}"), |image| format!("image {image}"));
        if self.one { format!("{}, {row}", self.origin) } else { format!("{}, {row}, channel {channel}", self.origin) }
    }
}
