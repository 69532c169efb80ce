//! `lcsim curve` and `lcsim plot`.

use super::common::{DATA_HELP, PrintArgs, SimulationArgs};
use super::load::{LoadArgs, SetArgs};
use super::values::{positive, score, thread_count};
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use lcsim_report::draw::Format;
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
    /// Kinds of picture, with commas in between
    #[arg(long, value_parser = formats(), value_name = "FORMAT,...", default_value = "svg,png", value_delimiter = ',')]
    pub format: Vec<Format>,
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

/// The number of images that `lcsim plot` measures by default.
pub const PLOT_IMAGES: usize = 1000;

/// Arguments of `lcsim plot`.
#[derive(Debug, Args)]
#[command(after_help = plot_help())]
pub struct PlotArgs {
    /// Model with gates: .safetensors (quantised), or .onnx (float; quantised on the fly, see
    /// --calibration) [default: embedded LC-Net ResNet-20]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Accelerator: a TOML file, or an embedded one: 4x4, 8x8, 16x16, 32x32, ecp5-8x8, ice40-2x1
    /// (see `lcsim config`)
    #[arg(long, value_name = "CONFIG", default_value = "8x8")]
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
    /// Images to leave out at the start of --data
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Images [default: 1000, or all if there are fewer]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Names of the classes, in their order, with commas in between [default: those of --data if it
    /// has some, or their numbers]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub classes: Vec<String>,
    /// Kinds of picture, with commas in between
    #[arg(long, value_parser = formats(), value_name = "FORMAT,...", default_value = "svg,png", value_delimiter = ',')]
    pub format: Vec<Format>,
    /// Folder for the files; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Threads; the results do not depend on it [default: one per CPU]
    #[arg(long, value_name = "T", value_parser = thread_count)]
    pub threads: Option<usize>,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}

fn plot_help() -> String {
    format!(
        "\
Shows what the gates of one network do, image by image:

  cycles     how many images take how many cycles, and how many of those are
             classified as labelled
  blocks     the share of the images that skip each block
  channels   the channels that each convolution computes for each class
  extremes   the images that take the fewest cycles and those that take the most

as SVG and PNG, or JPEG (--format; extremes: never SVG); plot.json has every figure in them, images.csv a
line for each image.

{DATA_HELP}

Examples:
  lcsim plot --images 100 --out plots
  lcsim plot --model models/resnet20-lcnet-60.safetensors --out plots \\
      --classes airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck"
    )
}

/// Parses the name of a format of pictures.
fn formats() -> impl TypedValueParser<Value = Format> {
    let names = [
        PossibleValue::new("svg").help("Lines and text, sharp at any size"),
        PossibleValue::new("png").help("Pixels"),
        PossibleValue::new("jpeg").alias("jpg").help("Pixels, for what reads nothing else"),
    ];
    PossibleValuesParser::new(names).map(|name| match name.as_str() {
        "svg" => Format::Svg,
        "png" => Format::Png,
        _ => Format::Jpeg,
    })
}
