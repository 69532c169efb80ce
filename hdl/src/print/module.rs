//! The text of a module.

use super::expression::{Text, range};
use super::scope::{Net, Scope};
use super::statements::{Flat, Statements, Target, of_net};
use crate::signal::documented::Documents;
use rust_hdl_core::atom::AtomKind;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The columns of a line of the text.
const WIDTH: usize = 100;

/// The driver of each signal and each input of a child that has no condition.
type Drivers = BTreeMap<Target, Text>;

/// Writes the module `name` of a block. `documents` are about its ports, and `module` gives the
/// module of each child.
pub(crate) fn module(scope: &Scope, name: &str, documents: Documents, module: &dyn Fn(&Scope) -> String) -> String {
    let Statements { clocked, driven } = Statements::of(scope);
    let conditional = conditional(&driven);
    let module = Module {
        scope,
        documents,
        drivers: drivers(&driven, &conditional),
        conditional,
        read: read(&[&clocked, &driven]),
        driven,
        module,
    };
    let mut text = module.header(name);
    let declared = module.declarations();
    if !declared.is_empty() {
        let _ = writeln!(text, "\n{declared}"); // a String takes every write
    }
    module.body(&mut text);
    if !clocked.is_empty() {
        text.truncate(text.trim_end().len());
        text += "\n\n  always @(posedge clock) begin\n";
        statements(&mut text, &clocked, 4);
        text += "  end\n";
    }
    text.truncate(text.trim_end().len());
    text.lines().map(wrapped).collect::<String>() + "endmodule\n"
}

/// Breaks a line that is too long, behind an operator or a comma.
fn wrapped(line: &str) -> String {
    let mut text = String::new();
    let (mut rest, indent) = (line.to_owned(), line.len() - line.trim_start().len() + 4);
    while rest.len() > WIDTH {
        let operators = [" | ", " & ", " || ", " && ", " + ", " - ", " == ", ", ", " ? ", " : "];
        let last = |operator: &&str| rest[..=WIDTH].rfind(operator).map(|at| at + operator.len());
        let Some(at) = operators.iter().filter_map(last).max().filter(|at| *at > indent) else { break };
        text += rest[..at].trim_end();
        text.push('\n');
        rest = " ".repeat(indent) + &rest[at..];
    }
    text + &rest + "\n"
}

struct Module<'a> {
    scope: &'a Scope,
    documents: Documents,
    /// The signals that are driven under a condition.
    conditional: BTreeSet<String>,
    drivers: Drivers,
    /// All names in expressions.
    read: BTreeSet<String>,
    driven: Vec<Flat>,
    /// Gives the module of each child.
    module: &'a dyn Fn(&Scope) -> String,
}

