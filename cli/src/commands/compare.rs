//! `lcsim compare`.

use super::{print, shown};
use crate::args::CompareArgs;
use crate::compare::{self, Difference};
use crate::output::{self, Destination};
use anyhow::Result;

pub(super) fn run(args: &CompareArgs) -> Result<()> {
    let [csv] = output::check_all([args.csv.as_deref()], &[&args.first, &args.second])?;
    let (first, second) = (compare::read(&args.first)?, compare::read(&args.second)?);
    let all: Vec<Difference> =
        compare::differences(&first, &second).into_iter().filter(|d| !(args.changed && d.is_equal())).collect();
    if let Some(csv) = csv {
        let on_stdout = csv == Destination::Stdout;
        csv.write(&compare::csv(&all)?)?;
        if on_stdout {
            return Ok(());
        }
    }
    let mut text = format!("first   {}\nsecond  {}\n", shown(&args.first), shown(&args.second));
    for line in compare::settings(&first, &second) {
        text += &format!("{line}\n");
    }
    let tables = if all.is_empty() { "no figure differs".into() } else { compare::table(&all) };
    print(format!("{text}\n{tables}\n"))
}
