//! Single units of the core, for simulation and proofs.

use crate::about::about;
use crate::emit::{self, Module};
use crate::kind::Kind;
use crate::print::{Net, Scope};
use crate::sizes::Sizes;
use crate::word::Bundle;
use crate::{image, logic, plain};
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::Program;
use rust_hdl_core::atom::AtomKind;
use rust_hdl_core::prelude::Block;

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
    pub parameters: Vec<(String, String)>,
}

impl Part {
    /// The beginning of an instance of the last module: its name, and its parameters if it has
    /// some.
    pub fn instance(&self) -> String {
        let module = self.modules.last().map_or("", |module| &module.name);
        let parameters: Vec<_> = self.parameters.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        plain::instance(module, &parameters)
    }
}

/// Makes the unit `kind` of the accelerator `config`.
pub fn unit(config: &AcceleratorConfig, kind: Kind) -> Part {
    let s = &Sizes::new(config);
    let (name, block): (_, Box<dyn Block>) = match kind {
        Kind::Pe => ("pe", logic::pe(s)),
        Kind::Array => ("array", logic::array(s)),
        Kind::Row => ("row", logic::row(s)),
        Kind::Gate => ("gate", logic::gate(s)),
        Kind::Streamer => ("streamer", logic::streamer(s)),
        Kind::Image => ("image", logic::image(s)),
        Kind::Column => ("column", Box::new(plain::Column::new(s))),
        Kind::Loader => ("loader", Box::new(plain::Loader::new(s))),
        Kind::Controller => ("controller", Box::new(plain::Controller::new(s))),
        Kind::Host => ("host", Box::new(plain::Host::new(s, false).with_registers(s))),
        Kind::Crossbar => ("crossbar", Box::new(plain::Crossbar::new(s))),
        Kind::Bank => ("bank", Box::new(plain::Bank::new(s))),
        Kind::Ram => ("ram", Box::new(plain::Ram::new(32, 3 * s.channels))),
    };
    part(config, &Scope::of(&*block, name), |port| bundle(s, kind, port).map_or(vec![], |bundle| bundle.fields()))
}

/// Makes `lcsim_core`, which is all units together. With a program for the same configuration, its
/// memories load their content from the files of [`crate::memory_files`].
pub fn core(config: &AcceleratorConfig, program: Option<&Program>) -> Part {
    let s = Sizes::new(config);
    let words = program.map(|p| image::contents(&s, p).iter().map(|(_, words)| words.len()).collect::<Vec<_>>());
    part(config, &Scope::of(&*logic::core(&s, words.as_deref()), "core"), |_| vec![])
}

fn part(config: &AcceleratorConfig, top: &Scope, fields: impl Fn(&str) -> Vec<(&'static str, usize)>) -> Part {
    let shape = |net: &Net| PortShape {
        name: net.name.clone(),
        width: net.bits(),
        output: net.kind != AtomKind::InputParameter,
        fields: fields(&net.name),
    };
    let ports = top.ports().map(shape).collect();
    let instance = top.plain.as_ref().map_or(String::new(), |(instance, _)| instance.clone());
    Part { ports, modules: emit::modules(top, &about(config)), parameters: parameters(&instance) }
}

/// The parameters of an instance, with their values.
fn parameters(instance: &str) -> Vec<(String, String)> {
    let list = instance.split_once(" #(").and_then(|(_, list)| list.strip_suffix(')')).unwrap_or_default();
    let parameter = |text: &str| {
        let (name, value) = text.strip_prefix('.')?.strip_suffix(')')?.split_once('(')?;
        Some((name.to_string(), value.to_string()))
    };
    list.split(", ").filter_map(parameter).collect()
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
