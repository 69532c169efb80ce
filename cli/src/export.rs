//! A report as people and programs read it.
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

pub use lcsim_report::render::{html, markdown};

/// The tables of layers and totals, for a terminal.
pub fn text(report: &Report) -> String {
    format!("{}\n\n{}", table::text(&table::rows(report)), totals::text(report))
}

/// The whole report as JSON, as docs/report.schema.json describes it.
///
/// # Errors
/// None that is known: each figure has a form in JSON.
pub fn json(report: &Report) -> Result<String> {
    let text = String::from_utf8(lcsim_output::json(report)?).context("no text");
    text.map_err(Error::from)
}

/// The table of layers as CSV.
///
/// # Errors
/// None that is known: each line is one of a table.
pub fn csv(report: &Report) -> Result<String> {
    let text = String::from_utf8(table::csv(&table::rows(report))?).context("no text");
    text.map_err(Error::from)
}

/// The report in the text of [`json`], checked against itself.
///
/// # Errors
/// It is no report, or was changed: where, what was expected and what was found.
pub fn read(json: &str) -> Result<Report> {
    Ok(compare::parse(json)?)
}
