//! Proving: yosys translates the modules, yosys-smtbmc and z3 do the rest.

use crate::tools;
use lcsim_hdl::Module;
use std::fmt;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// What a proof runs.
pub const PROGRAMS: [&str; 3] = ["yosys", "yosys-smtbmc", "z3"];

/// The one warning of yosys that says nothing about a design.
const HARMLESS: &str = "Replacing memory";

/// Stands before the properties in a module.
pub(super) const PROPERTIES: &str = "// --- What is proven.\n";

/// Modules with assertions. They hold in every cycle after a reset: in the first ones (base case),
/// and in any one after some in which they held (induction).
#[derive(Debug, Clone)]
pub struct Proof {
    pub(super) name: &'static str,
    /// The last one is the top.
    pub(super) modules: Vec<Module>,
    /// Modules whose outputs are left open.
    pub(super) open: Vec<String>,
    /// Modules that assert what they assume alone; with them, what can happen is asked of the top
    /// only.
    pub(super) asserting: Vec<String>,
    /// Memories become registers, which is faster for all but the widest.
    pub(super) flat: bool,
    /// Cycles of the base case, and of the induction before the last one.
    pub(super) depth: usize,
    /// Cycles in which everything that is covered happens.
    pub(super) reach: usize,
}

/// A proof that failed.
#[derive(Debug)]
pub struct Failure {
    proof: &'static str,
    step: &'static str,
    /// What the solver says, the assertions that do not hold among it.
    lines: Vec<String>,
    folder: TempDir,
}

impl Failure {
    /// Keeps modules and trace, and says where.
    pub fn keep(self) -> String {
        let text = self.to_string();
        format!("{text}\nmodules and trace.vcd: {}", self.folder.keep().display())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}:\n{}", self.proof, self.step, self.lines.join("\n"))
    }
}

impl Proof {
    pub(super) fn new(name: &'static str, modules: Vec<Module>) -> Self {
        Self { name, modules, open: vec![], asserting: vec![], flat: true, depth: 1, reach: 1 }
    }

    /// What it is about.
    pub fn name(&self) -> &str {
        self.name
    }

    /// Replaces one piece of text of the modules, not of the properties.
    ///
    /// # Panics
    /// If it is not there exactly once.
    pub fn mutate(&mut self, from: &str, to: &str) {
        let emitted = |m: &Module| m.text.find(PROPERTIES).unwrap_or(m.text.len());
        let found: usize = self.modules.iter().map(|m| m.text[..emitted(m)].matches(from).count()).sum();
        assert_eq!(found, 1, "pieces of text `{from}`");
        for module in &mut self.modules {
            let (text, properties) = module.text.split_at(emitted(module));
            module.text = text.replace(from, to) + properties;
        }
    }

    /// Proves it.
    ///
    /// # Errors
    /// The step that fails.
    ///
    /// # Panics
    /// If a tool fails.
    pub fn run(&self) -> Result<(), Failure> {
        let depth = self.depth.to_string();
        let folder = self.translate();
        let folder = self.solve(folder, "base case", &["--noincr", "-t", &depth])?;
        self.solve(folder, "induction", &["--noincr", "-i", "-t", &depth]).map(drop)
    }

    /// Finds a way to everything that is to be covered, so that no assumption rules it out.
    ///
    /// # Errors
    /// What cannot happen.
    ///
    /// # Panics
    /// If a tool fails.
    pub fn cover(&self) -> Result<(), Failure> {
        let folder = self.translate();
        self.solve(folder, "cover", &["-c", "-t", &self.reach.to_string()]).map(drop)
    }

    /// A folder with the modules, and with `model.smt2`.
    fn translate(&self) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let files = tools::write(&self.modules, folder.path()).join(" ");
        let top = &self.modules[self.modules.len() - 1].name;
        // A module with parameters has a name of its own for their values.
        let types = |names: &[String]| {
            names.iter().map(|name| format!("t:{name} t:$paramod*{name}*")).collect::<Vec<_>>().join(" ")
        };
        let mut script = if self.asserting.is_empty() {
            format!("read_verilog -formal -sv -DGIVEN=assume {files}; hierarchy -check -top {top}")
        } else {
            format!(
                "read_verilog -formal -sv -DGIVEN=assert {files}; hierarchy -check -top {top}; \
                 cutpoint {}; chformal -cover -remove {}",
                types(&self.open),
                self.asserting.join(" ")
            )
        };
        script += &format!("; prep -flatten -nordff -top {top}");
        if self.flat {
            script += "; memory_map";
        }
        script += "; opt_clean; write_smt2 -wires model.smt2";
        let output = run("yosys", &["-q", "-p", &script], folder.path());
        let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        let warns = text.lines().any(|line| line.contains("Warning") && !line.contains(HARMLESS));
        assert!(output.status.success() && !warns, "{}: {text}", self.name);
        folder
    }

    fn solve(&self, folder: TempDir, step: &'static str, arguments: &[&str]) -> Result<TempDir, Failure> {
        let options = ["-s", "z3", "--unroll", "--dump-vcd", "trace.vcd"];
        let arguments = [&options, arguments, &["model.smt2"]].concat();
        let output = run("yosys-smtbmc", &arguments, folder.path());
        if output.status.success() {
            return Ok(folder);
        }
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains("Status: FAILED"), "{}: {text}{}", self.name, String::from_utf8_lossy(&output.stderr));
        let lines = text.lines().filter(|line| line.starts_with("##")).map(String::from).collect();
        Err(Failure { proof: self.name, step, lines, folder })
    }
}

fn run(program: &str, arguments: &[&str], folder: &Path) -> Output {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    output.unwrap_or_else(|error| panic!("{program}: {error}"))
}
