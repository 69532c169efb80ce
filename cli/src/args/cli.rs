//! The command line as a whole.

use super::check::CheckArgs;
use super::common::PrintArgs;
use super::compare::CompareArgs;
use super::curve::CurveArgs;
use super::load::SetArgs;
use super::models::{EvalArgs, QuantizeArgs};
#[cfg(feature = "plots")]
use super::plot::PlotArgs;
use super::report::ReportArgs;
use super::run::RunArgs;
#[cfg(feature = "scalesim")]
use super::topology::TopologyArgs;
use super::trace::TraceArgs;
#[cfg(feature = "verilog")]
use super::verilog::VerilogArgs;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, Error, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use lcsim_spec::CYCLE_MODEL;
use std::sync::LazyLock;

/// What dynamic skipping is worth in hardware.
///
/// Simulates LC-Nets (residual CNNs whose gates decide, image by image, which blocks and channels
/// to compute) cycle by cycle on a systolic-array accelerator with a gate unit, and shows how many
/// of the multiply-accumulates (MACs) saved on paper arrive as saved time and energy.
#[derive(Debug, Parser)]
#[command(name = "lcsim", version, long_version = long_version(), after_help = main_examples())]
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
    #[cfg(feature = "plots")]
    Plot(PlotArgs),
    /// Show two reports side by side, with what changed
    Compare(CompareArgs),
    /// Show a report that was written before: as tables, Markdown, a page with charts, or CSV
    Report(ReportArgs),
    /// Follow one image cycle by cycle: a timeline for ui.perfetto.dev, waveforms as VCD
    Trace(TraceArgs),
    /// Write an accelerator as synthesisable Verilog that equals the simulator cycle by cycle
    #[cfg(feature = "verilog")]
    Verilog(VerilogArgs),
    /// Read a SCALE-Sim configuration and topology, and write its reports
    #[cfg(feature = "scalesim")]
    Topology(TopologyArgs),
    /// Print an accelerator configuration, as a start for your own
    Config(ConfigArgs),
    /// Print an embedded energy table, as a start for your own
    #[command(after_help = "Examples:\n  lcsim energy\n  lcsim energy 45nm-lpddr4 > mine.toml")]
    Energy(EmbeddedArgs),
    /// Print a completion script for your shell
    Completions(CompletionsArgs),
}

/// Commands that this binary was built without, and the feature of the package that each needs.
const LEFT_OUT: &[(&str, &str)] = &[
    #[cfg(not(feature = "plots"))]
    ("plot", "plots"),
    #[cfg(not(feature = "verilog"))]
    ("verilog", "verilog"),
    #[cfg(not(feature = "scalesim"))]
    ("topology", "scalesim"),
];

impl Cli {
    /// The command line of this process.
    ///
    /// # Errors
    /// It cannot be understood, or needs a feature that this binary lacks; also its `--help`.
    pub fn read() -> Result<Self, Error> {
        let matches = Self::with_negative_numbers().try_get_matches();
        matches.and_then(|matches| Self::from_arg_matches(&matches)).map_err(|error| {
            match error.get(ContextKind::InvalidSubcommand) {
                Some(ContextValue::String(name)) => Self::unknown(name).unwrap_or(error),
                _ => error,
            }
        })
    }

    /// The command line, in which a negative number is a value. The parser of the option can then
    /// say what it expected. Without this, `-1` would be an unknown option.
    fn with_negative_numbers() -> clap::Command {
        let command = Self::command();
        let names: Vec<String> = command.get_subcommands().map(|command| command.get_name().into()).collect();
        let option = |arg: clap::Arg| match arg.get_action().takes_values() && !arg.is_positional() {
            true => arg.allow_negative_numbers(true),
            false => arg,
        };
        names.iter().fold(command, |command, name| command.mut_subcommand(name, |command| command.mut_args(option)))
    }

    /// The error of a command that other binaries of lcsim have.
    fn unknown(name: &str) -> Option<Error> {
        let (_, feature) = LEFT_OUT.iter().find(|(command, _)| *command == name)?;
        let told = format!("lcsim was built without the feature `{feature}`, which `{name}` needs");
        Some(Self::command().error(ErrorKind::InvalidSubcommand, told))
    }
}

/// The text of `--version`. `-V` leaves the cycle model out.
fn long_version() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| format!("{} (cycle model {CYCLE_MODEL})", env!("CARGO_PKG_VERSION")));
    &TEXT
}

fn main_examples() -> String {
    let verilog = if cfg!(feature = "verilog") { "\n  lcsim verilog --config mine.toml --out rtl" } else { "" };
    format!(
        "\
Examples:
  lcsim run                     embedded LC-Net, images and 16x16 array
  lcsim run --config 8x8 --json report.json
  lcsim check model.onnx
  lcsim quantize model.onnx --data cifar10/ --out model.safetensors
  lcsim config 16x16 > mine.toml
  lcsim run --config mine.toml{verilog}

Exit codes: 0 done, 2 error, 130 interrupted."
    )
}

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
