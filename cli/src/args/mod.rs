//! What can be typed. The doc comments below are the text of `--help`.

mod check;
mod compare;
mod curve;
mod load;
mod models;
mod report;
mod run;
mod topology;
mod trace;
mod verilog;

pub use check::CheckArgs;
pub use compare::CompareArgs;
pub use curve::{CurveArgs, PLOT_IMAGES, PlotArgs};
pub use load::{CalibrationArgs, ClassArgs, LoadArgs, NetworkArgs, SetArgs};
pub use models::{EvalArgs, QuantizeArgs};
pub use report::ReportArgs;
pub use run::{RUN_IMAGES, RunArgs, SyntheticArgs};
pub use topology::{Compat, TopologyArgs};
pub use trace::{TraceArgs, Window};
pub use verilog::{VERILOG_IMAGES, VerilogArgs, VerilogPart, VerilogTarget};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use lcsim_sim::{ENERGY_TABLES, Engine};
use lcsim_spec::{CYCLE_MODEL, Score};
use std::path::PathBuf;
use std::sync::LazyLock;

/// What dynamic skipping is worth in hardware.
///
/// Simulates LC-Nets (residual CNNs whose gates decide, image by image, which blocks and channels
/// to compute) cycle by cycle on a systolic-array accelerator with a gate unit, and shows how many
/// of the multiply-accumulates (MACs) saved on paper arrive as saved time and energy.
#[derive(Debug, Parser)]
#[command(name = "lcsim", version, long_version = long_version(), after_help = MAIN_EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate a network on an accelerator and show where cycles, MACs and energy went
    Run(RunArgs),
    /// Say whether a model can be run: what was recognised, what to change, which accelerators hold
    /// it
    Check(CheckArgs),
    /// Quantise an ONNX model to int8, as the accelerator computes
    Quantize(QuantizeArgs),
    /// Compare a float model with its quantised form: accuracy, agreement, executed MACs
    Eval(EvalArgs),
    /// Measure accuracy against cycles and energy of several networks, and plot it
    Curve(CurveArgs),
    /// Plot what the gates of a network do: cycles, skipped blocks, channels by class, easy and
    /// hard images
    Plot(PlotArgs),
    /// Show two reports side by side, with what changed
    Compare(CompareArgs),
    /// Show a report that was written before: as tables, Markdown, a page with charts, or CSV
    Report(ReportArgs),
    /// Follow one image cycle by cycle: a timeline for ui.perfetto.dev, waveforms as VCD
    Trace(TraceArgs),
    /// Write an accelerator as synthesisable Verilog that equals the simulator cycle by cycle
    Verilog(VerilogArgs),
    /// Read a SCALE-Sim configuration and topology, and write its reports
    Topology(TopologyArgs),
    /// Print an accelerator configuration, as a start for your own
    Config(ConfigArgs),
    /// Print an embedded energy table, as a start for your own
    #[command(after_help = "Examples:\n  lcsim energy\n  lcsim energy 45nm-lpddr4 > mine.toml")]
    Energy(EmbeddedArgs),
    /// Print a completion script for your shell
    Completions(CompletionsArgs),
}

/// What `--version` prints; `-V` leaves the cycle model out.
fn long_version() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| format!("{} (cycle model {CYCLE_MODEL})", env!("CARGO_PKG_VERSION")));
    &TEXT
}

const MAIN_EXAMPLES: &str = "\
Examples:
  lcsim run                     embedded LC-Net, images and 16x16 array
  lcsim run --config 8x8 --json report.json
  lcsim check model.onnx
  lcsim quantize model.onnx --data cifar10/ --out model.safetensors
  lcsim config 16x16 > mine.toml
  lcsim run --config mine.toml
  lcsim verilog --config mine.toml --out rtl

Exit codes: 0 done, 2 error, 130 interrupted.";

