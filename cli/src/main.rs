//! The command `lcsim`: parses the command line, runs the command, and turns an error into a line
//! and an exit code.
//!
//! Only [`commands`] print. The library, and the crates below it, return values and errors.

mod args;
mod commands;
mod terminal;
mod words;

use anyhow::{Context, Result};
use args::Cli;
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
    // An error is ignored, because stderr may be closed.
    let _ = writeln!(io::stderr(), "error: {}", lcsim_output::text::one_line(&error));
    ExitCode::from(if is_interrupted(&error) { terminal::stopped_code() } else { 2 })
}

/// Runs the command line. Help, and errors of the command line, have exit codes of their own.
fn execute() -> Result<ExitCode> {
    terminal::abort_with_error_code()?;
    lcsim_spec::naming::use_words(words::word);
    match Cli::read() {
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

/// Whether a signal stopped the work.
fn is_interrupted(error: &anyhow::Error) -> bool {
    let in_library = error.downcast_ref::<lcsim::Error>().is_some_and(lcsim::Error::is_interrupted);
    in_library || error.is::<Interrupted>()
}

/// Whether the reader of our output has closed the pipe, as in `lcsim run | head`. This is not a
/// failure.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
