//! The accelerator of docs/microarchitecture.md as synthesisable Verilog, through rust-hdl.

mod about;
mod bundles;
mod core;
mod emit;
mod image;
mod limits;
mod operators;
mod part;
mod readme;
mod regions;
mod reset;
mod sizes;
mod target;
mod template;
mod testbench;
mod unit;
mod units;
mod word;

pub use bundles::tables;
pub use emit::Module;
pub use image::{Write, load, load_image, memory_files};
pub use limits::{Limit, Limits, check};
pub use operators::{Absent, AbsentUnits, check_program};
pub use part::{Kind, Part, PortShape, core, unit};
pub use readme::{Readme, readme};
pub use target::{Exhausted, Resources, Target, TooSmall};
pub use testbench::{Vector, testbench, unit_testbench};
