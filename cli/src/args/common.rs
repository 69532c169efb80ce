//! What several commands have in common.

use super::load::{LoadArgs, SetArgs};
use super::values::{EngineName, skipped, thread_count};
use clap::Args;
use lcsim_sim::ENERGY_TABLES;
use std::path::PathBuf;

pub(super) const DATA_HELP: &str = "Data (--data), recognised by what it contains (docs/data.md):
  cifar10-test    1000 CIFAR-10 test images, embedded in lcsim
  FOLDER          with a folder of PNGs or JPEGs for each class. Classes count from
                  0 in alphabetic order, in numeric order if all names are numbers
                  (--class-order); images are taken from each class in turn
  FILE            of CIFAR-10 or CIFAR-100 records, of MNIST idx images or a NumPy
                  array of bytes (.npy), whose labels are found by name, or of
                  both arrays (.npz); the first two also compressed with gzip
  FOLDER          with such files; test images go before training images";

/// What commands that simulate have in common.
#[derive(Debug, Args)]
pub struct SimulationArgs {
    /// Labelled images: file, folder, or cifar10-test (see below)
    #[arg(long, value_name = "DATA", default_value = lcsim_input::embedded::DATA_NAME)]
    pub data: String,
    /// How model and data are read.
    #[command(flatten)]
    pub load: LoadArgs,
    /// How the accelerator is read.
    #[command(flatten)]
    pub accelerator: SetArgs,
    /// Energy table: an embedded one (see `lcsim energy`), a TOML file like those, or the ERT of
    /// Accelergy as YAML
    #[arg(long, alias = "energy", value_name = "TABLE", default_value = ENERGY_TABLES[0].0)]
    pub energy_table: String,
    /// Images to leave out at the start of --data
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = skipped)]
    pub offset: usize,
    /// How to simulate; the results do not depend on it
    #[arg(long, value_enum, value_name = "ENGINE", default_value = "fast")]
    pub engine: EngineName,
    /// Threads; the results do not depend on it [default: one per CPU]
    #[arg(long, value_name = "T", value_parser = thread_count)]
    pub threads: Option<usize>,
    /// Print no tables, notes or progress; errors are printed
    #[arg(long, short)]
    pub quiet: bool,
}

/// What commands that print have in common.
#[derive(Debug, Args)]
pub struct PrintArgs {
    /// Write the figures as JSON; with - to stdout, instead of the text
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Print no text, notes or progress; errors are printed
    #[arg(long, short)]
    pub quiet: bool,
}
