//! The command line as a whole.

use super::check::CheckArgs;
use super::common::PrintArgs;
use super::compare::CompareArgs;
use super::curve::{CurveArgs, PlotArgs};
use super::load::SetArgs;
use super::models::{EvalArgs, QuantizeArgs};
use super::report::ReportArgs;
use super::run::RunArgs;
use super::topology::TopologyArgs;
use super::trace::TraceArgs;
use super::verilog::VerilogArgs;
use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;
use lcsim_spec::CYCLE_MODEL;
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

/// The text of `--version`. `-V` leaves the cycle model out.
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

/// Arguments of `lcsim config`.
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

/// Arguments of `lcsim energy`.
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
