//! Errors of the simulator: a network that cannot run on an accelerator, or an energy table that
//! cannot be used.

use thiserror::Error;

/// The one error of this crate.
#[derive(Debug, Error)]
pub enum Error {
    /// The network contradicts itself, or does not fit on the accelerator.
    #[error(transparent)]
    Schedule(#[from] lcsim_spec::schedule::ScheduleError),
    /// The system cannot give the memory for the images that run at the same time.
    #[error(transparent)]
    Memory(#[from] lcsim_spec::work::OutOfMemory),
    /// The energy table cannot be read, lacks a figure or has an impossible one.
    #[error("{path}: {message}")]
    EnergyTable {
        /// The path of the file, or the name of the table.
        path: String,
        /// The fault, with the key that has it.
        message: String,
    },
}
