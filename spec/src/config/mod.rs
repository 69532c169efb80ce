//! The accelerator's parameters: TOML with unknown keys refused and every range checked. A file may
//! say all of them, or what differs from another accelerator.

mod accelerator;
mod error;
mod key;
mod load;
mod stack;

pub use accelerator::{AcceleratorConfig, ArrayConfig, DramConfig, GateConfig, MemoryConfig, Prefetch};
pub use error::ConfigError;
pub use stack::Library;
