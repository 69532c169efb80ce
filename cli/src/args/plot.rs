//! `lcsim plot`.

use super::common::{DATA_HELP, PrintArgs};
use super::load::{LoadArgs, SetArgs};
use super::pictures::PictureArgs;
use super::values::{positive, score, skipped, thread_count};
use clap::Args;
use lcsim_spec::Score;
use std::path::PathBuf;

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
    /// Accelerator: a TOML file, or an embedded one: 4x4, 8x8, 16x16, 32x32, ecp5-8x8,
    /// ecp5-8x8-resnet20, ice40-2x1, imagenet-32x32 (see `lcsim config`)
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
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = skipped)]
    pub offset: usize,
    /// Images [default: 1000, or all if there are fewer]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Names of the classes, in their order, with commas in between [default: those of --data if it
    /// has some, or their numbers]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub classes: Vec<String>,
    /// How it is drawn.
    #[command(flatten)]
    pub pictures: PictureArgs,
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
