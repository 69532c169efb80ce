//! The `stepped` engine: every register, every cycle. It is the definition of what a network costs.
//!
//! A cycle has two phases. First every signal that crosses units is sampled from registers; then
//! each unit takes its clock edge, consumers before producers, so that no unit sees a value of the
//! same edge.

mod array;
mod charge;
mod columns;
mod controller;
mod fold;
mod gate;
mod loader;
mod machine;
mod max_pool;
mod memory;
mod moves;
mod observe;
mod record;
mod slot;
mod step;
mod streamer;

pub use controller::ControllerState;
pub use fold::Place;
pub use loader::LoaderState;
pub(crate) use machine::Machine;
pub use record::Cycle;