impl Module<'_> {
    fn header(&self, name: &str) -> String {
        let mut text = format!("module {name} (\n");
        let ports: Vec<&Net> = self.scope.ports().collect();
        for (i, port) in ports.iter().enumerate() {
            let direction = if port.kind == AtomKind::InputParameter { "input" } else { "output" };
            let comma = if i + 1 < ports.len() { "," } else { "" };
            let about = self.documents.iter().find(|(name, _)| *name == port.name).map_or("", |(_, about)| about);
            for line in textwrap::wrap(about.trim(), WIDTH - 5) {
                let _ = writeln!(text, "  // {line}"); // a String takes every write
            }
            let _ = writeln!(text, "  {direction} {}{} {}{comma}", self.storage(port), kind(port), port.name);
        }
        text + ");\n"
    }

    /// A signal that an `always` block drives is a `reg`.
    fn storage(&self, net: &Net) -> &'static str {
        if self.conditional.contains(&net.name) { "reg" } else { "wire" }
    }

    fn modules(&self) -> impl Iterator<Item = &Scope> {
        self.scope.children.iter().filter(|child| !child.is_register)
    }

    fn declarations(&self) -> String {
        let mut text = String::new();
        for net in &self.scope.nets {
            if let Some(value) = net.value {
                let (range, name) = (kind(net), net.text());
                let _ = writeln!(text, "  localparam{range} {name} = {}'d{value};", net.width);
            }
        }
        if !text.is_empty() {
            text.push('\n');
        }
        for register in self.scope.children.iter().filter(|child| child.is_register) {
            if let Some(value) = register.net("q") {
                let _ = writeln!(text, "  reg{} {};", kind(value), register.register());
            }
        }
        for child in self.modules() {
            for port in child.ports().filter(|port| port.kind != AtomKind::InputParameter) {
                let _ = writeln!(text, "  wire{} {};", kind(port), self.output(child, port));
            }
        }
        for local in self.scope.nets.iter().filter(|net| net.kind == AtomKind::LocalSignal) {
            let _ = writeln!(text, "  {}{} {};", self.storage(local), kind(local), local.name);
        }
        text
    }

    /// Writes what drives each signal, and the children, in the order of the statements.
    fn body(&self, text: &mut String) {
        let (mut written, mut comments) = (BTreeSet::new(), vec![]);
        for flat in &self.driven {
            if let Flat::Comment(comment) = flat {
                comments.push(comment);
                continue;
            }
            for target in targets(flat) {
                let name = target.child.as_ref().unwrap_or(&target.net);
                if !written.insert(name.clone()) {
                    continue;
                }
                if (!comments.is_empty() || target.child.is_some()) && !text.ends_with("\n\n") {
                    text.push('\n');
                }
                for comment in comments.drain(..) {
                    let _ = writeln!(text, "  // {comment}");
                }
                match &target.child {
                    Some(child) => self.instances(text, child),
                    None => self.signal(text, name),
                }
            }
        }
    }

    fn instances(&self, text: &mut String, name: &str) {
        for child in self.modules().filter(|child| child.instance() == name) {
            self.instance(text, child);
        }
    }

    /// Writes what drives a signal of the block.
    fn signal(&self, text: &mut String, name: &str) {
        if self.conditional.contains(name) {
            text.push_str("  always @(*) begin\n");
            statements(text, &of_net(&self.driven, name), 4);
            text.push_str("  end\n");
        } else if let Some(net) = self.scope.net(name) {
            let value = self.value(None, net);
            let _ = writeln!(text, "  assign {name} = {};", lines(&value, 2));
        }
    }

    /// The elements of a value, the highest first.
    fn value(&self, child: Option<&Scope>, net: &Net) -> Vec<String> {
        let driver = |index| {
            let target = Target { child: child.map(Scope::instance), net: net.name.clone(), index };
            let driver = self.drivers.get(&target);
            driver.unwrap_or_else(|| unreachable!("{}: nothing drives {target:?}", self.scope.name))
        };
        let Some(elements) = net.elements else { return vec![driver(None).text.clone()] };
        let texts: Vec<&Text> = (0..elements).map(|index| driver(Some(index))).collect();
        let zero = format!("{}'d0", net.width);
        if texts.iter().all(|text| text.text == zero) {
            return vec![format!("{}'d0", net.bits())];
        }
        if let Some((vector, low, bits)) = &texts[0].part {
            let next = |(i, text): (usize, &&Text)| {
                let place = Some((vector.clone(), low + i * net.width, *bits));
                text.part == place && text.width == Some(net.width)
            };
            if texts.iter().enumerate().all(next) {
                return vec![range(vector, *low, net.bits(), *bits).text];
            }
        }
        texts.iter().rev().map(|text| text.extended(net.width)).collect()
    }

    /// The net at the output of a child. Its name tells lint tools if nothing reads it.
    fn output(&self, child: &Scope, port: &Net) -> String {
        let name = format!("{}_{}", child.instance(), port.name);
        if self.read.contains(&name) { name } else { format!("unused_{name}") }
    }

    fn instance(&self, text: &mut String, child: &Scope) {
        let module = (self.module)(child);
        let name = child.instance();
        let _ = match module.split_once(" #(") {
            Some((module, parameters)) => {
                let parameters = parameters.trim_end_matches(')').replace("), ", "),\n    ");
                writeln!(text, "  {module} #(\n    {parameters})\n  ) {name} (")
            }
            None => writeln!(text, "  {module} {name} ("),
        };
        let ports: Vec<&Net> = child.ports().collect();
        for (i, port) in ports.iter().enumerate() {
            let connected = match port.kind {
                AtomKind::InputParameter => lines(&self.value(Some(child), port), 4),
                _ => self.output(child, port),
            };
            let comma = if i + 1 < ports.len() { "," } else { "" };
            let _ = writeln!(text, "    .{}({connected}){comma}", port.name);
        }
        text.push_str("  );\n\n");
    }
}

