//! What the caller knows about a model.

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
