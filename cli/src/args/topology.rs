//! `lcsim topology`.

use super::common::PrintArgs;
use super::values::thread_count;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Arguments of `lcsim topology`.
#[derive(Debug, Args)]
#[command(after_help = TOPOLOGY_HELP)]
pub struct TopologyArgs {
    /// SCALE-Sim configuration (INI): array, memories, dataflow
    #[arg(long, value_name = "FILE.cfg")]
    pub config: PathBuf,
    /// SCALE-Sim topology (CSV): a line for each layer
    #[arg(long, value_name = "FILE.csv")]
    pub topology: PathBuf,
    /// The topology has matrix products (M, N, K) and no convolutions
    #[arg(long)]
    pub gemm: bool,
    /// Whose counts to reproduce [default: none, the cycles of our own accelerator beside
    /// SCALE-Sim's]
    #[arg(long, value_enum, value_name = "SIMULATOR")]
    pub compat: Option<Compat>,
    /// Folder for the reports; it is made if it is not there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Threads; the results do not depend on it [default: one per CPU]
    #[arg(long, value_name = "T", value_parser = thread_count)]
    pub threads: Option<usize>,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}

/// A simulator whose counts are reproduced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Compat {
    /// SCALE-Sim 3.0.0, as on PyPI, in its CALC mode
    #[value(name = "scalesim-3.0.0")]
    ScaleSim300,
}

const TOPOLOGY_HELP: &str = "\
Reads what SCALE-Sim reads. Without --compat the layers run on the accelerator
of `lcsim run`: an array of the same height and width (at most 256), memories
that hold the layer, accumulators of 1024 words, weight stationary whatever the
Dataflow is. COMPARISON_REPORT.csv has a line for each layer: the Total Cycles
that SCALE-Sim reports for it with its Dataflow (dense, and in its CALC mode,
whatever the configuration says), ours, the difference, and where ours go.
Loading the image and the classifier are not in it. A layer that is larger than
the accelerator can have it runs in parts, whose cycles are added up. The line of
a layer that cannot run says why; the others have their figures, and the exit
code is 2.

With --compat it writes what SCALE-Sim writes, to the last digit:
COMPUTE_REPORT.csv (cycles, stalls, utilisation), BANDWIDTH_REPORT.csv (words a
cycle) and DETAILED_ACCESS_REPORT.csv (first cycle, last cycle and words of each
memory). This is SCALE-Sim's machine, a plain
systolic array, and not the one of `lcsim run`.

The configuration needs, in any case of letters:
  [architecture_presets]  ArrayHeight, ArrayWidth, IfmapSramSzkB,
                          FilterSramSzkB, OfmapSramSzkB, Dataflow (os, ws, is)
and with --compat
  [run_presets]           InterfaceBandwidth: CALC
where sparsity and custom layouts have to be off or left out.

The topology has a header and a line for each layer, with a comma at its end or
without. Commas, tabs or semicolons stand between the fields. The header names
the columns, in any order:
  Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels,
  Num Filter, Strides,
or, with --gemm:
  Layer, M, N, K,
Sparsity (N:M) and Batch Size (1) may be there too. Without a header the columns
have the order above. SCALE-Sim goes by that order alone, and takes the first
line as a header whatever it holds; a note says where that differs. What stands
behind the last comma of a line, and has no column, is not read.
There is no padding: an input has the height and width that it has with it.
A layer with DP in its name is depthwise: a layer for each channel.

Examples:
  lcsim topology --config scale.cfg --topology resnet18.csv \\
      --compat scalesim-3.0.0 --out reports
  lcsim topology --config scale.cfg --topology gpt2.csv --gemm --out ours";
