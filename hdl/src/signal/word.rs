//! Numbers and signals whose width the configuration of an accelerator sets.
//!
//! rust-hdl's own signals have their width in the type, which suits numbers of a fixed width: a
//! score, an operand. Addresses and counters are as wide as an accelerator's memories need. A
//! [`Wire`] is a signal for them. It is a block and an atom of rust-hdl like rust-hdl's own
//! signals, so that `#[derive(LogicBlock)]`, `#[hdl_gen]` and rust-hdl's simulator take both.

use rust_hdl_core::atom::{Atom, AtomKind};
use rust_hdl_core::constraint::PinConstraint;
use rust_hdl_core::prelude::*;
use rust_hdl_core::signal::get_signal_id;
use std::cmp::Ordering;
use std::marker::PhantomData;
use std::ops::{Add, Sub};

/// An unsigned number of 1 to 64 bits. A wider one can be passed on, but not computed with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Word {
    value: u64,
    /// The bits. `None` for a literal, which has the width of what it meets.
    width: Option<usize>,
}

impl Word {
    pub fn new(value: u64, width: usize) -> Self {
        Self { value: value & (u64::MAX >> (64 - width.min(64))), width: Some(width) }
    }

    /// A number that takes the width of what it meets.
    pub fn literal(value: u64) -> Self {
        Self { value, width: None }
    }

    /// The bits. `#[hdl_gen]` asks a change of width for them.
    pub fn bits(self) -> usize {
        match self.width {
            Some(width) => width,
            None => unreachable!("a literal has no width"),
        }
    }

    pub fn value(self) -> u64 {
        self.value
    }

    /// A literal gets a width; another number has it already.
    fn sized(self, width: usize) -> Self {
        assert!(self.width.is_none_or(|own| own == width), "{self:?} is not of {width} bits");
        Self::new(self.value, width)
    }

    /// The width of two numbers, of which one may be a literal.
    fn common(self, other: Self) -> Option<usize> {
        let widths = (self.width, other.width);
        assert!(!matches!(widths, (Some(a), Some(b)) if a != b), "{self:?} and {other:?} have not the same width");
        self.width.or(other.width)
    }

    fn combine(self, other: Self, result: impl Fn(u64, u64) -> u64) -> Self {
        let literal = Self::literal(result(self.value, other.value));
        self.common(other).map_or(literal, |width| Self::new(literal.value, width))
    }
}

impl From<usize> for Word {
    fn from(value: usize) -> Self {
        Self::literal(value as u64)
    }
}

/// An operation on two numbers, or on a number and a literal.
macro_rules! operation {
    ($operation:ident, $method:ident, $compute:path) => {
        impl $operation for Word {
            type Output = Word;
            fn $method(self, other: Word) -> Word {
                self.combine(other, $compute)
            }
        }
        impl $operation<usize> for Word {
            type Output = Word;
            fn $method(self, other: usize) -> Word {
                self.combine(other.into(), $compute)
            }
        }
    };
}

operation!(Add, add, u64::wrapping_add);
operation!(Sub, sub, u64::wrapping_sub);

impl PartialEq for Word {
    fn eq(&self, other: &Self) -> bool {
        self.common(*other);
        self.value == other.value
    }
}

impl PartialEq<usize> for Word {
    fn eq(&self, other: &usize) -> bool {
        self.value == *other as u64
    }
}

impl PartialOrd for Word {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.common(*other);
        Some(self.value.cmp(&other.value))
    }
}

impl PartialOrd<usize> for Word {
    fn partial_cmp(&self, other: &usize) -> Option<Ordering> {
        Some(self.value.cmp(&(*other as u64)))
    }
}

/// A signal whose width is set when it is made. It behaves as rust-hdl's `Signal`: a block reads
/// `val()` and writes `next`.
#[derive(Clone, Debug)]
pub(crate) struct Wire<D: Direction> {
    pub next: Word,
    value: Word,
    width: usize,
    changed: bool,
    connected: bool,
    id: usize,
    direction: PhantomData<D>,
}

impl<D: Direction> Wire<D> {
    pub fn new(width: usize) -> Self {
        let zero = Word::new(0, width);
        Self {
            next: zero,
            value: zero,
            width,
            changed: false,
            connected: false,
            id: get_signal_id(),
            direction: PhantomData,
        }
    }

