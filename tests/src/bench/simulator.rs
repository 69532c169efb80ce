//! Units side by side in one test bench, built and run by a simulator.

use super::script::{Mismatch, Script};
use crate::tools;
use lcsim_hdl::{Module, Part};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

/// A Verilog simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Simulator {
    /// Interprets: starts at once, runs slowly, knows unknown bits.
    Icarus,
    /// Compiles: starts slowly, runs fast.
    Verilator,
}

impl Simulator {
    fn program(self) -> &'static str {
        match self {
            Self::Icarus => "iverilog",
            Self::Verilator => "verilator",
        }
    }

    /// Whether it is installed; if not, says that the test is skipped.
    ///
    /// # Panics
    /// Without it under `CI=true`, where a missing tool is a failure.
    pub fn installed(self) -> bool {
        tools::installed(self.program())
    }
}

/// Units with a script each.
#[derive(Debug, Default)]
pub struct Bench {
    modules: Vec<Module>,
    units: Vec<Unit>,
}

/// A unit with its script.
#[derive(Debug)]
struct Unit {
    /// The module and its parameters.
    module: String,
    /// Whether it has a clock.
    clocked: bool,
    script: Script,
}

impl Bench {
    /// Adds a unit, which runs beside the others. All units of a bench are of one accelerator.
    ///
    /// # Panics
    /// If modules of one name differ.
    pub fn add(&mut self, part: &Part, script: Script) {
        for module in &part.modules {
            match self.modules.iter().find(|m| m.name == module.name) {
                Some(known) => assert_eq!(known, module, "two modules of one name"),
                None => self.modules.push(module.clone()),
            }
        }
        let clocked = part.ports.iter().any(|port| port.name == "clock");
        self.units.push(Unit { module: part.instance(), clocked, script });
    }

    /// Replaces one piece of text of the modules.
    ///
    /// # Panics
    /// If no module or more than one has it.
    pub fn mutate(&mut self, from: &str, to: &str) {
        let having: Vec<&mut Module> = self.modules.iter_mut().filter(|m| m.text.contains(from)).collect();
        assert_eq!(having.len(), 1, "modules with `{from}`");
        for module in having {
            module.text = module.text.replacen(from, to, 1);
        }
    }

    /// Builds and runs all units.
    ///
    /// # Errors
    /// The first [`Mismatch`].
    ///
    /// # Panics
    /// If a tool fails.
    pub fn run(&self, simulator: Simulator) -> Result<(), Mismatch> {
        let folder = tempfile::tempdir().expect("a folder");
        self.write(folder.path());
        let printed = match simulator {
            Simulator::Icarus => {
                let files = ["-g2005", "-o", "bench", "bench.v", "units.v"];
                succeed(Command::new("iverilog").args(files).current_dir(folder.path()));
                succeed(Command::new("vvp").args(["-n", "bench"]).current_dir(folder.path()))
            }
            Simulator::Verilator => {
                // Verilator 5.006 drops the residual of a column without the first option.
                let options = ["-fno-const-bit-op-tree", "--cc", "--exe", "--build", "-Wno-fatal", "-Wno-lint"];
                let (inputs, outputs) = self.widths();
                succeed(
                    Command::new("verilator")
                        .args(options)
                        .args(["--top-module", "bench_units", "-o", "bench", "-CFLAGS"])
                        .arg(format!("-O1 -DINPUTS={inputs} -DOUTPUTS={outputs}"))
                        .args(["units.v", "bench.cpp"])
                        .current_dir(folder.path()),
                );
                succeed(Command::new(folder.path().join("obj_dir/bench")).current_dir(folder.path()))
            }
        };
        self.compare(&printed)
    }

    fn widths(&self) -> (usize, usize) {
        self.units.iter().fold((0, 0), |(i, o), unit| (i + unit.script.inputs.width, o + unit.script.outputs.width))
    }

    fn write(&self, folder: &Path) {
        let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("written");
        let (inputs, outputs) = self.widths();
        let sized =
            |text: &str| text.replace("@INPUTS@", &inputs.to_string()).replace("@OUTPUTS@", &outputs.to_string());
        write("bench.v", &sized(include_str!("bench.v")));
        write("bench.cpp", include_str!("bench.cpp"));
        let modules: String = self.modules.iter().map(|m| m.text.as_str()).collect();
        write("units.v", &(modules + &self.top(inputs, outputs)));
        let cycles = self.units.iter().map(|unit| unit.script.cycles()).max().unwrap_or(0);
        let line = |cycle| self.units.iter().rev().map(|unit| unit.script.line(cycle)).collect::<String>() + "\n";
        write("vectors.txt", &(0..cycles).map(line).collect::<String>());
    }

    /// All units, their ports gathered into one input and one output.
    fn top(&self, inputs: usize, outputs: usize) -> String {
        let ports = format!("input clock, input [{}:0] i_all, output [{}:0] o_all", inputs - 1, outputs - 1);
        let mut text = format!("module bench_units({ports});\n");
        let (mut from, mut to) = (0, 0);
        for (n, Unit { module, clocked, script }) in self.units.iter().enumerate() {
            let connect =
                |port: &str, all: &str, at: usize, width: usize| format!(".{port}({all}[{}:{at}])", at + width - 1);
            let inputs = script.inputs.ports.iter().map(|(p, b)| connect(p, "i_all", from + b.low, b.width));
            let outputs = script.outputs.ports.iter().map(|(p, b)| connect(p, "o_all", to + b.low, b.width));
            let clock = clocked.then(|| ".clock(clock)".to_string());
            let ports: Vec<String> = clock.into_iter().chain(inputs).chain(outputs).collect();
            let _ = writeln!(text, "  {module} unit{n} ({});", ports.join(", ")); // a String takes every write
            let rest = script.outputs.rest();
            if rest.width > 0 {
                let (low, high) = (to + rest.low, to + script.outputs.width - 1);
                let _ = writeln!(text, "  assign o_all[{high}:{low}] = {}'d0;", rest.width);
            }
            (from, to) = (from + script.inputs.width, to + script.outputs.width);
        }
        text + "endmodule\n"
    }

    fn compare(&self, printed: &str) -> Result<(), Mismatch> {
        let lines: Vec<&str> = printed.lines().collect();
        let mut end = self.widths().1;
        for Unit { script, .. } in &self.units {
            let digits = script.outputs.width;
            let own: Vec<&str> = lines.iter().map(|line| &line[end - digits..end]).collect();
            assert!(own.len() >= script.cycles(), "the simulator stopped early");
            script.compare(&own)?;
            end -= digits;
        }
        Ok(())
    }
}

/// The standard output of a command that must succeed.
fn succeed(command: &mut Command) -> String {
    let output = command.output().expect("starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
