//! `lcsim report`.

use super::common::PrintArgs;
use super::documents::DocumentArgs;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `lcsim report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Every figure is one of the report, or a quotient of two. Nothing is simulated. The
page holds its charts and needs neither a network nor scripts.

Examples:
  lcsim run --images 100 --json report.json
  lcsim report report.json --html report.html
  lcsim report report.json --markdown -")]
pub struct ReportArgs {
    /// Report of `lcsim run --json`
    #[arg(value_name = "REPORT.json")]
    pub report: PathBuf,
    /// The files of the report.
    #[command(flatten)]
    pub documents: DocumentArgs,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}
