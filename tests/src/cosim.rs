//! Co-simulation: the emitted core under verilator beside the simulator.

use crate::tools;
use lcsim_hdl::Write;
use lcsim_sim::{Mode, Outcome};
use lcsim_spec::GateDecision;
use lcsim_spec::schedule::{LayerId, Program, Target};

use std::path::{Path, PathBuf};
use std::process::Command;

/// What an observer of a core sees of one image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// Cycles in which the array was found idle again: image, convolutions.
    pub array_ends: Vec<u64>,
    /// Cycles in which the gate unit was found idle again.
    pub gate_ends: Vec<u64>,
    /// Scores, in order of evaluation.
    pub scores: Vec<u16>,
    /// Live list and channel of each entry written, in order.
    pub lists: Vec<(usize, usize)>,
    /// Logits.
    pub logits: Vec<i32>,
    /// Cycles of the image.
    pub cycles: u64,
}

impl Seen {
    /// What the simulator says.
    pub fn simulated(program: &Program, outcome: &Outcome, mode: Mode) -> Self {
        let gate = |name: &String| program.gates.iter().find(|g| program.layer(g.layer).name == *name);
        let ends = |of_gates: bool| {
            let of = |layer: &LayerId| program.gates.iter().any(|g| g.layer == *layer) == of_gates;
            outcome.ends.iter().filter(|(layer, _)| of(layer)).map(|(_, cycle)| *cycle).collect()
        };
        let entries = |decision: &GateDecision| {
            let Some(Target::Channels(list)) = gate(&decision.gate).map(|g| g.target) else { return vec![] };
            let live: Vec<usize> = match mode {
                Mode::ForcedOpen => (0..decision.scores.len()).collect(),
                Mode::Gated => decision.live().collect(),
            };
            live.into_iter().map(|channel| (list.index(), channel)).collect()
        };
        Self {
            array_ends: ends(false),
            gate_ends: ends(true),
            scores: outcome.trace.gates.iter().flat_map(|g| &g.scores).map(|s| s.to_bits()).collect(),
            lists: outcome.trace.gates.iter().flat_map(entries).collect(),
            logits: outcome.trace.logits.clone(),
            cycles: outcome.cycles,
        }
    }

    fn parsed(text: &str) -> Self {
        let mut seen = Self::default();
        for (kind, value) in text.lines().filter_map(|l| l.split_once(' ')) {
            let value: i64 = value.parse().expect("a number");
            match kind {
                "A" => seen.array_ends.push(value as u64),
                "G" => seen.gate_ends.push(value as u64),
                "S" => seen.scores.push(value as u16),
                "W" => seen.lists.push(((value >> 16) as usize, (value & 0xffff) as usize)),
                "L" => seen.logits.push(value as i32),
                _ => seen.cycles = value as u64,
            }
        }
        seen
    }
}

/// A core built by verilator.
#[derive(Debug)]
pub struct Built {
    folder: PathBuf,
}

/// Emits the core of `program` into `folder` and builds it.
///
/// # Panics
/// If verilator fails.
pub fn build(program: &Program, folder: &Path) -> Built {
    let sources = tools::write(&lcsim_hdl::core(&program.config, None).modules, folder);
    write(folder, "load.bin", &lcsim_hdl::load(program));
    std::fs::write(folder.join("lcsim.h"), lcsim_hdl::header(&program.config)).expect("written");
    std::fs::write(folder.join("cosim.cpp"), include_str!("cosim.cpp")).expect("written");
    let output = Command::new("verilator")
        .args(["--cc", "--exe", "--build", "-O3", "--top-module", "lcsim_core", "-Wno-fatal", "-o", "cosim"])
        // Verilator 5.006 drops the residual of `column.v` without this: its bit-operation trees
        // lose a term.
        .arg("-fno-const-bit-op-tree")
        .args(["-CFLAGS", "-O1 -I.."])
        .args(&sources)
        .arg("cosim.cpp")
        .current_dir(folder)
        .output()
        .expect("verilator starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Built { folder: folder.into() }
}

impl Built {
    /// Runs one image.
    ///
    /// # Panics
    /// If the built program fails.
    pub fn run(&self, program: &Program, image: &[i8], mode: Mode) -> Seen {
        write(&self.folder, "image.bin", &lcsim_hdl::load_image(program, image));
        let open = if mode == Mode::ForcedOpen { "1" } else { "0" };
        let output = Command::new(self.folder.join("obj_dir/cosim"))
            .args([open, "load.bin", "image.bin"])
            .current_dir(&self.folder)
            .output()
            .expect("starts");
        assert!(output.status.success());
        Seen::parsed(&String::from_utf8_lossy(&output.stdout))
    }
}

fn write(folder: &Path, name: &str, writes: &[Write]) {
    let bytes: Vec<u8> = writes.iter().flat_map(|(a, d)| [a.to_le_bytes(), d.to_le_bytes()]).flatten().collect();
    std::fs::write(folder.join(name), bytes).expect("written");
}
