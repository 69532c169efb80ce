//! `lcsim run`.

use super::common::{DATA_HELP, SimulationArgs};
use super::documents::DocumentArgs;
use super::values::{positive, score, seed};
use clap::Args;
use clap::builder::PossibleValuesParser;
use lcsim_golden::synthetic;
use lcsim_spec::Score;
use std::path::PathBuf;

/// The number of images that `lcsim run` simulates by default.
pub const RUN_IMAGES: usize = 100;

/// Arguments of `lcsim run`.
#[derive(Debug, Args)]
#[command(after_help = run_help())]
pub struct RunArgs {
    /// Model: .safetensors (quantised), or .onnx (float; quantised on the fly, see --calibration)
    /// [default: embedded LC-Net ResNet-20]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Accelerator: a TOML file, or an embedded one (see `lcsim config`) [default: 16x16;
    /// imagenet-32x32 for a --synthetic network for ImageNet]
    #[arg(long, value_name = "CONFIG")]
    pub config: Option<String>,
    /// A network without a trained model.
    #[command(flatten)]
    pub synthetic: SyntheticArgs,
    /// Gate scores below this count as 0 and skip; from 0 to 1 [default: what the model says, 0 for
    /// a float one]
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub threshold: Option<Score>,
    /// What is simulated, and how.
    #[command(flatten)]
    pub common: SimulationArgs,
    /// Images to simulate [default: 100, or all if there are fewer]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Write the whole report as JSON (schema: docs/report.schema.json); with - to stdout, instead
    /// of the tables
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The other files of the report.
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// What each image computes: which blocks, which channels of convolutions, as .npz of NumPy
    /// (docs/decisions-file.md). Takes the place of what gates would decide; for models of any kind
    #[arg(long, value_name = "FILE", conflicts_with = "synthetic")]
    pub decisions: Option<PathBuf>,
    /// Write what every image computed - scores, live channels, logits, and those of the float
    /// model of an .onnx - to DIR/dump.npz for NumPy, described in DIR/dump.json (docs/dump.md)
    #[arg(long, value_name = "DIR", conflicts_with = "synthetic")]
    pub dump: Option<PathBuf>,
}

/// A network without a trained model.
#[derive(Debug, Args)]
pub struct SyntheticArgs {
    /// Simulate the timing alone of a network of this shape: no weights, no images, gates that
    /// decide at random
    #[arg(
        long,
        value_name = "NAME",
        value_parser = PossibleValuesParser::new(synthetic::NAMES),
        conflicts_with_all = [
            "model", "threshold", "data", "offset", "engine", "mean", "std", "output", "calibration", "calibration_images",
            "class_order"
        ]
    )]
    pub synthetic: Option<String>,
    /// Probability with which an L-Net runs its block; one for all, or one for each block, with
    /// commas between them
    #[arg(
        long,
        value_name = "RATE",
        value_delimiter = ',',
        value_parser = rate,
        default_value = "1",
        requires = "synthetic"
    )]
    pub gate_rate: Vec<f64>,
    /// Probability with which a C-Net keeps a channel [default: no C-Nets]
    #[arg(long, value_name = "RATE", value_parser = rate, requires = "synthetic")]
    pub channel_rate: Option<f64>,
    /// The same seed gives the same decisions
    #[arg(long, value_name = "SEED", default_value_t = 1, value_parser = seed, requires = "synthetic")]
    pub seed: u64,
}

/// Parses a probability.
fn rate(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(rate) if (0.0..=1.0).contains(&rate) => Ok(rate),
        _ => Err("expected a number from 0 to 1".into()),
    }
}

fn run_help() -> String {
    format!(
        "\
Every image is simulated with gates that skip. What it costs with gates forced
open (evaluated, but nothing is skipped), and without gates (the same filters),
is the same for every image, and is in the report beside it.
MACs are multiply-accumulates; one MAC is two FLOPs.

--decisions times a network whose gates lcsim does not know, or that has none:
the masks come from your own program, such as PyTorch, and the cycles are those
of hardware that skips by them. `lcsim run --dump` writes such a file too.

--synthetic asks what a network would cost whose gates are open so often, before
one is trained: the shapes are published ones, an L-Net stands on each block.

{DATA_HELP}

Examples:
  lcsim run --images 10
  lcsim run --model mine.onnx --data my-images/ --config mine.toml
  lcsim run --model mine.onnx --mean 0.5 --std 0.25 --calibration cifar10/data_batch_1.bin
  lcsim run --config 16x16 --set array.rows=8 --set gate.macs=4
  lcsim run --images 1000 --quiet --json report.json --csv layers.csv
  lcsim run --images 100 --html report.html --markdown report.md
  lcsim run --json - | jq .speedup
  lcsim run --model mine.onnx --data my-images/ --dump seen
  lcsim run --model plain.onnx --data my-images/ --decisions masks.npz
  lcsim run --synthetic resnet50 --gate-rate 0.5
  lcsim run --synthetic resnet18 --gate-rate 1,0.8,1,0.8,1,0.6,1,0.6 --channel-rate 0.7"
    )
}
