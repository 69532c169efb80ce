//! What can be typed. The doc comments below are the text of `--help`.

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use lcsim_spec::Score;
use std::path::PathBuf;

/// Images that `lcsim run` simulates unless told otherwise.
pub const RUN_IMAGES: usize = 100;

/// What dynamic skipping is worth in hardware.
///
/// Simulates LC-Nets (residual CNNs whose gates decide, image by image, which blocks and channels to compute) cycle by
/// cycle on a systolic-array accelerator with a gate unit, and shows how many of the multiply-accumulates (MACs) saved
/// on paper arrive as saved time and energy.
#[derive(Debug, Parser)]
#[command(name = "lcsim", version, after_help = MAIN_EXAMPLES)]
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
    /// Quantise an ONNX model to int8, as the accelerator computes
    Quantize(QuantizeArgs),
    /// Compare a float model with its quantised form: accuracy, agreement, executed MACs
    Eval(EvalArgs),
    /// Measure accuracy against cycles and energy of several networks, and plot it
    Curve(CurveArgs),
    /// Plot what the gates of a network do: cycles, skipped blocks, channels by class, easy and hard images
    Plot(PlotArgs),
    /// Write an accelerator as synthesisable Verilog that equals the simulator cycle by cycle
    Verilog(VerilogArgs),
    /// Print an embedded accelerator configuration, as a start for your own
    Config(ConfigArgs),
    /// Print a completion script for your shell
    Completions(CompletionsArgs),
}

const MAIN_EXAMPLES: &str = "\
Examples:
  lcsim run                     embedded LC-Net, images and 16x16 array
  lcsim run --config 8x8 --json report.json
  lcsim quantize model.onnx --data cifar10/ --out model.safetensors
  lcsim config 16x16 > mine.toml
  lcsim run --config mine.toml
  lcsim verilog --config mine.toml --out rtl

Exit codes: 0 done, 2 error, 130 interrupted.";

const DATA_HELP: &str = "Data (--data), recognised by what it contains:
  cifar10-test    1000 CIFAR-10 test images, embedded in lcsim
  FOLDER          with a folder of PNGs for each class. Classes count from 0 in
                  alphabetic order, in numeric order if all names are numbers;
                  images are taken from each class in turn
  FILE            of MNIST idx images, unpacked; its labels are found by name
  FILE.bin        of CIFAR-10 records
  FOLDER          with such files: one idx pair; test_batch.bin; or without that
                  all data_batch_*.bin";

