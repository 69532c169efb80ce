//! The statements of a block, with loops unrolled, in two lists: what registers take at the edge of
//! the clock, and what is driven all the time.

use super::expression::Text;
use super::path::{Loops, parts};
use super::scope::Scope;
use rust_hdl_core::ast::{
    VerilogBlock as Block, VerilogBlockOrConditional as Otherwise, VerilogExpression as Expression,
    VerilogStatement as Statement,
};
use std::collections::HashSet;

/// The signal, or the input of a child, that a statement drives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Target {
    /// The child whose input it is. `None` for a signal of the block.
    pub child: Option<String>,
    /// The signal, or the port of the child.
    pub net: String,
    pub index: Option<usize>,
}

/// A statement without loops.
#[derive(Debug, Clone)]
pub(crate) enum Flat {
    Comment(String),
    /// A register takes a value.
    Take(String, Text),
    /// A signal or the input of a child is driven.
    Drive(Target, Text),
    If(String, Vec<Flat>, Vec<Flat>),
}

impl Flat {
    fn is_clocked(&self) -> bool {
        matches!(self, Self::Take(..))
    }
}

/// The statements of a block.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    pub clocked: Vec<Flat>,
    pub driven: Vec<Flat>,
}

impl Statements {
    pub fn of(scope: &Scope) -> Self {
        let mut all = scope.flat(&scope.code, &Loops::default());
        // A register keeps its value without a statement, so the first one, of `dff_setup!`, is
        // left out. A later one counts: it takes back what stands before it.
        let mut set_up = HashSet::new();
        all.retain(|flat| match flat {
            Flat::Take(register, value) if value.text == *register => !set_up.insert(register.clone()),
            _ => true,
        });
        Self { clocked: kept(&all, true), driven: kept(&all, false) }
    }
}

/// Keeps the statements that drive the signal `net` of the block, without comments.
pub(crate) fn of_net(all: &[Flat], net: &str) -> Vec<Flat> {
    let own = |flat: &Flat| match flat {
        Flat::Drive(target, _) if target.child.is_none() && target.net == net => Some(flat.clone()),
        Flat::If(test, then, otherwise) => {
            let (then, otherwise) = (of_net(then, net), of_net(otherwise, net));
            let empty = then.is_empty() && otherwise.is_empty();
            (!empty).then(|| Flat::If(test.clone(), then, otherwise))
        }
        _ => None,
    };
    all.iter().filter_map(own).collect()
}

/// Keeps the statements that are clocked, or those that are not, with the conditions around them
/// and the comments before them. A comment is for all statements up to the next one, and stands in
/// both lists.
fn kept(all: &[Flat], clocked: bool) -> Vec<Flat> {
    let (mut kept, mut comments) = (vec![], vec![]);
    let mut heading = false;
    for flat in all {
        if let Flat::Comment(_) = flat {
            // A comment that follows statements is another heading.
            if !std::mem::replace(&mut heading, true) {
                comments.clear();
            }
            comments.push(flat.clone());
            continue;
        }
        heading = false;
        // Every block ends with its reset, which no heading is about.
        if matches!(flat, Flat::If(test, ..) if test == "reset") {
            comments.clear();
        }
        let own = match flat {
            Flat::If(test, then, otherwise) => {
                let (then, otherwise) = (self::kept(then, clocked), self::kept(otherwise, clocked));
                let empty = then.is_empty() && otherwise.is_empty();
                (!empty).then(|| Flat::If(test.clone(), then, otherwise))
            }
            flat => (flat.is_clocked() == clocked).then(|| flat.clone()),
        };
        if let Some(flat) = own {
            kept.extend(comments.drain(..).chain([flat]));
        }
    }
    kept
}

impl Scope {
    fn flat(&self, block: &Block, loops: &Loops) -> Vec<Flat> {
        block.iter().flat_map(|statement| self.flat_statement(statement, loops)).collect()
    }

    fn flat_statement(&self, statement: &Statement, loops: &Loops) -> Vec<Flat> {
        match statement {
            Statement::Assignment(target, value) => self.assignment(target, value, loops).into_iter().collect(),
            Statement::If(c) => {
                let test = self.expression(&c.test, loops, Some((1, false))).text;
                let otherwise = match &c.otherwise {
                    Otherwise::Block(block) => self.flat(block, loops),
                    Otherwise::Conditional(statement) => self.flat_statement(statement, loops),
                    Otherwise::None => vec![],
                };
                vec![Flat::If(test, self.flat(&c.then, loops), otherwise)]
            }
            Statement::Loop(l) => {
                let turns = l.from.as_usize()..l.to.as_usize();
                turns.flat_map(|turn| self.flat(&l.block, &loops.with(&l.index, turn))).collect()
            }
            // rust-hdl leaves the call of the macro in the text.
            Statement::Comment(text) => {
                let text = text.split_once("(\"").map_or(text.as_str(), |(_, text)| text);
                vec![Flat::Comment(text.into())]
            }
            Statement::Macro(block) => self.flat(block, loops),
            Statement::Match(_) | Statement::SliceAssignment { .. } | Statement::Link(_) => {
                unreachable!("{}: no unit has such a statement", self.name)
            }
        }
    }

    /// Makes an assignment. `None` for the clock of a register, which it has without a statement.
    fn assignment(&self, target: &Expression, value: &Expression, loops: &Loops) -> Option<Flat> {
        let Expression::Signal(name) = target else { unreachable!("signals are assigned to") };
        let (child, net, index) = match &parts(name, loops)[..] {
            [(own, index)] => (None, own.clone(), *index),
            [(child, at), (port, index)] => {
                let Some(child) = self.child(child, *at) else { unreachable!("{}: no child `{name}`", self.name) };
                (Some(child), port.clone(), *index)
            }
            _ => unreachable!("{}: `{name}` is too deep", self.name),
        };
        let Some(shape) = child.map_or(self.net(&net), |child| child.net(&net)) else {
            unreachable!("{}: no signal `{name}`", self.name)
        };
        let value = self.expression(value, loops, Some((shape.width, shape.signed && index.is_none())));
        match child {
            Some(register) if register.is_register => (net == "d").then(|| Flat::Take(register.register(), value)),
            child => Some(Flat::Drive(Target { child: child.map(Scope::instance), net, index }, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Statements;
    use crate::print::Scope;
    use crate::signal::register::{Register, dff_setup};
    use rust_hdl_core::prelude::*;

    /// A register that a condition lets keep its value.
    #[derive(Default, LogicBlock)]
    struct Keeper {
        pub clock: Signal<In, Clock>,
        pub i_keep: Signal<In, Bit>,
        pub o_value: Signal<Out, Bit>,
        value: Register<Bit>,
    }

    impl Logic for Keeper {
        #[hdl_gen]
        fn update(&mut self) {
            dff_setup!(self, clock, value);
            self.value.d.next = true;
            if self.i_keep.val() {
                self.value.d.next = self.value.q.val();
            }
            self.o_value.next = self.value.q.val();
        }
    }

    #[test]
    fn a_register_that_keeps_its_value_behind_another_one_says_so() {
        let mut keeper = Keeper::default();
        keeper.connect_all();
        let statements = Statements::of(&Scope::of(&keeper, "keeper"));
        let text = format!("{:?}", statements.clocked);
        let last = "If(\"i_keep\", [Take(\"value_r\", Text { text: \"value_r\"";
        assert!(statements.clocked.len() == 2 && text.contains(last), "{text}");
    }
}
