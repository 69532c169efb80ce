//! `lcsim report`.

use super::run::show;
use crate::args::ReportArgs;
use anyhow::Result;
use lcsim_report::compare;

pub(super) fn run(args: &ReportArgs) -> Result<()> {
    let paths = args.documents.paths(args.print.json.as_deref());
    let outputs = lcsim_output::check_all(paths)?;
    let quiet = args.print.quiet || outputs.iter().any(|d| d.is_some());
    show(&compare::read(&args.report)?, outputs, quiet)
}
