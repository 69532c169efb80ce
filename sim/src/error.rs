//! Why a network cannot run on an accelerator, or an energy table is refused.

use thiserror::Error;

/// The one error of this crate.
#[derive(Debug, Error)]
pub enum Error {
    /// The network contradicts itself or does not fit.
    #[error(transparent)]
    Schedule(#[from] lcsim_spec::schedule::ScheduleError),
    /// The system has no memory for the images in flight.
    #[error(transparent)]
    Memory(#[from] lcsim_spec::work::OutOfMemory),
    /// An energy table that cannot be read, lacks a figure or holds an impossible one.
    #[error("{path}: {message}")]
    EnergyTable {
        /// File, or name of a table.
        path: String,
        /// The fault, with its key.
        message: String,
    },
}