/// What commands that simulate have in common.
#[derive(Debug, Args)]
pub struct SimulationArgs {
    /// Labelled images: file, folder, or cifar10-test (see below)
    #[arg(long, value_name = "DATA", default_value = crate::embedded::DATA_NAME)]
    pub data: String,
    /// Energy table: a TOML file with picojoules per operation [default: embedded energy/45nm.toml]
    #[arg(long, value_name = "FILE")]
    pub energy: Option<PathBuf>,
    /// Images to leave out at the start of --data
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Threads; the results do not depend on it [default: one per CPU]
    #[arg(long, value_name = "T", value_parser = thread_count)]
    pub threads: Option<usize>,
    /// Print no tables, notes or progress; errors are printed
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `lcsim run`.
#[derive(Debug, Args)]
#[command(after_help = run_help())]
pub struct RunArgs {
    /// Model: .safetensors (quantised), or .onnx (float; quantised on the fly with up to 128 images from the start of
    /// --data) [default: embedded LC-Net ResNet-8]
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

/// Arguments of `lcsim quantize`.
#[derive(Debug, Args)]
#[command(after_help = quantize_help())]
pub struct QuantizeArgs {
    /// The float model
    #[arg(value_name = "MODEL.onnx")]
    pub model: PathBuf,
    /// Images that set the scales: file, folder, or cifar10-test (see below); take training images, not test images
    #[arg(long, value_name = "DATA")]
    pub data: String,
    /// How many of them [default: 512, or all if there are fewer]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Images to leave out at the start of --data
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Where the quantised model goes
    #[arg(long, value_name = "FILE.safetensors")]
    pub out: PathBuf,
}

fn quantize_help() -> String {
    format!(
        "\
{DATA_HELP}

Examples:
  lcsim quantize model.onnx --data cifar10/data_batch_1.bin --out model.safetensors
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
    #[arg(long, value_name = "FILE.safetensors")]
    pub quantized: Option<PathBuf>,
    /// Labelled images: file, folder, or cifar10-test (see below)
    #[arg(long, value_name = "DATA")]
    pub data: String,
    /// Images to evaluate [default: all]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Images to leave out at the start of --data
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Images that set the scales when quantising on the fly [default: those of --data]
    #[arg(long, value_name = "DATA", conflicts_with = "quantized")]
    pub calibration: Option<String>,
    /// How many of them [default: 512, or all if there are fewer]
    #[arg(long, value_name = "N", value_parser = positive, conflicts_with = "quantized")]
    pub calibration_images: Option<usize>,
    /// Threads; the results do not depend on it [default: one per CPU]
    #[arg(long, value_name = "T", value_parser = thread_count)]
    pub threads: Option<usize>,
    /// Write the figures as JSON; with - to stdout, instead of the table
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
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

/// Arguments of `lcsim curve`.
#[derive(Debug, Args)]
#[command(after_help = curve_help())]
pub struct CurveArgs {
    /// Quantised models; those without gates are the static networks of the plot
    #[arg(value_name = "MODEL.safetensors", required = true)]
    pub models: Vec<PathBuf>,
    /// Accelerators: TOML files or embedded ones, with commas in between (see `lcsim config`)
    #[arg(long, value_name = "CONFIG,...", default_value = "8x8", value_delimiter = ',')]
    pub config: Vec<String>,
    /// Gate MACs, with commas in between: each accelerator with each of them [default: what it has]
    #[arg(long, value_name = "N,...", value_delimiter = ',', value_parser = positive)]
    pub gate_macs: Vec<usize>,
    /// Gate scores below this count as 0 and skip; from 0 to 1, with commas in between: each gated model with each of them
    /// [default: what the model says]
    #[arg(long, value_name = "SCORE,...", value_delimiter = ',', value_parser = score)]
    pub threshold: Vec<Score>,
    /// What is simulated, and how.
    #[command(flatten)]
    pub common: SimulationArgs,
    /// Images [default: all]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Folder for curve.csv, curve.json, curve.svg, curve.png, and finished points; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Measure points anew that an earlier run has left in DIR
    #[arg(long)]
    pub fresh: bool,
}

fn curve_help() -> String {
    format!(
        "\
A point is a model, with a threshold of its scores, on an accelerator: its accuracy, and the cycles (mean, 5th and
95th percentile over the images), energy and executed MACs of an image. Each image
is simulated with its gates; a network without gates takes the same cycles for
every image, so one is simulated and the integer reference, which equals the
simulator bit for bit, classifies the others.

The plot has a colour for each accelerator, filled circles with a bar from the 5th
to the 95th percentile for gated networks, squares joined by a dashed line for
static ones, and the Pareto front: no network of the same accelerator and gate unit
is as accurate and faster, or as fast and more accurate.

A point is written to DIR/points as soon as it is measured. After Ctrl-C the same
command goes on behind the last finished one.

{DATA_HELP}

Examples:
  lcsim curve models/resnet8-lcnet.safetensors models/resnet8-dense.safetensors --images 100 --out curve
  lcsim curve models/*.safetensors --config 8x8,16x16 --data cifar10/test_batch.bin --out curve
  lcsim curve models/resnet8-lcnet.safetensors --gate-macs 1,4,16 --images 50 --out gates
  lcsim curve models/resnet20-lcnet-60.safetensors --threshold 0,0.1,0.2 --images 50 --out thresholds"
    )
}

/// Images that `lcsim plot` looks at unless told otherwise.
pub const PLOT_IMAGES: usize = 1000;

/// Arguments of `lcsim plot`.
#[derive(Debug, Args)]
#[command(after_help = plot_help())]
pub struct PlotArgs {
    /// Model with gates: .safetensors (quantised), or .onnx (float; quantised on the fly with up to 128 images from the start
    /// of --data) [default: embedded LC-Net ResNet-8]
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Accelerator: a TOML file, or an embedded one: 4x4, 8x8, 16x16, 32x32, ecp5-8x8, ice40-2x1 (see `lcsim config`)
    #[arg(long, value_name = "CONFIG", default_value = "8x8")]
    pub config: String,
    /// Gate scores below this count as 0 and skip; from 0 to 1 [default: what the model says, 0 for a float one]
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub threshold: Option<Score>,
    /// Labelled images: file, folder, or cifar10-test (see below)
    #[arg(long, value_name = "DATA", default_value = crate::embedded::DATA_NAME)]
    pub data: String,
    /// Images to leave out at the start of --data
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Images [default: 1000, or all if there are fewer]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Names of the classes, in their order, with commas in between [default: their numbers]
    #[arg(long, value_name = "NAME,...", value_delimiter = ',')]
    pub classes: Vec<String>,
    /// Folder for the files; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Threads; the results do not depend on it [default: one per CPU]
    #[arg(long, value_name = "T", value_parser = thread_count)]
    pub threads: Option<usize>,
    /// Print no notes or progress; errors are printed
    #[arg(long, short)]
    pub quiet: bool,
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

as SVG and PNG (extremes: PNG); plot.json has every figure in them, images.csv a
line for each image.

{DATA_HELP}

Examples:
  lcsim plot --images 100 --out plots
  lcsim plot --model models/resnet20-lcnet-60.safetensors --out plots \\
      --classes airplane,automobile,bird,cat,deer,dog,frog,horse,ship,truck"
    )
}

/// Images that the testbench of `lcsim verilog` runs unless told otherwise.
pub const VERILOG_IMAGES: usize = 2;

/// Arguments of `lcsim verilog`.
#[derive(Debug, Args)]
#[command(after_help = VERILOG_HELP)]
pub struct VerilogArgs {
    /// Accelerator: a TOML file, or an embedded one: 4x4, 8x8, 16x16, 32x32, ecp5-8x8, ice40-2x1 (see `lcsim config`)
    #[arg(long, value_name = "CONFIG", default_value = "16x16")]
    pub config: String,
    /// Folder for the files; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Put this model on chip: .safetensors (quantised), or .onnx (float; quantised on the fly with up to 128 images from
    /// the start of --data). Without one, memories start empty and are loaded by the host port
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
    /// Gate scores below this count as 0 and skip; from 0 to 1 [default: what the model says, 0 for a float one]
    #[arg(long, value_name = "SCORE", value_parser = score)]
    pub threshold: Option<Score>,
    /// Add scripts and constraints for this target, after checking that its part has the multipliers and block RAMs
    #[arg(long, value_name = "TARGET")]
    pub target: Option<VerilogTarget>,
    /// What to write
    #[arg(long, value_name = "PART", default_value = "core")]
    pub part: VerilogPart,
    /// Images for the testbench: file, folder, or cifar10-test (see `lcsim run --help`)
    #[arg(long, value_name = "DATA", default_value = crate::embedded::DATA_NAME)]
    pub data: String,
    /// Images that the testbench runs [default: 2]
    #[arg(long, value_name = "N", value_parser = positive)]
    pub images: Option<usize>,
    /// Overwrite files in DIR that lcsim did not write, or that were changed since
    #[arg(long)]
    pub force: bool,
}

/// What the scripts of `lcsim verilog` build for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerilogTarget {
    /// Lattice ECP5 LFE5U-85F, with yosys and nextpnr-ecp5
    Ecp5,
    /// Lattice iCE40 UP5K, with yosys and nextpnr-ice40
    Ice40,
    /// AMD 7-series, with yosys; place and route with Vivado
    Xilinx,
    /// Generic gates, with yosys; memories stay whole
    Asic,
}

/// What `lcsim verilog` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum VerilogPart {
    /// The gate unit
    Gate,
    /// The PEs
    Array,
    /// Everything
    Core,
}

const VERILOG_HELP: &str = "\
One module a file, the file list (lcsim_core.f), a README with ports and
register map, and a testbench that runs images through the core - those of the
model given, or of the embedded one - and compares it with the simulator.

Examples:
  lcsim verilog --config 8x8 --out rtl
  verilator --lint-only -Wall -F rtl/lcsim_core.f
  lcsim verilog --config ecp5-8x8 --target ecp5 \
      --model models/resnet8-lcnet.safetensors --out rtl
  lcsim verilog --config 8x8 --part gate --out gate";

/// Arguments of `lcsim config`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  lcsim config\n  lcsim config 16x16 > mine.toml")]
pub struct ConfigArgs {
    /// Its name; without one, all names are listed
    pub name: Option<String>,
}

/// Arguments of `lcsim completions`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  lcsim completions bash > ~/.local/share/bash-completion/completions/lcsim")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

/// A score in [0, 1], to the nearest of those that the gate unit knows.
fn score(text: &str) -> Result<Score, String> {
    match text.parse::<f64>() {
        Ok(s) if (0.0..=1.0).contains(&s) => Ok(Score::from_bits((s * f64::from(Score::ONE.to_bits())).round() as u16)),
        _ => Err("expected a number from 0 to 1".into()),
    }
}

/// A count of at least 1.
fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if n > 0 => Ok(n),
        _ => Err("expected a whole number of at least 1".into()),
    }
}

/// Threads: at least 1, and no more than any machine has use for.
fn thread_count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(n) if (1..=1024).contains(&n) => Ok(n),
        _ => Err("expected a whole number from 1 to 1024".into()),
    }
}
