//! `lcsim run`.

use super::{DATA_HELP, SimulationArgs, positive, score};
use clap::Args;
use lcsim_spec::Score;
use std::path::PathBuf;

/// Images that `lcsim run` simulates unless told otherwise.
pub const RUN_IMAGES: usize = 100;

/// Arguments of `lcsim run`.
#[derive(Debug, Args)]
#[command(after_help = run_help())]
pub struct RunArgs {
    /// Model: .safetensors (quantised), or .onnx (float; quantised on the fly with up to 128 images from the start of
    /// --data) [default: embedded LC-Net ResNet-20]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Accelerator: a TOML file, or an embedded one: 4x4, 8x8, 16x16, 32x32, ecp5-8x8, ice40-2x1 (see `lcsim config`)
    #[arg(long, value_name = "CONFIG", default_value = "16x16")]
    pub config: String,
    /// Gate scores below this count as 0 and skip; from 0 to 1 [default: what the model says, 0 for a float one]
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub threshold: Option<Score>,
    /// What is simulated, and how.
    #[command(flatten)]
    pub common: SimulationArgs,
    /// Images to simulate [default: 100, or all if there are fewer]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Write the whole report as JSON (schema: docs/report.schema.json); with - to stdout, instead of the tables
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write the layer table as CSV; with - to stdout, instead of the tables
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
}

fn run_help() -> String {
    format!(
        "\
Every image is simulated three times: with gates that skip, with gates forced
open (evaluated, but nothing is skipped), and without gates (the same filters).
MACs are multiply-accumulates; one MAC is two FLOPs.

{DATA_HELP}

Examples:
  lcsim run --images 10
  lcsim run --model mine.onnx --data my-images/ --config mine.toml
  lcsim run --images 1000 --quiet --json report.json --csv layers.csv
  lcsim run --json - | jq .speedup"
    )
}
