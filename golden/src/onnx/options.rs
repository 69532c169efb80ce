//! What the caller knows of a model.

/// Facts about a model that the caller knows, and that its file may not say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Name of the output with the logits, for a graph with several.
    pub output: Option<String>,
    /// Mean of each channel, of pixels in [0, 1]; replaces the file's.
    pub mean: Option<Vec<f32>>,
    /// Standard deviation of each channel, of pixels in [0, 1]; replaces the file's.
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
    /// Nobody said: mean 0 and standard deviation 1.
    Absent,
}
