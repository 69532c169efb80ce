//! The modules of a unit and of all its children. Identical modules are kept once, under the name
//! of their kind.

use crate::print::{self, Scope};
use crate::values;
use crate::{logic, plain};
use std::collections::BTreeMap;

/// A Verilog module, which gets a file of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// The name of the module.
    pub name: String,
    /// The text of the whole file.
    pub text: String,
}

/// Makes all modules of `top`, children before parents. `about` becomes a comment at the head of
/// each file.
pub(crate) fn modules(top: &Scope, about: &str) -> Vec<Module> {
    let mut merged = Merged { about, names: BTreeMap::new(), modules: vec![] };
    merged.add(top);
    merged.modules
}

struct Merged<'a> {
    about: &'a str,
    /// The name of each module by its text without the name.
    names: BTreeMap<String, String>,
    modules: Vec<Module>,
}

impl Merged<'_> {
    /// Adds the modules of a unit. Returns the beginning of an instance of it.
    fn add(&mut self, scope: &Scope) -> String {
        if let Some((instance, files)) = &scope.plain {
            files.iter().for_each(|file| self.file(file));
            return instance.clone();
        }
        let modules: BTreeMap<String, String> = scope
            .children
            .iter()
            .filter(|child| !child.is_register)
            .map(|child| (child.instance(), self.add(child)))
            .collect();
        let anonymous =
            print::module(scope, "@", logic::documents(&scope.name), &|child| modules[&child.instance()].clone());
        self.keep(&scope.name, &anonymous)
    }

    /// Keeps a file of plain Verilog.
    fn file(&mut self, text: &str) {
        let name = plain::module(text);
        if !self.modules.iter().any(|module| module.name == name) {
            self.modules.push(Module { name: name.into(), text: values::head(text, self.about) });
        }
    }

    /// Keeps a module, whose name is `@` in its text, and returns its name.
    fn keep(&mut self, kind: &str, anonymous: &str) -> String {
        if let Some(name) = self.names.get(anonymous) {
            return name.clone();
        }
        let base = format!("lcsim_{kind}");
        let used = |name: &String| self.modules.iter().any(|m| m.name == *name);
        let mut numbered = (2..).map(|n| format!("{base}_{n}"));
        let name = if used(&base) { numbered.find(|n| !used(n)).unwrap_or_default() } else { base };
        let text = format!(
            "// SPDX-License-Identifier: MIT OR Apache-2.0\n{}`default_nettype none\n\n{}\n`default_nettype wire\n",
            values::comment(self.about),
            anonymous.replacen('@', &name, 1)
        );
        self.names.insert(anonymous.into(), name.clone());
        self.modules.push(Module { name: name.clone(), text });
        name
    }
}
