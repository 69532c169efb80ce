//! The tree of a block: its signals, its children and its code.

use crate::plain::unwrapped;
use crate::signal::register::REGISTER;
use rust_hdl_core::ast::{Verilog, VerilogBlock};
use rust_hdl_core::atom::{Atom, AtomKind, is_atom_signed};
use rust_hdl_core::prelude::{Block, Probe};

/// A signal, or several of one name and width, which become one packed vector.
#[derive(Debug, Clone)]
pub(crate) struct Net {
    pub name: String,
    pub kind: AtomKind,
    /// The bits of one element.
    pub width: usize,
    /// The number of elements, if they are a vector.
    pub elements: Option<usize>,
    pub signed: bool,
    /// The value, if it is a constant.
    pub value: Option<usize>,
}

impl Net {
    /// The name in the text. A constant has capitals.
    pub fn text(&self) -> String {
        if self.value.is_some() { self.name.to_uppercase() } else { self.name.clone() }
    }

    /// The bits of the whole vector.
    pub fn bits(&self) -> usize {
        self.width * self.elements.unwrap_or(1)
    }
}

/// A module, or a register.
#[derive(Debug, Clone)]
pub(crate) struct Scope {
    /// The name of the field that holds it.
    pub name: String,
    /// Its place, if the field is a vector.
    pub index: Option<usize>,
    pub nets: Vec<Net>,
    pub children: Vec<Scope>,
    pub code: VerilogBlock,
    pub is_register: bool,
    /// Its instance and its files, if it is a unit of plain Verilog.
    pub plain: Option<(String, Vec<String>)>,
}

impl Scope {
    /// Reads a block. The block is called `name`.
    pub fn of(block: &dyn Block, name: &str) -> Self {
        let mut reader = Reader::default();
        block.accept(name, &mut reader);
        let Some(scope) = reader.done else { unreachable!("a block is a scope") };
        scope
    }

    pub fn net(&self, name: &str) -> Option<&Net> {
        self.nets.iter().find(|net| net.name == name)
    }

    pub fn child(&self, name: &str, index: Option<usize>) -> Option<&Scope> {
        self.children.iter().find(|child| child.name == name && child.index == index)
    }

    /// The name of the instance, and the beginning of the names of its nets in the parent.
    pub fn instance(&self) -> String {
        match self.index {
            Some(index) => format!("{}_{index}", self.name),
            None => self.name.clone(),
        }
    }

    pub fn ports(&self) -> impl Iterator<Item = &Net> {
        self.nets.iter().filter(|net| net.kind.is_parameter())
    }
}

/// Splits the name of an element, which rust-hdl calls `name$index`.
pub(crate) fn split(name: &str) -> (String, Option<usize>) {
    match name.rsplit_once('$').and_then(|(name, index)| Some((name, index.parse().ok()?))) {
        Some((name, index)) => (name.into(), Some(index)),
        None => (name.into(), None),
    }
}

#[derive(Default)]
struct Reader {
    /// The scopes that are not read to their end, from the outermost to the innermost.
    open: Vec<Scope>,
    done: Option<Scope>,
}

impl Probe for Reader {
    fn visit_start_scope(&mut self, name: &str, block: &dyn Block) {
        let (name, index) = split(name);
        let (code, is_register, plain) = match block.hdl() {
            Verilog::Combinatorial(code) => (code, false, None),
            Verilog::Custom(text) if text == REGISTER => (vec![], true, None),
            Verilog::Wrapper(wrapper) => (vec![], false, Some(unwrapped(&wrapper))),
            _ => unreachable!("{name} is neither in rust-hdl's language, nor a register, nor plain Verilog"),
        };
        self.open.push(Scope { name, index, nets: vec![], children: vec![], code, is_register, plain });
    }

    fn visit_atom(&mut self, name: &str, signal: &dyn Atom) {
        let Some(scope) = self.open.last_mut() else { unreachable!("signals are in scopes") };
        let (name, index) = split(name);
        match (index, scope.nets.last_mut()) {
            (Some(_), Some(last)) if last.name == name => last.elements = last.elements.map(|n| n + 1),
            _ => scope.nets.push(Net {
                name,
                kind: signal.kind(),
                width: signal.bits(),
                elements: index.map(|_| 1),
                signed: is_atom_signed(signal),
                value: (signal.kind() == AtomKind::Constant).then(|| signal.verilog().as_usize()),
            }),
        }
    }

    fn visit_end_scope(&mut self, _: &str, _: &dyn Block) {
        let closed = self.open.pop();
        match (self.open.last_mut(), closed) {
            (Some(parent), Some(scope)) => parent.children.push(scope),
            (None, scope) => self.done = scope,
            (Some(_), None) => unreachable!("a scope that ends has begun"),
        }
    }
}
