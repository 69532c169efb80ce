//! The `stepped` engine updates every register in every cycle. It defines what a network costs.
//!
//! A cycle has two phases. First, every signal between units is sampled from registers. Then each
//! unit takes its clock edge, consumers before producers, so that no unit sees a value of the same
//! edge. The units are in the rooms of the operators that they compute.

mod charge;
mod controller;
mod machine;
mod memory;
mod observe;
mod record;
mod step;

pub use controller::ControllerState;
pub(crate) use machine::{Machine, Sampled};
pub(crate) use memory::{Banked, Memories, Port};
pub use record::Cycle;
