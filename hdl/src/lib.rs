//! The accelerator of docs/microarchitecture.md as synthesisable Verilog, through rust-hdl.

mod core;
mod emit;
mod image;
mod limits;
mod part;
mod readme;
mod regions;
mod reset;
mod sizes;
mod target;
mod testbench;
mod unit;
mod units;

pub use emit::Module;
use lcsim_spec::schedule::Program;
use lcsim_spec::{AcceleratorConfig, CYCLE_MODEL};
pub use limits::{Absent, AbsentUnits, Limit, Limits, check, check_program};
pub use part::{Kind, Part, PortShape, core, unit};
pub use readme::{Readme, readme};
use regions::{IMAGE, regions};
use sizes::Sizes;
pub use target::{Exhausted, Resources, Target, TooSmall};
pub use testbench::{Vector, testbench, unit_testbench};

/// A write of the host port: address and data.
pub type Write = (u32, u32);

/// The comment at the head of each file, on one line and in ASCII whatever the name holds.
fn about(config: &AcceleratorConfig) -> String {
    format!(
        "lcsim {}, cycle model {CYCLE_MODEL}: accelerator {}, {}x{} PEs, {} gate MACs",
        env!("CARGO_PKG_VERSION"),
        config.name.escape_default(),
        config.array.rows,
        config.array.cols,
        config.gate.macs
    )
}

/// Name and text, for `$readmemb`, of the files that hold the whole network and its program.
pub fn memory_files(program: &Program) -> Vec<(String, String)> {
    let contents = image::contents(&Sizes::new(&program.config), program);
    contents.into_iter().map(|(region, words)| (format!("{}.mem", region.name), words.join("\n") + "\n")).collect()
}

/// The writes that load the whole network and its program.
pub fn load(program: &Program) -> Vec<Write> {
    let contents = image::contents(&Sizes::new(&program.config), program);
    let writes = |(region, words): &(regions::Region, Vec<String>)| {
        words.iter().enumerate().flat_map(|(at, word)| region.writes(at, word)).collect::<Vec<_>>()
    };
    contents.iter().flat_map(writes).collect()
}

/// The writes that load an image (int8, channel by channel).
pub fn load_image(program: &Program, image: &[i8]) -> Vec<Write> {
    let region = &regions(&Sizes::new(&program.config))[IMAGE - 1];
    let words = image::image(program, image);
    words.iter().enumerate().flat_map(|(at, word)| region.writes(at, word)).collect()
}
