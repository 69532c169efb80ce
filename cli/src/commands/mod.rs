//! The commands: the only place that prints.

mod check;
mod compare;
mod config;
mod curve;
mod eval;
mod plot;
mod quantize;
mod report;
mod run;
mod topology;
mod trace;
mod verilog;

use crate::args::{Cli, Command};
use anyhow::{Context, Result};
use clap::CommandFactory;
use lcsim_output::Destination;
use lcsim_report::parallel;
use lcsim_sim::{ENERGY_TABLES, EnergyTable};
use lcsim_spec::escape::{printable, printable_lines};
use std::io::Write;
use std::path::Path;

/// Carries out a command.
///
/// # Errors
/// Whatever went wrong, complete enough to be shown as it is.
pub fn execute(command: &Command) -> Result<()> {
    match command {
        Command::Run(args) => run::run(args),
        Command::Check(args) => parallel::with_threads(None, || check::run(args)),
        Command::Quantize(args) => parallel::with_threads(None, || quantize::run(args)),
        Command::Eval(args) => eval::run(args),
        Command::Curve(args) => curve::run(args),
        Command::Plot(args) => plot::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Report(args) => report::run(args),
        Command::Trace(args) => parallel::with_threads(None, || trace::run(args)),
        Command::Verilog(args) => parallel::with_threads(None, || verilog::run(args)),
        Command::Topology(args) => topology::run(args),
        Command::Config(args) => config::run(args),
        Command::Energy(args) => {
            let read = |text: &str, name: &str| Ok(EnergyTable::parse(text, name)?);
            config::embedded("energy table", &ENERGY_TABLES, args.name.as_deref(), &args.print, read)
        }
        Command::Completions(args) => {
            let mut script = vec![];
            clap_complete::generate(args.shell, &mut Cli::command(), "lcsim", &mut script);
            lcsim_output::Destination::Stdout.write(&script)
        }
    }
}

/// Text for people, to stdout, in which nothing steers a terminal. A reader that went away is an
/// error that the caller can tell, not a panic as with `println!`.
fn print(text: impl AsRef<str>) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout
        .write_all(printable_lines(text.as_ref()).as_bytes())
        .and_then(|()| stdout.flush())
        .context("cannot write to stdout")
}

/// A remark on stderr, unless `quiet`.
fn notes(quiet: bool) -> impl Fn(&str) {
    move |text| {
        if !quiet {
            note(text);
        }
    }
}

/// What a command found: `json` if it has a destination, and `text` unless the command is quiet or
/// stdout has the JSON.
fn tell(
    to: Option<&Destination>,
    quiet: bool,
    json: impl FnOnce() -> Result<Vec<u8>>,
    text: impl FnOnce() -> String,
) -> Result<()> {
    if let Some(to) = to {
        to.write(&json()?)?;
    }
    if quiet || to == Some(&Destination::Stdout) { Ok(()) } else { print(text()) }
}

/// A remark on stderr; whether anybody reads it does not matter.
fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "note: {}", printable(text));
}

/// A path within text for people, on one line.
fn shown(path: &Path) -> String {
    printable(&path.display().to_string()).into()
}
