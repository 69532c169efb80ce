//! The accelerator of docs/microarchitecture.md as synthesisable Verilog, through rust-hdl.

mod core;
mod emit;
mod image;
mod regions;
mod sizes;
mod unit;
mod units;

pub use emit::Module;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::Program;
use regions::{IMAGE, regions};
use sizes::Sizes;

/// A write of the host port: address and data.
pub type Write = (u32, u32);

/// The modules of a core, children first and `lcsim_core` last. With a program of the same configuration, its memories
/// take their content from the files of [`memory_files`].
pub fn core(config: &AcceleratorConfig, program: Option<&Program>) -> Vec<Module> {
    let sizes = Sizes::new(config);
    let words = program.map(|p| image::contents(&sizes, p).iter().map(|(_, words)| words.len()).collect::<Vec<_>>());
    let top = core::core(&sizes, words.as_deref());
    assert_eq!(top.undriven(), Vec::<String>::new(), "inputs without driver");
    emit::modules(&top, "lcsim", &about(config))
}

fn about(config: &AcceleratorConfig) -> String {
    format!(
        "lcsim {}: accelerator {}, {}x{} PEs, {} gate MACs",
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
