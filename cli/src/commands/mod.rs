//! The commands. Only this module prints.

mod check;
mod compare;
mod config;
mod curve;
mod eval;
mod pictures;
#[cfg(feature = "plots")]
mod plot;
mod quantize;
mod report;
mod run;
mod say;
#[cfg(feature = "scalesim")]
mod topology;
mod trace;
#[cfg(feature = "verilog")]
mod verilog;

use crate::args::{Cli, Command};
use anyhow::Result;
use clap::CommandFactory;
use lcsim_report::parallel;
use lcsim_sim::{ENERGY_TABLES, EnergyTable};

/// Runs a command.
///
/// # Errors
/// Returns any error of the command, with a text that can be shown as it is.
pub fn execute(command: &Command) -> Result<()> {
    match command {
        Command::Run(args) => run::run(args),
        Command::Check(args) => parallel::with_threads(None, || check::run(args)),
        Command::Quantize(args) => parallel::with_threads(None, || quantize::run(args)),
        Command::Eval(args) => eval::run(args),
        Command::Curve(args) => curve::run(args),
        #[cfg(feature = "plots")]
        Command::Plot(args) => plot::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Report(args) => report::run(args),
        Command::Trace(args) => parallel::with_threads(None, || trace::run(args)),
        #[cfg(feature = "verilog")]
        Command::Verilog(args) => parallel::with_threads(None, || verilog::run(args)),
        #[cfg(feature = "scalesim")]
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
