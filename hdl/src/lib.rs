//! Writes the accelerator of docs/microarchitecture.md as synthesisable Verilog, with rust-hdl.
//!
//! ```
//! use lcsim_hdl::{Kind, check, unit};
//! use lcsim_spec::AcceleratorConfig;
//!
//! let toml = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../configs/4x4.toml"));
//! let config = AcceleratorConfig::parse(toml, "4x4")?;
//! check(&config)?;
//! let pe = unit(&config, Kind::Pe);
//! assert!(pe.modules.iter().all(|module| module.text.contains("endmodule")));
//! assert!(pe.ports.iter().any(|port| port.name == "clock"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod about;
mod board;
mod bundles;
mod bus;
mod delivery;
mod emit;
mod image;
mod kind;
mod limits;
mod logic;
mod map;
mod operators;
mod part;
mod plain;
mod print;
mod readme;
mod signal;
mod sizes;
mod target;
mod testbench;
mod values;
mod word;

pub use board::Board;
pub use bundles::tables;
pub use bus::{Bus, around};
pub use delivery::delivery;
pub use emit::Module;
pub use image::{Write, load, load_image, memory_files};
pub use kind::Kind;
pub use limits::{Limit, Limits, check};
pub use logic::Witness;
pub use map::{header, register_tables};
pub use operators::{Absent, AbsentUnits, check_program};
pub use part::{Part, PortShape, core, unit};
pub use readme::{Readme, readme};
pub use target::{DEVICES, Device, Exhausted, Instead, Resources, Target, TooSmall};
pub use testbench::{Vector, testbench, unit_testbench};
