//! The text of a module.

use super::expression::{Text, range};
use super::scope::{Net, Scope};
use super::statements::{Flat, Statements, Target};
use rust_hdl_core::atom::AtomKind;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The columns of a line of the text.
const WIDTH: usize = 100;

/// What drives each signal and each input of a child all the time.
type Drivers = BTreeMap<Target, Text>;

/// Writes the module `name` of a block. `module` gives the module of each child.
pub(crate) fn module(scope: &Scope, name: &str, module: &dyn Fn(&Scope) -> String) -> String {
    let Statements { clocked, driven } = Statements::of(scope);
    let drivers = drivers(&driven);
    let read = read(&clocked, &drivers);
    let mut text = format!("module {name} (\n");
    let ports: Vec<&Net> = scope.ports().collect();
    for (i, port) in ports.iter().enumerate() {
        let direction = if port.kind == AtomKind::InputParameter { "input" } else { "output" };
        let comma = if i + 1 < ports.len() { "," } else { "" };
        let _ = writeln!(text, "  {direction} wire{} {}{comma}", kind(port), port.name);
    }
    text += ");\n";
    let registers = scope.children.iter().filter(|child| child.is_register);
    let mut declared = String::new();
    for register in registers {
        if let Some(value) = register.net("q") {
            let _ = writeln!(declared, "  reg{} {};", kind(value), register.register());
        }
    }
    let modules: Vec<&Scope> = scope.children.iter().filter(|child| !child.is_register).collect();
    for child in &modules {
        for port in child.ports().filter(|port| port.kind != AtomKind::InputParameter) {
            let _ = writeln!(declared, "  wire{} {};", kind(port), output(child, port, &read));
        }
    }
    for local in scope.nets.iter().filter(|net| net.kind == AtomKind::LocalSignal) {
        let _ = writeln!(declared, "  wire{} {};", kind(local), local.name);
    }
    if !declared.is_empty() {
        let _ = write!(text, "\n{declared}");
    }
    if !clocked.is_empty() {
        text += "\n  always @(posedge clock) begin\n";
        statements(&mut text, &clocked, 4);
        text += "  end\n";
    }
    for child in modules {
        instance(&mut text, child, &module(child), &drivers, &read);
    }
    let own = |net: &&Net| !matches!(net.kind, AtomKind::InputParameter | AtomKind::Constant);
    for (i, net) in scope.nets.iter().filter(own).enumerate() {
        let value = value(&drivers, None, net, &scope.name);
        let _ = writeln!(text, "{}  assign {} = {};", if i == 0 { "\n" } else { "" }, net.name, lines(&value, 2));
    }
    text + "endmodule\n"
}

/// The sign and the width of a declaration.
fn kind(net: &Net) -> String {
    let sign = if net.signed && net.elements.is_none() { " signed" } else { "" };
    match net.bits() {
        1 => sign.into(),
        bits => format!("{sign} [{}:0]", bits - 1),
    }
}

fn drivers(driven: &[Flat]) -> Drivers {
    let mut drivers = Drivers::new();
    for flat in driven {
        match flat {
            Flat::Drive(target, value) => {
                let before = drivers.insert(target.clone(), value.clone());
                assert!(before.is_none(), "{target:?} is driven twice");
            }
            Flat::Comment(_) => {}
            Flat::Take(..) | Flat::If(..) => unreachable!("what is driven has no condition: {flat:?}"),
        }
    }
    drivers
}

/// The elements of a value, the highest first.
fn value(drivers: &Drivers, child: Option<&Scope>, net: &Net, scope: &str) -> Vec<String> {
    let driver = |index| {
        let target = Target { child: child.map(Scope::instance), net: net.name.clone(), index };
        let driver = drivers.get(&target);
        driver.unwrap_or_else(|| unreachable!("{scope}: nothing drives {target:?}"))
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

/// All names in the expressions of a module.
fn read(clocked: &[Flat], drivers: &Drivers) -> BTreeSet<String> {
    let mut text = String::new();
    statements(&mut text, clocked, 0);
    let texts = std::iter::once(text.as_str()).chain(drivers.values().map(|value| value.text.as_str()));
    let names = texts.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    names.map(str::to_owned).collect()
}

/// The net at the output of a child. Its name tells lint tools if nothing reads it.
fn output(child: &Scope, port: &Net, read: &BTreeSet<String>) -> String {
    let name = format!("{}_{}", child.instance(), port.name);
    if read.contains(&name) { name } else { format!("unused_{name}") }
}

fn instance(text: &mut String, child: &Scope, module: &str, drivers: &Drivers, read: &BTreeSet<String>) {
    let _ = writeln!(text, "\n  {module} {} (", child.instance());
    let ports: Vec<&Net> = child.ports().collect();
    for (i, port) in ports.iter().enumerate() {
        let connected = match port.kind {
            AtomKind::InputParameter => lines(&value(drivers, Some(child), port, &child.name), 4),
            _ => output(child, port, read),
        };
        let comma = if i + 1 < ports.len() { "," } else { "" };
        let _ = writeln!(text, "    .{}({connected}){comma}", port.name);
    }
    text.push_str("  );\n");
}

fn statements(text: &mut String, all: &[Flat], indent: usize) {
    let space = " ".repeat(indent);
    for flat in all {
        let _ = match flat {
            Flat::Comment(comment) => writeln!(text, "{space}// {comment}"),
            Flat::Take(register, value) => writeln!(text, "{space}{register} <= {};", value.text),
            Flat::Drive(..) => unreachable!("only registers take values at an edge"),
            Flat::If(test, then, otherwise) => {
                let _ = writeln!(text, "{space}if ({test}) begin");
                statements(text, then, indent + 2);
                if !otherwise.is_empty() {
                    let _ = writeln!(text, "{space}end else begin");
                    statements(text, otherwise, indent + 2);
                }
                writeln!(text, "{space}end")
            }
        };
    }
}
