//! `lcsim`: parses the command line, carries out the command, and turns its error into a line and
//! an exit code.

use anyhow::{Context, Result};
use clap::Parser;
use lcsim::{args::Cli, commands, terminal};
use lcsim_report::parallel::Interrupted;
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let error = match execute() {
        Ok(code) => return code,
        Err(error) => error,
    };
    if is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    // Nobody may read it any more.
    let _ = writeln!(io::stderr(), "error: {}", lcsim_output::text::one_line(&error));
    ExitCode::from(error.downcast_ref::<Interrupted>().map_or(2, |_| terminal::stopped_code()))
}

/// Help and errors of the command line have exit codes of their own.
fn execute() -> Result<ExitCode> {
    terminal::abort_with_error_code()?;
    match Cli::try_parse() {
        Ok(cli) => {
            terminal::watch_interrupts()?;
            commands::execute(&cli.command)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(text) => {
            text.print().and_then(|()| io::stdout().flush()).context("cannot write to stdout")?;
            Ok(u8::try_from(text.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from))
        }
    }
}

/// Whether the reader of our output went away (`lcsim run | head`), which is no failure of ours.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
