//! Co-simulation of units: a script drives a unit's ports cycle by cycle and says what its outputs
//! must show.
//!
//! Scripts are open loop. A reference model writes them from docs/microarchitecture.md alone: it
//! knows in which cycle a unit addresses a memory, so it drives the memory's answer in the cycle
//! after, and noise in every other.

mod layout;
mod script;
mod simulator;

pub use script::{Mismatch, Script};
pub use simulator::{Bench, Simulator};
