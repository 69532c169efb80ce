//! `lcsim quantize` and `lcsim eval`.

use super::common::{DATA_HELP, PrintArgs};
use super::load::{ClassArgs, LoadArgs, NetworkArgs};
use super::values::{positive, score, skipped, thread_count};
use clap::Args;
use lcsim_spec::Score;
use std::path::PathBuf;

/// Arguments of `lcsim quantize`.
#[derive(Debug, Args)]
#[command(after_help = quantize_help())]
pub struct QuantizeArgs {
    /// The float model
    #[arg(value_name = "MODEL.onnx")]
    pub model: PathBuf,
    /// Images that set the scales: file, folder, or cifar10-test (see below); take training images,
    /// not test images
    #[arg(long, value_name = "DATA")]
    pub data: String,
    /// How the model is read.
    #[command(flatten)]
    pub network: NetworkArgs,
    /// How the data is read.
    #[command(flatten)]
    pub classes: ClassArgs,
    /// How many of them [default: 512, or all if there are fewer]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Images to leave out at the start of --data
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = skipped)]
    pub offset: usize,
    /// Gate scores below this count as 0 and skip, wherever the model is run; from 0 to 1.
    /// `lcsim curve` over training images shows what one costs
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub threshold: Option<Score>,
    /// Where the quantised model goes
    #[arg(long, value_name = "FILE.safetensors")]
    pub out: PathBuf,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}

fn quantize_help() -> String {
    format!(
        "\
{DATA_HELP}

Examples:
  lcsim quantize model.onnx --data cifar10/data_batch_1.bin --out model.safetensors
  lcsim curve model.safetensors --threshold 0,0.1,0.2 --data cifar10/data_batch_5.bin --out thresholds
  lcsim quantize model.onnx --data cifar10/data_batch_1.bin --threshold 0.1 --out trimmed.safetensors
  lcsim run --model model.safetensors"
    )
}

/// Arguments of `lcsim eval`.
#[derive(Debug, Args)]
#[command(after_help = eval_help())]
pub struct EvalArgs {
    /// The float model
    #[arg(value_name = "MODEL.onnx")]
    pub model: PathBuf,
    /// Its quantised form, by `lcsim quantize` [default: quantised on the fly]
    #[arg(long, value_name = "FILE.safetensors", conflicts_with_all = ["calibration", "calibration_images"])]
    pub quantized: Option<PathBuf>,
    /// Labelled images: file, folder, or cifar10-test (see below)
    #[arg(long, value_name = "DATA", default_value = lcsim_input::embedded::DATA_NAME)]
    pub data: String,
    /// Images to evaluate [default: all]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Images to leave out at the start of --data
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = skipped)]
    pub offset: usize,
    /// How the float model and the data are read.
    #[command(flatten)]
    pub load: LoadArgs,
    /// Threads; the results do not depend on it [default: one per CPU]
    #[arg(long, value_name = "T", value_parser = thread_count)]
    pub threads: Option<usize>,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}

fn eval_help() -> String {
    format!(
        "\
{DATA_HELP}

Examples:
  lcsim eval model.onnx --data cifar10-test --calibration cifar10/data_batch_1.bin
  lcsim eval model.onnx --quantized model.safetensors --data cifar10-test --json eval.json"
    )
}
