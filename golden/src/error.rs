//! The one error of this crate: what file, what item, what was expected and what was found.

use thiserror::Error;

/// Why a model or a container is refused.
#[derive(Debug, Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("{path}: cannot read: {source}")]
    Read {
        /// File.
        path: String,
        /// Cause.
        source: std::io::Error,
    },
    /// The file is not what it should be.
    #[error("{path}: {item}: expected {expected}, found {found}")]
    Invalid {
        /// File.
        path: String,
        /// Node, tensor or field.
        item: String,
        /// What was expected.
        expected: String,
        /// What was found.
        found: String,
    },
    /// The file with a tensor's elements cannot be read.
    #[error("{path}: {item}: its elements are in {file}, which cannot be read: {source}")]
    External {
        /// Model file.
        path: String,
        /// Tensor.
        item: String,
        /// File with the elements.
        file: String,
        /// Cause.
        source: std::io::Error,
    },
    /// An operator that is not understood: never zero cost.
    #[error("{path}: node `{node}`: `{op}` {found} is not supported; {instead}")]
    Operator {
        /// File.
        path: String,
        /// Name of the node.
        node: String,
        /// Its operator.
        op: String,
        /// What it is applied to.
        found: String,
        /// What to write instead.
        instead: String,
    },
    /// The system has no memory for what is asked.
    #[error("{path}: {source}")]
    Memory {
        /// File or network.
        path: String,
        /// Cause.
        source: lcsim_spec::work::OutOfMemory,
    },
    /// The network contradicts itself.
    #[error("{path}: {source}")]
    Network {
        /// File.
        path: String,
        /// Cause.
        source: lcsim_spec::network::NetworkError,
    },
}

impl Error {
    /// The same, of the file `path`: what knows a network alone has only its name to go by.
    #[must_use]
    pub fn in_file(mut self, file: &std::path::Path) -> Self {
        let (Self::Read { path, .. }
        | Self::Invalid { path, .. }
        | Self::External { path, .. }
        | Self::Operator { path, .. }
        | Self::Memory { path, .. }
        | Self::Network { path, .. }) = &mut self;
        *path = file.display().to_string();
        self
    }
}
