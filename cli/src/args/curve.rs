//! `lcsim curve`.

use super::common::{DATA_HELP, SimulationArgs};
#[cfg(feature = "plots")]
use super::pictures::PictureArgs;
use super::values::{positive, score};
use clap::Args;
use lcsim_spec::Score;
use std::path::PathBuf;

/// Arguments of `lcsim curve`.
#[derive(Debug, Args)]
#[command(after_help = curve_help())]
pub struct CurveArgs {
    /// Models: .safetensors (quantised), or .onnx (float; quantised on the fly, see --calibration);
    /// those without gates are the static networks of the plot
    #[arg(value_name = "MODEL", required = true)]
    pub models: Vec<PathBuf>,
    /// Accelerators: TOML files or embedded ones, with commas in between (see `lcsim config`)
    #[arg(long, value_name = "CONFIG,...", default_value = "8x8", value_delimiter = ',')]
    pub config: Vec<String>,
    /// Gate MACs, with commas in between: each accelerator with each of them [default: what it has]
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = positive)]
    pub gate_macs: Vec<usize>,
    /// Gate scores below this count as 0 and skip; from 0 to 1, with commas in between: each gated
    /// model with each of them [default: what the model says]
    #[arg(long, value_name = "SCORE,...", value_delimiter = ',', value_parser = score)]
    pub threshold: Vec<Score>,
    /// What is simulated, and how.
    #[command(flatten)]
    pub common: SimulationArgs,
    /// Images [default: all]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// How it is drawn.
    #[cfg(feature = "plots")]
    #[command(flatten)]
    pub pictures: PictureArgs,
    /// Folder for curve.csv, curve.json, the pictures, and finished points; it is made if it is not
    /// there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Write curve.json here too; with - to stdout, instead of the table
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Measure points anew that an earlier run has left in DIR
    #[arg(long)]
    pub fresh: bool,
}

fn curve_help() -> String {
    format!(
        "\
A point is a model, with a threshold of its scores, on an accelerator: its accuracy, and the cycles (mean, 5th and
95th percentile over the images), energy and executed MACs of an image. Each image
is simulated.

The plot has a colour for each accelerator, filled circles with a bar from the 5th
to the 95th percentile for gated networks, squares joined by a dashed line for
static ones, and the Pareto front: no network of the same accelerator is as accurate
and faster, or as fast and more accurate. Accelerators are told apart by all their
parameters: where names are equal, what differs is added (16x16, rows 4). Networks
of one name are told apart by their files.

An image is classified once for all accelerators, whose points are measured
together (--engine stepped: one by one) and written to DIR/points as soon as they
are. After Ctrl-C the same command goes on behind the last finished ones.

{DATA_HELP}

Examples:
  lcsim curve models/resnet8-lcnet.safetensors models/resnet8-dense.safetensors --images 100 --out curve
  lcsim curve models/*.safetensors --config 8x8,16x16 --data cifar10/test_batch.bin --out curve
  lcsim curve models/resnet8-lcnet.safetensors --gate-macs 1,4,16 --images 50 --out gates
  lcsim curve models/resnet20-lcnet-60.safetensors --threshold 0,0.1,0.2 --images 50 --out thresholds"
    )
}
