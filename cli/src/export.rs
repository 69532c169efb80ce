//! Exports a report for people and programs.
//!
//! ```
//! use lcsim::{Accelerator, Images, Network, Options, export, simulate};
//!
//! let (network, images) = (Network::embedded()?, Images::embedded()?.take(1));
//! let accelerator = Accelerator::named("16x16")?;
//! let report = simulate(&network, &accelerator, &images, &Options::default())?;
//! assert!(export::text(&report).contains("speed-up"));
//! assert!(export::html(&report).starts_with("<!DOCTYPE html>"));
//! assert_eq!(export::read(&export::json(&report)?)?, report);
//! # Ok::<(), lcsim::Error>(())
//! ```

use crate::error::{Error, Result};
use anyhow::Context;
use lcsim_report::{compare, table, totals};
use lcsim_spec::report::Report;

#[cfg(feature = "html")]
pub use lcsim_report::render::html;
pub use lcsim_report::render::markdown;

/// Formats the tables of layers and totals for a terminal.
pub fn text(report: &Report) -> String {
    format!("{}\n\n{}", table::text(&table::rows(report)), totals::text(report))
}

/// Writes the whole report as JSON; docs/report.schema.json describes it.
///
/// # Errors
/// No report is known for which this fails: each figure has a form in JSON.
pub fn json(report: &Report) -> Result<String> {
    let text = String::from_utf8(lcsim_output::json(report)?).context("no text");
    text.map_err(Error::from)
}

/// Writes the table of layers as CSV.
///
/// # Errors
/// No report is known for which this fails: the lines are flat.
pub fn csv(report: &Report) -> Result<String> {
    let text = String::from_utf8(table::csv(&table::rows(report))?).context("no text");
    text.map_err(Error::from)
}

/// Reads the text of [`json`], and checks the report for contradictions.
///
/// # Errors
/// Fails if the text is no report, or contradicts itself. The error names the place, and what was
/// expected and found there.
pub fn read(json: &str) -> Result<Report> {
    Ok(compare::parse(json)?)
}
