//! Splits the text of rust-hdl into modules. Identical modules are kept once, under the name of
//! their kind.

use crate::print::{self, Scope};
use crate::unit::{Plain, Unit};
use crate::values;
use rust_hdl_core::prelude::{Block, ModuleDefines};
use std::collections::BTreeMap;

/// A Verilog module, which gets a file of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The name of the module.
    pub name: String,
    /// The text of the whole file.
    pub text: String,
}

/// Makes all modules of `top`, children before parents. Their names begin with `prefix`. `about`
/// becomes a comment at the head of each file.
pub(crate) fn modules(top: &Unit, prefix: &str, about: &str) -> Vec<Module> {
    let mut defines = ModuleDefines::default();
    top.accept("top", &mut defines);
    let text = defines.defines();
    let bodies: BTreeMap<String, String> = text
        .split("endmodule //")
        .filter_map(|part| {
            let start = part.find("module ")?;
            let body = &part[start..];
            let name = body["module ".len()..].split('(').next()?.trim().to_string();
            Some((name, body.lines().map(net).collect()))
        })
        .collect();
    let mut merged = Merged { prefix, about, bodies, names: BTreeMap::new(), modules: vec![] };
    merged.add(top, "top");
    merged.modules
}

/// rust-hdl declares what drives a child as `reg`, for `always @(*)`; that never triggers on a
/// constant, so that simulators leave it undefined. Only its own nets have a `$` in their name:
/// they become wires, driven by `assign`. Lines are indented by two columns as in all modules.
fn net(line: &str) -> String {
    let line = line.strip_prefix("  ").filter(|line| line.starts_with("  ")).unwrap_or(line);
    match line.trim_start().strip_prefix("reg ") {
        Some(rest) if rest.contains('$') => format!("  wire {}\n", rest.trim_start()),
        _ => format!("{}\n", line.replace("wire  ", "wire ")),
    }
}

/// The beginning of an instance: the module, and the values of its parameters if it has some.
pub(crate) fn instance(module: &str, parameters: &[(&'static str, String)]) -> String {
    if parameters.is_empty() {
        return module.into();
    }
    let parameters: Vec<String> = parameters.iter().map(|(name, value)| format!(".{name}({value})")).collect();
    format!("{module} #({})", parameters.join(", "))
}

struct Merged<'a> {
    prefix: &'a str,
    about: &'a str,
    /// rust-hdl's modules by the path of their instance. It makes one for each instance.
    bodies: BTreeMap<String, String>,
    /// The name of each module by its text without the name.
    names: BTreeMap<String, String>,
    modules: Vec<Module>,
}

impl Merged<'_> {
    /// Returns the name of the module for the instance at `path`.
    fn add(&mut self, unit: &Unit, path: &str) -> String {
        if let Some(scope) = unit.logic() {
            return self.add_block(scope);
        }
        if let Some(plain) = unit.file() {
            unit.children().iter().for_each(|(_, child)| drop(self.add(child, path)));
            return self.add_file(unit.kind(), plain);
        }
        let mut text = self.bodies.get(path).cloned().unwrap_or_default();
        for (name, child) in unit.children() {
            let child_path = format!("{path}${name}");
            let module = self.add(child, &child_path);
            text = text.replace(&format!("{child_path} {name}("), &format!("{module} {name}("));
        }
        let anonymous = text.replacen(&format!("module {path}("), "module @(", 1) + "endmodule\n";
        self.keep(unit.kind(), &anonymous)
    }

    /// Keeps a file of plain Verilog. Returns the name of its module with the values of the
    /// parameters.
    fn add_file(&mut self, kind: &str, plain: &Plain) -> String {
        let name = format!("{}_{kind}", self.prefix);
        if !self.modules.iter().any(|m| m.name == name) {
            let text = values::head(&plain.text, self.about);
            self.modules.push(Module { name: name.clone(), text });
        }
        instance(&name, &plain.parameters)
    }

    /// Returns the name of the module for a block in rust-hdl's language.
    fn add_block(&mut self, scope: &Scope) -> String {
        let modules: BTreeMap<String, String> = scope
            .children
            .iter()
            .filter(|child| !child.is_register)
            .map(|child| (child.instance(), self.add_block(child)))
            .collect();
        let anonymous = print::module(scope, "@", &|child| modules[&child.instance()].clone());
        self.keep(&scope.name, &anonymous)
    }

    /// Keeps a module, whose name is `@` in its text, and returns its name.
    fn keep(&mut self, kind: &str, anonymous: &str) -> String {
        if let Some(name) = self.names.get(anonymous) {
            return name.clone();
        }
        let base = format!("{}_{kind}", self.prefix);
        let used = |name: &String| self.modules.iter().any(|m| m.name == *name);
        let mut numbered = (2..).map(|n| format!("{base}_{n}"));
        let name = if used(&base) { numbered.find(|n| !used(n)).unwrap_or_default() } else { base };
        let text = format!(
            "// SPDX-License-Identifier: MIT OR Apache-2.0\n// {}\n`default_nettype none\n\n{}\n\
             `default_nettype wire\n",
            self.about,
            anonymous.replacen('@', &name, 1)
        );
        self.names.insert(anonymous.into(), name.clone());
        self.modules.push(Module { name: name.clone(), text });
        name
    }
}
