//! Single units of the core, for simulation and proofs.

use crate::about::about;
use crate::emit::{self, Module};
use crate::kind::Kind;
use crate::sizes::Sizes;
use crate::unit::Unit;
use crate::word::Bundle;
use crate::{image, logic, units};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::Program;

/// A port of a [`Part`].
#[derive(Debug, Clone)]
pub struct PortShape {
    /// The name. `clock` and `reset` are ports too.
    pub name: String,
    /// The width in bits.
    pub width: usize,
    /// Whether the unit drives it.
    pub output: bool,
    /// The names and widths of the fields, if the port carries a bundle. The most significant field
    /// comes first. Empty for a plain number.
    pub fields: Vec<(&'static str, usize)>,
}

/// A single unit, or the core.
#[derive(Debug, Clone)]
pub struct Part {
    /// The Verilog, children before parents. The last module is the unit.
    pub modules: Vec<Module>,
    /// The ports of the last module.
    pub ports: Vec<PortShape>,
    /// The parameters of the last module with their values. Empty if it has none.
    pub parameters: Vec<(&'static str, String)>,
}

impl Part {
    /// The beginning of an instance of the last module: its name, and its parameters if it has
    /// some.
    pub fn instance(&self) -> String {
        let module = self.modules.last().map_or("", |module| &module.name);
        emit::instance(module, &self.parameters)
    }
}

/// Makes the unit `kind` of the accelerator `config`.
pub fn unit(config: &AcceleratorConfig, kind: Kind) -> Part {
    let s = &Sizes::new(config);
    let top = match kind {
        Kind::Pe => logic::pe(s),
        Kind::Array => logic::array(s),
        Kind::Row => logic::row(s),
        Kind::Column => units::column(s),
        Kind::Gate => logic::gate(s),
        Kind::Loader => units::loader(s),
        Kind::Streamer => logic::streamer(s),
        Kind::Controller => units::controller(s),
        Kind::Host => units::host(s, false),
        Kind::Image => logic::image(s),
        Kind::Crossbar => units::crossbar(s),
        Kind::Bank => units::bank(s, s.scratch_depth),
        Kind::Ram => units::ram(32, 3 * s.channels, None),
    };
    part(config, &top, |port| bundle(s, kind, port).map_or(vec![], |bundle| bundle.fields()))
}

/// Makes `lcsim_core`, which is all units together. With a program for the same configuration, its
/// memories load their content from the files of [`crate::memory_files`].
pub fn core(config: &AcceleratorConfig, program: Option<&Program>) -> Part {
    let s = Sizes::new(config);
    let words = program.map(|p| image::contents(&s, p).iter().map(|(_, words)| words.len()).collect::<Vec<_>>());
    part(config, &crate::core::core(&s, words.as_deref()), |_| vec![])
}

fn part(config: &AcceleratorConfig, top: &Unit, fields: impl Fn(&str) -> Vec<(&'static str, usize)>) -> Part {
    assert_eq!(top.undriven(), Vec::<String>::new(), "inputs without driver");
    let shape = |(name, width, output): (&str, usize, bool)| PortShape {
        name: name.into(),
        width,
        output,
        fields: fields(name),
    };
    Part {
        ports: top.ports().map(shape).collect(),
        modules: emit::modules(top, "lcsim", &about(config)),
        parameters: top.file().map_or(vec![], |plain| plain.parameters.clone()),
    }
}

/// The fields of a port, if it carries a bundle.
fn bundle(s: &Sizes, kind: Kind, port: &str) -> Option<Bundle> {
    Some(match (kind, port) {
        (_, "o_gate") => s.gate(),
        (_, "o_conv") => s.conv(),
        (_, "o_word") => s.instruction(),
        (_, "i_program") if s.instruction_words == 1 => s.instruction(),
        _ => return None,
    })
}
