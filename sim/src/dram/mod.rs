//! Weights and maps off chip: bursts, the channel that they come through, and what is fetched
//! ahead.
//!
//! Both engines ask at the same cycles, and this answers when what they asked for has arrived.
//! docs/microarchitecture.md, "DRAM".

mod ahead;
mod channel;
mod fetcher;

pub(crate) use ahead::Begins;
pub(crate) use channel::{Bursts, Transfer};
pub(crate) use fetcher::Fetcher;
