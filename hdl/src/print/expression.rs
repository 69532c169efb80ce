//! Expressions of a block as Verilog.

use super::path::{Loops, parts};
use super::scope::{Net, Scope};
use rust_hdl_core::ast::{VerilogExpression as Expression, VerilogLiteral, VerilogOp as Op, VerilogOpUnary as Unary};

/// A Verilog expression.
#[derive(Debug, Clone)]
pub(crate) struct Text {
    pub text: String,
    /// The bits, if they do not depend on the place.
    pub width: Option<usize>,
    pub signed: bool,
    /// Whether it needs no parentheses beside an operator.
    simple: bool,
    /// The vector that it is a part of, with its lowest bit there and the bits of the vector.
    pub part: Option<(String, usize, usize)>,
}

impl Text {
    fn simple(text: String, width: usize, signed: bool) -> Self {
        Self { text, width: Some(width), signed, simple: true, part: None }
    }

    fn part(self, vector: &str, low: usize, bits: usize) -> Self {
        Self { part: Some((vector.into(), low, bits)), ..self }
    }

    /// Writes the value with `width` bits for braces, where the place does not extend it.
    pub fn extended(&self, width: usize) -> String {
        match (&self.part, self.width) {
            (Some((vector, low, bits)), Some(own)) if own < width => {
                let value = range(vector, *low, own, *bits).text;
                let sign = range(vector, low + own - 1, 1, *bits).text;
                let fill =
                    if self.signed { format!("{}{{{sign}}}", width - own) } else { format!("{}'d0", width - own) };
                match self.signed {
                    true => format!("{{{{{fill}}}, {value}}}"),
                    false => format!("{{{fill}, {value}}}"),
                }
            }
            (_, own) => {
                assert!(own.is_none_or(|own| own == width), "{}: {own:?} bits where {width} are needed", self.text);
                self.text.clone()
            }
        }
    }

    fn operand(&self) -> String {
        if self.simple { self.text.clone() } else { format!("({})", self.text) }
    }
}

/// Writes an element of a vector, or a whole signal. `name` is the name in the text.
pub(crate) fn element(net: &Net, name: &str, index: Option<usize>) -> Text {
    let bits = net.bits();
    match index {
        None => Text::simple(name.into(), bits, net.signed && net.elements.is_none()).part(name, 0, bits),
        Some(index) => range(name, net.width * index, net.width, bits),
    }
}

/// Writes `width` bits from bit `low` of a vector of `bits` bits.
pub(crate) fn range(name: &str, low: usize, width: usize, bits: usize) -> Text {
    let text = match width {
        all if all == bits => name.into(),
        1 => format!("{name}[{low}]"),
        _ => format!("{name}[{}:{low}]", low + width - 1),
    };
    Text::simple(text, width, false).part(name, low, bits)
}

fn is_number(e: &Expression, loops: &Loops) -> bool {
    match e {
        Expression::Literal(_) => true,
        Expression::Signal(name) => loops.value(name).is_some(),
        Expression::Paren(e) => is_number(e, loops),
        _ => false,
    }
}

fn literal(value: &VerilogLiteral, width: Option<usize>, signed: bool) -> Text {
    number(value.as_usize(), width, signed)
}

fn number(value: usize, width: Option<usize>, signed: bool) -> Text {
    let sign = if signed { "s" } else { "" };
    match width {
        Some(width) => Text::simple(format!("{width}'{sign}d{value}"), width, signed),
        None => Text { text: value.to_string(), width: None, signed: true, simple: true, part: None },
    }
}

