//! Co-simulation: the emitted core under verilator beside the simulator.

use lcsim_sim::{Mode, Outcome};
use lcsim_spec::schedule::Program;
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
    /// Logits.
    pub logits: Vec<i32>,
    /// Cycles of the image.
    pub cycles: u64,
}

impl Seen {
    /// What the simulator says.
    pub fn simulated(program: &Program, outcome: &Outcome) -> Self {
        let on_gate = |name: &String| program.gates.iter().any(|g| program.layers[g.layer].name == *name);
        let ends =
            |gate: bool| outcome.ends.iter().filter(|(n, _)| on_gate(n) == gate).map(|(_, cycle)| *cycle).collect();
        Self {
            array_ends: ends(false),
            gate_ends: ends(true),
            scores: outcome.trace.gates.iter().flat_map(|g| &g.scores).map(|s| s.to_bits()).collect(),
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
    banks: usize,
}

/// Emits the core of `program` into `folder` and builds it.
///
/// # Panics
/// If verilator fails.
pub fn build(program: &Program, folder: &Path) -> Built {
    let files = lcsim_hdl::core_with(program);
    let mut sources = vec![];
    for module in &files.modules {
        let name = format!("{}.v", module.name);
        std::fs::write(folder.join(&name), &module.text).expect("written");
        sources.push(name);
    }
    for (name, text) in &files.images {
        std::fs::write(folder.join(name), text).expect("written");
    }
    std::fs::write(folder.join("cosim.cpp"), include_str!("cosim.cpp")).expect("written");
    let banks = program.config.banks();
    let output = Command::new("verilator")
        .args(["--cc", "--exe", "--build", "-O3", "--top-module", "lcsim_core", "-Wno-fatal", "-o", "cosim"])
        // Verilator 5.006 drops the residual of `column.v` without this: its bit-operation trees lose a term.
        .arg("-fno-const-bit-op-tree")
        .args(["-CFLAGS", &format!("-O1 -DBANKS={banks}")])
        .args(&sources)
        .arg("cosim.cpp")
        .current_dir(folder)
        .output()
        .expect("verilator starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Built { folder: folder.into(), banks }
}

impl Built {
    /// Runs one image.
    ///
    /// # Panics
    /// If the built program fails.
    pub fn run(&self, program: &Program, image: &[i8], mode: Mode) -> Seen {
        std::fs::write(self.folder.join("image.bin"), self.words(program, image)).expect("written");
        let open = if mode == Mode::ForcedOpen { "1" } else { "0" };
        let output = Command::new(self.folder.join("obj_dir/cosim"))
            .args(["image.bin", open])
            .current_dir(&self.folder)
            .output()
            .expect("starts");
        assert!(output.status.success());
        Seen::parsed(&String::from_utf8_lossy(&output.stdout))
    }

    /// The image as the port takes it: for each pixel its words, a byte a bank, channels in copies.
    fn words(&self, program: &Program, image: &[i8]) -> Vec<u8> {
        let (channels, pixels) = (program.image.channels, program.image.pixels());
        let mut words = vec![];
        for pixel in 0..pixels {
            for part in 0..program.image_words() {
                for bank in 0..self.banks {
                    let entry = if program.image_copies > 1 { bank % channels } else { part * self.banks + bank };
                    let used = program.image_copies == 1 || bank < program.image_copies * channels;
                    let byte = if used && entry < channels { image[entry * pixels + pixel] } else { 0 };
                    words.push(byte as u8);
                }
            }
        }
        words
    }
}

/// Whether verilator is installed; if not, says that the test is skipped.
///
/// # Panics
/// Without verilator under `CI=true`, where a missing tool is a failure.
pub fn verilator() -> bool {
    let found = Command::new("verilator").arg("--version").output().is_ok();
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "verilator is not installed");
    if !found {
        eprintln!("skipped: verilator is not installed (scripts/test.sh installs it)");
    }
    found
}
