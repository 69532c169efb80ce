//! `lcsim compare`.

use super::common::PrintArgs;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `lcsim compare`.
#[derive(Debug, Args)]
#[command(after_help = "\
Figures are means per image. The last column is the change from the first report to
the second, in percent of the first; lines that are equal in both have none. Layers
are matched by name. The reports may be of different models, images and
accelerators: what differs in the setting stands above the tables.

Examples:
  lcsim run --config 8x8 --json a.json && lcsim run --config 16x16 --json b.json
  lcsim compare a.json b.json
  lcsim compare a.json b.json --changed --csv difference.csv")]
pub struct CompareArgs {
    /// Report of `lcsim run --json`, the first
    #[arg(value_name = "A.json")]
    pub first: PathBuf,
    /// Report of `lcsim run --json`, the second
    #[arg(value_name = "B.json")]
    pub second: PathBuf,
    /// Show only what differs
    #[arg(long)]
    pub changed: bool,
    /// Write both tables as CSV; with - to stdout, instead of the tables
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}