    /// The value. An input shows what it had when all signals were last updated, and everything
    /// else what was last written to it, as in rust-hdl.
    pub fn val(&self) -> Word {
        if D::KIND == AtomKind::InputParameter { self.value } else { self.next.sized(self.width) }
    }
}

impl<D: Direction> Logic for Wire<D> {
    fn update(&mut self) {}
    fn connect(&mut self) {
        self.connected = true;
    }
}

impl<D: Direction> Block for Wire<D> {
    fn connect_all(&mut self) {}
    fn update_all(&mut self) {
        self.next = self.next.sized(self.width);
        self.changed = self.value != self.next;
        self.value = self.next;
    }
    fn has_changed(&self) -> bool {
        self.changed
    }
    fn accept(&self, name: &str, probe: &mut dyn Probe) {
        probe.visit_atom(name, self);
    }
}

impl<D: Direction> Atom for Wire<D> {
    fn bits(&self) -> usize {
        self.width
    }
    fn connected(&self) -> bool {
        self.connected
    }
    fn changed(&self) -> bool {
        self.changed
    }
    fn kind(&self) -> AtomKind {
        D::KIND
    }
    fn descriptor(&self) -> TypeDescriptor {
        TypeDescriptor { name: format!("bits_{}", self.width), kind: TypeKind::Bits(self.width) }
    }
    fn vcd(&self) -> VCDValue {
        digits(self.value)
    }
    fn id(&self) -> usize {
        self.id
    }
    fn verilog(&self) -> VerilogLiteral {
        self.value.value.into()
    }
    fn constraints(&self) -> Vec<PinConstraint> {
        vec![]
    }
}

/// The digits of a number, the highest first.
fn digits(word: Word) -> VCDValue {
    let bits = (0..word.bits()).rev().map(|bit| VCDValue::from(word.value >> bit & 1 == 1));
    let single = |digit| if let VCDValue::Single(bit) = digit { Some(bit) } else { None };
    VCDValue::Vector(bits.filter_map(single).collect())
}

/// A number that is fixed when its block is made, under a name. The emitted text has a `localparam`
/// for it.
#[derive(Clone, Debug)]
pub(crate) struct Fixed(Word);

impl Fixed {
    pub fn new(value: usize, width: usize) -> Self {
        Self(Word::new(value as u64, width))
    }

    pub fn val(&self) -> Word {
        self.0
    }
}

impl Logic for Fixed {
    fn update(&mut self) {}
}

impl Block for Fixed {
    fn connect_all(&mut self) {}
    fn update_all(&mut self) {}
    fn has_changed(&self) -> bool {
        false
    }
    fn accept(&self, name: &str, probe: &mut dyn Probe) {
        probe.visit_atom(name, self);
    }
}

impl Atom for Fixed {
    fn bits(&self) -> usize {
        self.0.bits()
    }
    fn connected(&self) -> bool {
        true // A number drives itself.
    }
    fn changed(&self) -> bool {
        false
    }
    fn kind(&self) -> AtomKind {
        AtomKind::Constant
    }
    fn descriptor(&self) -> TypeDescriptor {
        TypeDescriptor { name: "constant".into(), kind: TypeKind::Bits(self.0.bits()) }
    }
    fn vcd(&self) -> VCDValue {
        digits(self.0)
    }
    fn id(&self) -> usize {
        0 // Nothing looks for it by its number.
    }
    fn verilog(&self) -> VerilogLiteral {
        self.0.value.into()
    }
    fn constraints(&self) -> Vec<PinConstraint> {
        vec![]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_in_its_width() {
        assert_eq!(Word::new(7, 3) + 1, Word::new(0, 3));
        assert_eq!(Word::new(0, 3) - 1, Word::new(7, 3));
        assert!(Word::new(5, 3) >= 5 && Word::new(5, 3) < Word::new(6, 3));
    }

    #[test]
    #[should_panic = "have not the same width"]
    fn numbers_of_two_widths_do_not_meet() {
        let _ = Word::new(1, 3) + Word::new(1, 4);
    }
}
