//! Why a network cannot run on an accelerator, or an energy table is refused.

use thiserror::Error;

/// The one error of this crate.
#[derive(Debug, Error)]
pub enum Error {
    /// The network contradicts itself.
    #[error("network `{name}`: {source}")]
    Network {
        /// The network's name.
        name: String,
        /// Cause.
        source: lcsim_spec::network::NetworkError,
    },
    /// Something does not fit.
    #[error(
        "network `{name}` does not fit accelerator `{accelerator}`: {parameter} is {limit}, {layer} needs {needed}"
    )]
    Capacity {
        /// The network's name.
        name: String,
        /// The configuration's name.
        accelerator: String,
        /// The configuration's key.
        parameter: &'static str,
        /// What needs it.
        layer: String,
        /// What there is, in the parameter's unit.
        limit: usize,
        /// What it takes, in the parameter's unit.
        needed: usize,
    },
    /// An energy table that is not TOML, lacks a figure or holds an impossible one.
    #[error("{path}: {message}")]
    EnergyTable {
        /// File.
        path: String,
        /// What is wrong, with the key.
        message: String,
    },
}
