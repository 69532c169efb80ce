//! Weights and maps off chip: bursts, the channel that transfers them, and early requests.
//!
//! Both engines make the same requests in the same cycles, and this module tells them when the data
//! arrives. The section "DRAM" of docs/microarchitecture.md describes the rules.

mod ahead;
mod channel;
mod fetcher;

pub(crate) use ahead::Begins;
pub(crate) use channel::{Bursts, Transfer};
pub(crate) use fetcher::Fetcher;
