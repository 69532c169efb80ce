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
    /// An operator that is not understood: never zero cost.
    #[error("{path}: node `{node}`: operator `{op}` is not supported here: {hint}")]
    Operator {
        /// File.
        path: String,
        /// Name of the node.
        node: String,
        /// Its operator.
        op: String,
        /// What would be understood.
        hint: String,
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
