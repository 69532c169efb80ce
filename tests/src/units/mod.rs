//! Reference models of the units, written from docs/microarchitecture.md. Each writes a script:
//! random stimulus with extreme values, and what the contract demands in each cycle.

mod array;
mod column;
mod controller;
mod gate;
mod host;
mod loader;
mod memory;
mod numbers;
mod row;
mod streamer;

pub use array::{array, pe};
pub use column::column;
pub use controller::controller;
pub use gate::gate;
pub use host::host;
pub use loader::loader;
pub use memory::{bank, crossbar, image, ram};
pub use row::row;
pub use streamer::streamer;
