//! What the caller knows about a model, and what an import returns.

use crate::{Error, Network};

/// Facts about a model that the caller knows. The file may not have them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// The name of the output with the logits, for a graph with several outputs.
    pub output: Option<String>,
    /// The mean of each channel, of pixels in [0, 1]. It replaces the mean in the file.
    pub mean: Option<Vec<f32>>,
    /// The standard deviation of each channel, of pixels in [0, 1]. It replaces the one in the
    /// file.
    pub std: Option<Vec<f32>>,
}

/// Where a network's mean and standard deviation come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Normalisation {
    /// The caller gave them.
    Given,
    /// The file's metadata has them.
    Metadata,
    /// The graph itself normalises its input.
    Graph,
    /// Neither the caller nor the file has them. The network uses mean 0 and standard deviation 1.
    Absent,
}

/// A network, and where its normalisation comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The network.
    pub network: Network,
    /// Where its mean and standard deviation come from.
    pub normalisation: Normalisation,
}

/// The result of examining a model file: the network, or all reasons why it cannot be imported.
#[derive(Debug)]
pub struct Examination {
    /// The network, if there is no problem.
    pub imported: Option<Imported>,
    /// Everything that has to change, in the order of the graph. [`crate::grouped`] merges
    /// equal problems.
    pub problems: Vec<Error>,
}
