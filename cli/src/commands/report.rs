//! `lcsim report`.

use super::run::show;
use crate::args::ReportArgs;
use crate::{compare, output};
use anyhow::Result;

pub(super) fn run(args: &ReportArgs) -> Result<()> {
    let outputs = [args.csv.as_deref(), args.markdown.as_deref(), args.html.as_deref()];
    let [csv, markdown, html] = output::check_all(outputs, &[&args.report])?;
    let quiet = [&csv, &markdown, &html].iter().any(|d| d.is_some());
    show(&compare::read(&args.report)?, [None, csv, markdown, html], quiet)
}
