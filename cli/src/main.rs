//! `lcsim`: parses the command line, carries out the command, and turns its error into a line and an exit code.

use clap::Parser;
use lcsim::{args::Cli, commands, parallel};
use std::io::{self, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let result = parallel::watch_interrupts().and_then(|()| commands::execute(&cli.command));
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    if is_broken_pipe(&error) {
        return ExitCode::SUCCESS;
    }
    // Nobody may read it any more.
    let _ = writeln!(io::stderr(), "error: {}", lcsim::text::one_line(&error));
    ExitCode::from(error.downcast_ref::<parallel::Interrupted>().map_or(2, parallel::Interrupted::code))
}

/// Whether the reader of our output went away (`lcsim run | head`), which is no failure of ours.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