impl Scope {
    /// Writes an expression. Numbers get the width and the sign that the place wants.
    pub fn expression(&self, e: &Expression, loops: &Loops, want: Option<(usize, bool)>) -> Text {
        let (width, signed) = (want.map(|(width, _)| width), want.is_some_and(|(_, signed)| signed));
        match e {
            Expression::Literal(value) => literal(value, width, signed),
            Expression::Signal(name) => match loops.value(name) {
                Some(value) => number(value, width, signed),
                None => self.signal(name, loops),
            },
            Expression::Paren(e) => self.expression(e, loops, want),
            // The operands of a signed sum or product are signed, and the place extends them.
            Expression::Signed(e) => match self.expression(e, loops, want) {
                text if text.signed => text,
                text => Text { text: format!("$signed({})", text.text), signed: true, simple: true, ..text },
            },
            Expression::Unsigned(e) => Text { signed: false, ..self.expression(e, loops, want) },
            Expression::Cast(e, bits) => {
                let text = self.expression(e, loops, Some((*bits, false)));
                match text.width {
                    Some(width) if width > *bits => {
                        Text::simple(format!("{}[{}:0]", text.text, bits - 1), *bits, false)
                    }
                    _ => Text { signed: false, ..text },
                }
            }
            Expression::Binary(left, op, right) => self.binary(left, op, right, loops, want),
            Expression::Unary(op, e) => {
                let text = self.expression(e, loops, want);
                let (op, width) = match op {
                    Unary::Not => (if text.width == Some(1) { "!" } else { "~" }, text.width),
                    Unary::Neg => ("-", text.width),
                    Unary::All => ("&", Some(1)),
                    Unary::Any => ("|", Some(1)),
                    Unary::Xor => ("^", Some(1)),
                };
                Text { text: format!("{op}{}", text.operand()), width, signed: text.signed, simple: true, part: None }
            }
            Expression::Slice(e, bits, offset) => {
                let (text, low) = (self.expression(e, loops, None), self.expression(offset, loops, None).text);
                let low: usize =
                    low.parse().unwrap_or_else(|_| unreachable!("a slice begins at a number, not at {low}"));
                match bits {
                    1 => Text::simple(format!("{}[{low}]", text.text), 1, false),
                    bits => Text::simple(format!("{}[{}:{low}]", text.text, low + bits - 1), *bits, false),
                }
            }
            Expression::Index(e, index) => {
                let (text, index) = (self.expression(e, loops, None), self.expression(index, loops, None));
                Text::simple(format!("{}[{}]", text.text, index.text), 1, false)
            }
            Expression::IndexReplace(..) => unreachable!("units replace no single bit"),
        }
    }

    fn binary(
        &self,
        left: &Expression,
        op: &Op,
        right: &Expression,
        loops: &Loops,
        want: Option<(usize, bool)>,
    ) -> Text {
        let (sign, compares) = match op {
            Op::Add => ("+", false),
            Op::Sub => ("-", false),
            Op::Mul => ("*", false),
            Op::LogicalAnd => ("&&", true),
            Op::LogicalOr => ("||", true),
            Op::BitXor => ("^", false),
            Op::BitAnd => ("&", false),
            Op::BitOr => ("|", false),
            Op::Shl => ("<<", false),
            Op::Shr => (">>", false),
            Op::Eq => ("==", true),
            Op::Lt => ("<", true),
            Op::Le => ("<=", true),
            Op::Ne => ("!=", true),
            Op::Ge => (">=", true),
            Op::Gt => (">", true),
        };
        // A number has the width of what it is compared with, or of the place of the result.
        let place = if compares { None } else { want };
        let like = |text: &Text| text.width.map(|width| (width, text.signed)).or(place);
        let (mut l, mut r) = (self.expression(left, loops, place), self.expression(right, loops, place));
        if is_number(left, loops) {
            l = self.expression(left, loops, like(&r));
        }
        if is_number(right, loops) {
            r = self.expression(right, loops, like(&l));
        }
        if compares || matches!(op, Op::Mul | Op::Shl | Op::Shr) {
            let width = if compares { Some(1) } else { l.width.max(r.width) };
            let signed = !compares && l.signed && r.signed;
            return Text {
                text: format!("{} {sign} {}", l.operand(), r.operand()),
                width,
                signed,
                simple: false,
                part: None,
            };
        }
        // Both operands get the width of the place here, because lint tools warn of what Verilog
        // would extend itself.
        let width = l.width.max(r.width).max(place.map(|(width, _)| width));
        let wide = |text: &Text| match width {
            Some(width) if text.part.is_some() && text.width < Some(width) => (text.extended(width), false),
            _ => (text.operand(), text.signed),
        };
        let ((l, l_signed), (r, r_signed)) = (wide(&l), wide(&r));
        Text { text: format!("{l} {sign} {r}"), width, signed: l_signed && r_signed, simple: false, part: None }
    }

    /// Writes a signal of the block, of a register, or of a child.
    fn signal(&self, name: &str, loops: &Loops) -> Text {
        match &parts(name, loops)[..] {
            [(own, index)] => match self.net(own) {
                Some(net) => element(net, own, *index),
                None => unreachable!("{}: no signal `{name}`", self.name),
            },
            [(child, at), (port, index)] => {
                let Some(child) = self.child(child, *at) else { unreachable!("{}: no child `{name}`", self.name) };
                let Some(net) = child.net(port) else { unreachable!("{}: no port `{name}`", self.name) };
                let text = if child.is_register { child.register() } else { format!("{}_{port}", child.instance()) };
                element(net, &text, *index)
            }
            _ => unreachable!("{}: `{name}` is too deep", self.name),
        }
    }

    /// The name of a register in the text.
    pub fn register(&self) -> String {
        format!("{}_r", self.instance())
    }
}
