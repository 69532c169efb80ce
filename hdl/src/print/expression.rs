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
    /// The operator outside all parentheses. An expression without one needs no parentheses.
    operator: Option<&'static str>,
    /// The vector that it is a part of, with its lowest bit there and the bits of the vector.
    pub part: Option<(String, usize, usize)>,
}

impl Text {
    fn simple(text: String, width: usize, signed: bool) -> Self {
        Self { text, width: Some(width), signed, operator: None, part: None }
    }

    fn part(self, vector: &str, low: usize, bits: usize) -> Self {
        Self { part: Some((vector.into(), low, bits)), ..self }
    }

    /// Writes the value with `width` bits for braces, where the place does not extend it.
    pub fn extended(&self, width: usize) -> String {
        match (&self.part, self.width) {
            (Some((vector, low, bits)), Some(own)) if own < width => {
                let value = range(vector, *low, own, *bits).text;
                let (sign, more) = (range(vector, low + own - 1, 1, *bits).text, width - own);
                match (self.signed, own) {
                    (true, 1) => format!("{{{width}{{{value}}}}}"),
                    (true, _) if more == 1 => format!("{{{sign}, {value}}}"),
                    (true, _) => format!("{{{{{more}{{{sign}}}}}, {value}}}"),
                    (false, _) => format!("{{{more}'d0, {value}}}"),
                }
            }
            (_, own) => {
                assert!(own.is_none_or(|own| own == width), "{}: {own:?} bits where {width} are needed", self.text);
                self.text.clone()
            }
        }
    }

    /// Writes the value with exactly `width` bits: drops the highest ones, or extends it.
    fn fitted(self, width: usize) -> Self {
        match (&self.part, self.width) {
            (Some((vector, low, bits)), Some(own)) if own > width => range(vector, *low, width, *bits),
            (_, Some(own)) if own == width => Self { signed: false, ..self },
            _ => Self::simple(self.extended(width), width, false),
        }
    }

    /// Writes the value for the left side of an operator.
    fn left(&self, operator: &str) -> String {
        let associative = matches!(operator, "&" | "|" | "+" | "&&" | "||");
        if associative && self.operator == Some(operator) { self.text.clone() } else { self.operand() }
    }

    fn operand(&self) -> String {
        if self.operator.is_none() { self.text.clone() } else { format!("({})", self.text) }
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

/// Writes a value shifted to the left by a literal, with `width` bits.
fn shifted(text: Text, by: &Expression, width: usize) -> Text {
    let Expression::Literal(by) = by else { unreachable!("{}: the shift is no literal", text.text) };
    let by = by.as_usize();
    Text::simple(format!("{{{}, {by}'d0}}", text.fitted(width - by).text), width, false)
}

fn literal(value: &VerilogLiteral, width: Option<usize>, signed: bool) -> Text {
    number(value.as_usize(), width, signed)
}

fn number(value: usize, width: Option<usize>, signed: bool) -> Text {
    let sign = if signed { "s" } else { "" };
    match width {
        Some(width) if value < 256 => Text::simple(format!("{width}'{sign}d{value}"), width, signed),
        Some(width) => Text::simple(format!("{width}'{sign}h{value:x}"), width, signed),
        None => Text { text: value.to_string(), width: None, signed: true, operator: None, part: None },
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
            Expression::Signed(e) => match self.expression(e, loops, None) {
                text if text.signed => text,
                text => match (width, text.width) {
                    (Some(width), Some(own)) if own < width && text.part.is_some() => {
                        let text = Text { signed: true, ..text };
                        Text::simple(text.extended(width), width, signed)
                    }
                    _ if !signed && width.is_some() => text,
                    _ => Text { text: format!("$signed({})", text.text), signed: true, operator: None, ..text },
                },
            },
            Expression::Unsigned(e) => Text { signed: false, ..self.expression(e, loops, want) },
            Expression::Cast(e, bits) => self.expression(e, loops, Some((*bits, false))).fitted(*bits),
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
                Text { text: format!("{op}{}", text.operand()), width, signed: text.signed, operator: None, part: None }
            }
            Expression::Slice(e, bits, offset) => self.slice(e, *bits, offset, loops),
            Expression::Index(e, index) => self.slice(e, 1, index, loops),
            Expression::IndexReplace(..) => unreachable!("units replace no single bit"),
        }
    }

    /// Writes `width` bits of a signal from a bit on, whose number is a literal.
    fn slice(&self, e: &Expression, width: usize, low: &Expression, loops: &Loops) -> Text {
        let (text, low) = (self.expression(e, loops, None), self.expression(low, loops, None).text);
        match (&text.part, low.parse::<usize>()) {
            (Some((vector, start, bits)), Ok(low)) => range(vector, start + low, width, *bits),
            _ => unreachable!("{}: a slice is of a signal and begins at a literal, not at {low}", self.name),
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
            Op::Shr => unreachable!("{}: units take slices instead of shifts to the right", self.name),
            Op::Eq => ("==", true),
            Op::Lt => ("<", true),
            Op::Le => ("<=", true),
            Op::Ne => ("!=", true),
            Op::Ge => (">=", true),
            Op::Gt => (">", true),
        };
        // A number has the width of what it is compared with, or of the place of the result. A
        // product extends its factors itself.
        let place = if compares || matches!(op, Op::Mul) { None } else { want };
        let like = |text: &Text| text.width.map(|width| (width, text.signed)).or(place);
        let (mut l, mut r) = (self.expression(left, loops, place), self.expression(right, loops, place));
        if is_number(left, loops) {
            l = self.expression(left, loops, like(&r));
        }
        if is_number(right, loops) {
            r = self.expression(right, loops, like(&l));
        }
        if let (Op::Shl, Some((width, _))) = (op, want) {
            // The zeros behind the value take the place of those that a change of width puts
            // before it.
            let value = if let Expression::Cast(e, bits) = left
                && *bits >= width
            {
                e
            } else {
                left
            };
            return shifted(self.expression(value, loops, None), right, width);
        }
        if compares || matches!(op, Op::Mul) {
            let width = if compares { Some(1) } else { l.width.max(r.width) };
            let signed = !compares && l.signed && r.signed;
            return Text {
                text: format!("{} {sign} {}", l.left(sign), r.operand()),
                width,
                signed,
                operator: Some(sign),
                part: None,
            };
        }
        // Both operands get the width of the place here, because lint tools warn of what Verilog
        // would extend itself.
        let width = l.width.max(r.width).max(place.map(|(width, _)| width));
        let wide = |text: &Text, written: String| match width {
            Some(width) if text.part.is_some() && text.width < Some(width) => (text.extended(width), false),
            _ => (written, text.signed),
        };
        let ((left, left_signed), (right, right_signed)) = (wide(&l, l.left(sign)), wide(&r, r.operand()));
        let signed = left_signed && right_signed;
        Text { text: format!("{left} {sign} {right}"), width, signed, operator: Some(sign), part: None }
    }

    /// Writes a signal of the block, of a register, or of a child.
    fn signal(&self, name: &str, loops: &Loops) -> Text {
        match &parts(name, loops)[..] {
            [(own, index)] => match self.net(own) {
                Some(net) => element(net, &net.text(), *index),
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
