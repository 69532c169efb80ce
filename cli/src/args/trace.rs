//! `lcsim trace`.

use super::common::{DATA_HELP, PrintArgs};
use super::load::{LoadArgs, SetArgs};
use super::values::{score, skipped};
use clap::{ArgGroup, Args};
use lcsim_spec::Score;
use std::path::PathBuf;

/// A range of cycles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first cycle.
    pub from: u64,
    /// The first cycle after the range.
    pub to: u64,
}

/// Arguments of `lcsim trace`.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("outputs").args(["out", "vcd"]).required(true).multiple(true), after_help = trace_help())]
pub struct TraceArgs {
    /// Model: .safetensors (quantised), or .onnx (float; quantised on the fly, see --calibration)
    /// [default: embedded LC-Net ResNet-20]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Accelerator: a TOML file, or an embedded one: 4x4, 8x8, 16x16, 32x32, ecp5-8x8,
    /// ecp5-8x8-resnet20, ice40-2x1, imagenet-32x32 (see `lcsim config`)
    #[arg(long, value_name = "CONFIG", default_value = "16x16")]
    pub config: String,
    /// Gate scores below this count as 0 and skip; from 0 to 1 [default: what the model says, 0 for
    /// a float one]
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub threshold: Option<Score>,
    /// Labelled images: file, folder, or cifar10-test (see below)
    #[arg(long, value_name = "DATA", default_value = lcsim_input::embedded::DATA_NAME)]
    pub data: String,
    /// How model and data are read.
    #[command(flatten)]
    pub load: LoadArgs,
    /// How the accelerator is read.
    #[command(flatten)]
    pub accelerator: SetArgs,
    /// The image: how many stand before it in --data
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = skipped)]
    pub offset: usize,
    /// Write the timeline in the Chrome trace event format; with - to stdout
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write signals as VCD; with - to stdout
    #[arg(long, value_name = "FILE")]
    pub vcd: Option<PathBuf>,
    /// Cycles of the VCD, from 0, TO left out [default: all]
    #[arg(long, value_name = "FROM:TO", value_parser = window, allow_hyphen_values = true, requires = "vcd")]
    pub window: Option<Window>,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}

fn window(text: &str) -> Result<Window, String> {
    let ends = text.split_once(':').map(|(from, to)| (from.parse(), to.parse()));
    match ends {
        Some((Ok(from), Ok(to))) if from < to => Ok(Window { from, to }),
        _ => Err("expected two whole numbers FROM:TO, FROM below TO".into()),
    }
}

fn trace_help() -> String {
    format!(
        "\
The image runs on the stepped engine, which is the definition of every cycle. What
the tracks and signals are: docs/reports.md. Open the timeline at ui.perfetto.dev,
the VCD with GTKWave or Surfer.

{DATA_HELP}

Examples:
  lcsim trace --out trace.json
  lcsim trace --config 8x8 --offset 7 --out trace.json --vcd wave.vcd --window 1000:3000"
    )
}
