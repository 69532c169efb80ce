//! Types and parsers of values.

use clap::ValueEnum;
use lcsim_sim::Engine;
use lcsim_spec::Score;
use lcsim_spec::number::nearest_score;

/// An engine of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    /// Layer by layer: matrix products for the values, recurrences for the cycles
    Fast,
    /// Every register in every cycle: the definition, some hundred times slower
    Stepped,
}

impl From<EngineName> for Engine {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Fast => Self::Fast,
            EngineName::Stepped => Self::Stepped,
        }
    }
}

/// Parses a score in [0, 1] and rounds it to the nearest one that the gate unit can represent.
pub(super) fn score(text: &str) -> Result<Score, String> {
    text.parse().ok().and_then(nearest_score).ok_or_else(|| "expected a number from 0 to 1".into())
}

/// Parses a count of at least 1.
pub(super) fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err("expected a whole number of at least 1".into()),
    }
}

/// Parses a number of images to leave out.
pub(super) fn skipped(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a whole number from 0".into())
}

/// Parses a seed of random numbers.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("expected a whole number from 0 to {}", u64::MAX))
}

/// Parses a number of threads: at least 1, and at most as many as any machine can use.
pub(super) fn thread_count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (1..=1024).contains(&n) => Ok(n),
        _ => Err("expected a whole number from 1 to 1024".into()),
    }
}
