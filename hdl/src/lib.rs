//! The accelerator of docs/microarchitecture.md as synthesisable Verilog, through rust-hdl.

mod core;
mod emit;
mod image;
mod sizes;
mod unit;
mod units;

pub use emit::Module;
use lcsim_spec::schedule::Program;

/// A core that carries a model: its modules, children first and `lcsim_core` last, and its memory images.
#[derive(Debug, Clone)]
pub struct CoreFiles {
    /// Verilog.
    pub modules: Vec<Module>,
    /// Name and text, for `$readmemb`.
    pub images: Vec<(String, String)>,
}

/// The core of `program`'s accelerator, with the program and its weights on chip.
pub fn core_with(program: &Program) -> CoreFiles {
    let sizes = image::sizes(program);
    let top = core::core(&sizes);
    assert_eq!(top.undriven(), Vec::<String>::new(), "inputs without driver");
    let config = &program.config;
    let about = format!(
        "lcsim {}: accelerator {}, {}x{} PEs, {} gate MACs",
        env!("CARGO_PKG_VERSION"),
        config.name.escape_default(),
        config.array.rows,
        config.array.cols,
        config.gate.macs
    );
    CoreFiles { modules: emit::modules(&top, "lcsim", &about), images: image::files(&sizes, program) }
}
