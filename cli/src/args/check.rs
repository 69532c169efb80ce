//! `lcsim check`.

use super::common::DATA_HELP;
use super::load::{LoadArgs, SetArgs};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `lcsim check`.
#[derive(Debug, Args)]
#[command(after_help = check_help())]
pub struct CheckArgs {
    /// Model: .onnx (float) or .safetensors (quantised)
    #[arg(value_name = "MODEL")]
    pub model: PathBuf,
    /// Accelerators that have to hold it: TOML files or embedded ones, with commas between them
    /// [default: 16x16 has to, as that is what `lcsim run` takes; all embedded ones are shown]
    #[arg(long, value_name = "CONFIG", value_delimiter = ',')]
    pub config: Vec<String>,
    /// Labelled images that `lcsim run` would take: file, folder, or cifar10-test (see below)
    #[arg(long, value_name = "DATA", default_value = lcsim_input::embedded::DATA_NAME)]
    pub data: String,
    /// How `lcsim run` would read model and data.
    #[command(flatten)]
    pub load: LoadArgs,
    /// How the accelerator is read.
    #[command(flatten)]
    pub accelerator: SetArgs,
    /// Write what was found as JSON; with - to stdout, instead of the text
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Print no text; errors are printed
    #[arg(long, short)]
    pub quiet: bool,
}

fn check_help() -> String {
    format!(
        "\
Exit code 0 says that `lcsim run` works with the same options, on each
accelerator of --config; exit code 2 says that it does not.

{DATA_HELP}

Examples:
  lcsim check model.onnx
  lcsim check model.onnx --data my-images/ --config 8x8,mine.toml
  lcsim check model.onnx --mean 0.5 --std 0.25 --config 16x16 --set memory.weight_bytes=1_048_576
  lcsim check model.safetensors --json - | jq .accelerators"
    )
}
