//! `lcsim report`.

use super::common::PrintArgs;
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
    /// Write it as Markdown; with - to stdout
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write it as one HTML page with charts; with - to stdout
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write the layer table as CSV; with - to stdout
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// What is printed.
    #[command(flatten)]
    pub print: PrintArgs,
}