/// The sign and the width of a declaration.
fn kind(net: &Net) -> String {
    let sign = if net.signed && net.elements.is_none() { " signed" } else { "" };
    match net.bits() {
        1 => sign.into(),
        bits => format!("{sign} [{}:0]", bits - 1),
    }
}

/// The targets of a statement.
fn targets(flat: &Flat) -> Vec<&Target> {
    match flat {
        Flat::Drive(target, _) => vec![target],
        Flat::If(_, then, otherwise) => then.iter().chain(otherwise).flat_map(targets).collect(),
        Flat::Comment(_) | Flat::Take(..) => vec![],
    }
}

/// The signals that are driven under a condition.
fn conditional(driven: &[Flat]) -> BTreeSet<String> {
    let conditions = driven.iter().filter(|flat| matches!(flat, Flat::If(..)));
    let name = |target: &Target| {
        assert!(target.child.is_none() && target.index.is_none(), "{target:?} is driven under a condition");
        target.net.clone()
    };
    conditions.flat_map(targets).map(name).collect()
}

fn drivers(driven: &[Flat], conditional: &BTreeSet<String>) -> Drivers {
    let mut drivers = Drivers::new();
    for flat in driven {
        if let Flat::Drive(target, value) = flat {
            let before = drivers.insert(target.clone(), value.clone());
            let once = before.is_none() || conditional.contains(&target.net);
            assert!(once, "{target:?} is driven twice");
        }
    }
    drivers
}

/// Writes a value; several elements stand in braces, one a line if the line would be too long.
fn lines(elements: &[String], indent: usize) -> String {
    let [_, _, ..] = elements else { return elements.concat() };
    let line = format!("{{{}}}", elements.join(", "));
    if indent + line.len() + 40 <= WIDTH {
        return line;
    }
    let space = " ".repeat(indent);
    format!("{{\n{space}  {}\n{space}}}", elements.join(&format!(",\n{space}  ")))
}

/// All names in the expressions of statements.
fn read(all: &[&[Flat]]) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut add = |text: &str| {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        names.extend(words.map(str::to_owned));
    };
    let mut open: Vec<&Flat> = all.iter().copied().flatten().collect();
    while let Some(flat) = open.pop() {
        match flat {
            Flat::Comment(_) => {}
            Flat::Take(_, value) | Flat::Drive(_, value) => add(&value.text),
            Flat::If(test, then, otherwise) => {
                add(test);
                open.extend(then.iter().chain(otherwise));
            }
        }
    }
    names
}

fn statements(text: &mut String, all: &[Flat], indent: usize) {
    let space = " ".repeat(indent);
    for flat in all {
        let _ = match flat {
            Flat::Comment(comment) => writeln!(text, "{space}// {comment}"),
            Flat::Take(register, value) => writeln!(text, "{space}{register} <= {};", value.text),
            Flat::Drive(target, value) => writeln!(text, "{space}{} = {};", target.net, value.text),
            Flat::If(test, then, otherwise) => {
                let _ = writeln!(text, "{space}if ({test}) begin");
                statements(text, then, indent + 2);
                let mut rest = otherwise;
                while let [Flat::If(test, then, otherwise)] = &rest[..] {
                    let _ = writeln!(text, "{space}end else if ({test}) begin");
                    statements(text, then, indent + 2);
                    rest = otherwise;
                }
                if !rest.is_empty() {
                    let _ = writeln!(text, "{space}end else begin");
                    statements(text, rest, indent + 2);
                }
                writeln!(text, "{space}end")
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, wrapped};

    #[test]
    fn long_lines_are_broken_behind_operators() {
        let line = format!("  assign sum = {};", vec!["operand"; 30].join(" + "));
        let text = wrapped(&line);
        assert!(text.lines().count() > 2 && text.lines().all(|line| line.len() <= WIDTH));
        assert!(text.lines().skip(1).all(|line| line.starts_with("      operand")));
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), line.split_whitespace().collect::<Vec<_>>());
    }
}
