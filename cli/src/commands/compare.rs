//! `lcsim compare`.

use super::say::{shown, tell};
use crate::args::CompareArgs;
use anyhow::Result;
use lcsim_output::Destination;
use lcsim_report::compare::{self, Difference};
use serde::Serialize;
use std::path::Path;

/// The comparison of two reports.
#[derive(Debug, Serialize)]
struct Comparison<'a> {
    schema: &'static str,
    first: &'a Path,
    second: &'a Path,
    /// What differs between the two runs.
    settings: Vec<String>,
    /// Every figure, or only those that differ.
    figures: Vec<Difference>,
}

pub(super) fn run(args: &CompareArgs) -> Result<()> {
    let outputs = [args.csv.as_deref(), args.print.json.as_deref()];
    let [csv, json] = lcsim_output::check_all(outputs)?;
    let (first, second) = (compare::read(&args.first)?, compare::read(&args.second)?);
    let all: Vec<Difference> =
        compare::differences(&first, &second).into_iter().filter(|d| !(args.changed && d.is_equal())).collect();
    if let Some(csv) = &csv {
        csv.write(&compare::csv(&all)?)?;
    }
    let quiet = args.print.quiet || csv == Some(Destination::Stdout);
    let settings = compare::settings(&first, &second);
    let (first, second) = (args.first.as_path(), args.second.as_path());
    let found = Comparison { schema: "lcsim.compare/1", first, second, settings, figures: all };
    tell(json.as_ref(), quiet, || lcsim_output::json(&found), || text(&found))
}

fn text(found: &Comparison) -> String {
    let mut text = format!("first   {}\nsecond  {}\n", shown(found.first), shown(found.second));
    for line in &found.settings {
        text += &format!("{line}\n");
    }
    let tables = if found.figures.is_empty() { "no figure differs".into() } else { compare::table(&found.figures) };
    format!("{text}\n{tables}\n")
}
