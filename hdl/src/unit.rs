//! A hardware module whose widths are chosen at run time.
//!
//! The signals of rust-hdl have their width in the type. A generator that takes an accelerator's
//! configuration needs widths as values. A [`Unit`] is a rust-hdl block with such ports. rust-hdl
//! walks the hierarchy, declares ports and nets, instantiates children, and writes the modules; the
//! body is the text of a custom leaf. A parent drives the inputs of a child `x` through nets
//! `x$i_...`, and reads `x$o_...`.

use crate::print::Scope;
use rust_hdl_core::ast::VerilogLiteral;
use rust_hdl_core::atom::{Atom, AtomKind};
use rust_hdl_core::constraint::PinConstraint;
use rust_hdl_core::prelude::{Block, Logic, Probe, Verilog};
use rust_hdl_core::signal::get_signal_id;
use rust_hdl_core::synth::VCDValue;
use rust_hdl_core::type_descriptor::{TypeDescriptor, TypeKind};
use std::borrow::Cow;
use std::fmt::Write;

/// A port of a [`Unit`].
#[derive(Debug, Clone)]
struct Port {
    name: String,
    width: usize,
    output: bool,
    id: usize,
}

impl Atom for Port {
    fn bits(&self) -> usize {
        self.width
    }
    fn connected(&self) -> bool {
        true // `Unit::undriven` checks the text, where the connections are
    }
    fn changed(&self) -> bool {
        false
    }
    fn kind(&self) -> AtomKind {
        if self.output { AtomKind::OutputPassthrough } else { AtomKind::InputParameter }
    }
    fn descriptor(&self) -> TypeDescriptor {
        TypeDescriptor { name: format!("bits_{}", self.width), kind: TypeKind::Bits(self.width) }
    }
    fn vcd(&self) -> VCDValue {
        VCDValue::Vector(vec![])
    }
    fn id(&self) -> usize {
        self.id
    }
    fn verilog(&self) -> VerilogLiteral {
        0u32.into()
    }
    fn constraints(&self) -> Vec<PinConstraint> {
        vec![]
    }
}

/// The text of a module that is a file of its own (`hdl/rtl`), and the values of its parameters.
#[derive(Debug, Clone)]
pub(crate) struct Plain {
    pub text: Cow<'static, str>,
    pub parameters: Vec<(&'static str, String)>,
}

/// A module with ports, children and a body.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    kind: String,
    ports: Vec<Port>,
    children: Vec<(String, Unit)>,
    body: String,
    /// The unit itself, if it is written in rust-hdl's language. Then it has neither body nor
    /// children here.
    logic: Option<Scope>,
    /// The unit itself, if it is a file of plain Verilog. Its text instantiates its children.
    plain: Option<Plain>,
}

impl Unit {
    /// Makes a module of this kind, with a clock and a synchronous reset.
    pub fn new(kind: &str) -> Self {
        Self::empty(kind).input("clock", 1).input("reset", 1)
    }

    fn empty(kind: &str) -> Self {
        Self { kind: kind.into(), ports: vec![], children: vec![], body: String::new(), logic: None, plain: None }
    }

    /// Makes a module of plain Verilog, whose text instantiates `children`. Its ports follow.
    pub fn plain(kind: &str, plain: Plain, children: Vec<(String, Unit)>) -> Self {
        Self { plain: Some(plain), children, ..Self::empty(kind) }
    }

    /// Makes a module of a block in rust-hdl's language.
    pub fn block(kind: &str, block: &dyn Block) -> Self {
        let scope = Scope::of(block, kind);
        let ports = scope.ports().map(|port| (port.name.clone(), port.bits(), port.kind != AtomKind::InputParameter));
        let unit = ports.fold(Self::empty(kind), |unit, (name, width, output)| unit.port(&name, width, output));
        Self { logic: Some(scope), ..unit }
    }

    pub fn input(self, name: &str, width: usize) -> Self {
        self.port(name, width, false)
    }

    pub fn output(self, name: &str, width: usize) -> Self {
        self.port(name, width, true)
    }

    fn port(mut self, name: &str, width: usize, output: bool) -> Self {
        self.ports.push(Port { name: name.into(), width: width.max(1), output, id: get_signal_id() });
        self
    }

    /// Sets the text of the body.
    pub fn body(mut self, text: &str) -> Self {
        self.body.push_str(text);
        self.body.push('\n');
        self
    }

    /// Adds an instance and drives its inputs. It gets the parent's clock, if it has a port for it.
    pub fn child(&mut self, name: &str, unit: Unit, inputs: &[(&str, String)]) {
        let clock = [("clock", "clock".to_string())];
        let clock = clock.iter().filter(|(clock, _)| unit.ports.iter().any(|port| port.name == *clock));
        for (port, expression) in clock.chain(inputs) {
            let _ = writeln!(self.body, "assign {name}${port} = {expression};"); // a String takes every write
        }
        self.children.push((name.into(), unit));
    }

    /// Appends text to the body.
    pub fn text(&mut self, text: &str) {
        self.body.push_str(text);
        self.body.push('\n');
    }

    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The name and the width of each port, and whether it is an output.
    pub fn ports(&self) -> impl Iterator<Item = (&str, usize, bool)> {
        self.ports.iter().map(|p| (p.name.as_str(), p.width, p.output))
    }

    /// The block, if the unit is written in rust-hdl's language.
    pub fn logic(&self) -> Option<&Scope> {
        self.logic.as_ref()
    }

    /// The text of the file, if the unit is plain Verilog.
    pub fn file(&self) -> Option<&Plain> {
        self.plain.as_ref()
    }

    pub fn children(&self) -> &[(String, Unit)] {
        &self.children
    }

    /// The inputs of children that nothing drives, as `child.port`.
    pub fn undriven(&self) -> Vec<String> {
        // A file of plain Verilog drives its children itself; lint tools check it.
        let children: &[(String, Unit)] = if self.plain.is_some() { &[] } else { &self.children };
        let own = children.iter().flat_map(|(name, unit)| {
            let inputs = unit.ports.iter().filter(|p| !p.output);
            inputs
                .filter(move |p| !self.body.contains(&format!("assign {name}${} =", p.name)))
                .map(move |p| format!("{name}.{}", p.name))
        });
        own.chain(children.iter().flat_map(|(_, unit)| unit.undriven())).collect()
    }
}

impl Logic for Unit {
    fn update(&mut self) {}
    fn hdl(&self) -> Verilog {
        Verilog::Custom(self.body.clone())
    }
}

impl Block for Unit {
    fn connect_all(&mut self) {}
    fn update_all(&mut self) {}
    fn has_changed(&self) -> bool {
        false
    }
    fn accept(&self, name: &str, probe: &mut dyn Probe) {
        probe.visit_start_scope(name, self);
        for port in &self.ports {
            probe.visit_atom(&port.name, port);
        }
        let children: &[(String, Unit)] = if self.plain.is_some() { &[] } else { &self.children };
        for (name, child) in children {
            child.accept(name, probe);
        }
        probe.visit_end_scope(name, self);
    }
}