const DATA_HELP: &str = "Data (--data), recognised by what it contains (docs/data.md):
  cifar10-test    1000 CIFAR-10 test images, embedded in lcsim
  FOLDER          with a folder of PNGs or JPEGs for each class. Classes count from
                  0 in alphabetic order, in numeric order if all names are numbers
                  (--class-order); images are taken from each class in turn
  FILE            of CIFAR-10 or CIFAR-100 records, of MNIST idx images or a NumPy
                  array of bytes (.npy), whose labels are found by name, or of
                  both arrays (.npz); the first two also compressed with gzip
  FOLDER          with such files; test images go before training images";

/// An engine of the simulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EngineName {
    /// Layer by layer: matrix products for the values, recurrences for the cycles
    Fast,
    /// Every register in every cycle: the definition, some hundred times slower
    Stepped,
}

impl From<EngineName> for Engine {
    fn from(name: EngineName) -> Self {
        match name {
            EngineName::Fast => Self::Fast,
            EngineName::Stepped => Self::Stepped,
        }
    }
}

/// What commands that simulate have in common.
#[derive(Debug, Args)]
pub struct SimulationArgs {
    /// Labelled images: file, folder, or cifar10-test (see below)
    #[arg(long, value_name = "DATA", default_value = lcsim_input::embedded::DATA_NAME)]
    pub data: String,
    /// How model and data are read.
    #[command(flatten)]
    pub load: LoadArgs,
    /// How the accelerator is read.
    #[command(flatten)]
    pub accelerator: SetArgs,
    /// Energy table: an embedded one (see `lcsim energy`), a TOML file like those, or the ERT of
    /// Accelergy as YAML
    #[arg(long, alias = "energy", value_name = "TABLE", default_value = ENERGY_TABLES[0].0)]
    pub energy_table: String,
    /// Images to leave out at the start of --data
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// How to simulate; the results do not depend on it
    #[arg(long, value_enum, value_name = "ENGINE", default_value = "fast")]
    pub engine: EngineName,
    /// Threads; the results do not depend on it [default: one per CPU]
    #[arg(long, value_name = "T", value_parser = thread_count)]
    pub threads: Option<usize>,
    /// Print no tables, notes or progress; errors are printed
    #[arg(long, short)]
    pub quiet: bool,
}

/// What commands that print have in common.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  lcsim config
  lcsim config 16x16 > mine.toml
  lcsim config 16x16 --set array.rows=8 --set array.cols=8
  lcsim config mine.toml")]
pub struct ConfigArgs {
    /// Its name, or the TOML file of one's own; without one, all names are listed
    pub name: Option<String>,
    /// What differs from it.
    #[command(flatten)]
    pub accelerator: SetArgs,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}

/// What commands that print have in common.
#[derive(Debug, Args)]
pub struct PrintArgs {
    /// Write the figures as JSON; with - to stdout, instead of the text
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Print no text, notes or progress; errors are printed
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `lcsim config` and `lcsim energy`.
#[derive(Debug, Args)]
pub struct EmbeddedArgs {
    /// Its name; without one, all names are listed
    pub name: Option<String>,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}

/// Arguments of `lcsim completions`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lcsim completions bash > ~/.local/share/bash-completion/completions/lcsim")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// A score in [0, 1], to the nearest of those that the gate unit knows.
fn score(text: &str) -> Result<Score, String> {
    match text.parse::<f64>() {
        Ok(s) if (0.0..=1.0).contains(&s) => Ok(Score::from_bits((s * f64::from(Score::ONE.to_bits())).round() as u16)),
        _ => Err("expected a number from 0 to 1".into()),
    }
}

/// A count of at least 1.
fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err("expected a whole number of at least 1".into()),
    }
}

/// Threads: at least 1, and no more than any machine has use for.
fn thread_count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (1..=1024).contains(&n) => Ok(n),
        _ => Err("expected a whole number from 1 to 1024".into()),
    }
}
