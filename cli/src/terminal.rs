//! The terminal: progress bars, and signals that end the work.

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lcsim_output::end_process;
use lcsim_spec::progress::{Progress, Steps};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// The signal that asked for the end while images were worked on; 0 if none did.
static STOP: AtomicI32 = AtomicI32::new(0);
/// Whether some work asks for [`STOP`].
static ASKED: AtomicBool = AtomicBool::new(false);

/// The process's exit code after a signal stopped the work: 130 after Ctrl-C, 143 after SIGTERM.
pub fn stopped_code() -> u8 {
    exit_code(STOP.load(Ordering::SeqCst)) as u8
}

/// As shells count it.
fn exit_code(signal: i32) -> i32 {
    128 + signal
}

/// A signal stops work that asks, after the steps in flight. Everywhere else, and the second time,
/// it ends the process.
fn take(signal: i32) {
    let asked = ASKED.load(Ordering::SeqCst);
    if !asked || STOP.swap(signal, Ordering::SeqCst) != 0 {
        end_process(exit_code(signal));
    }
}

/// Makes memory that the system does not have an error like others: Rust says so in one line and
/// aborts, which is a signal, and all that safe code can change of it. Exit code 2, and no core
/// dump.
///
/// # Errors
/// When the system refuses a signal handler.
#[cfg(unix)]
pub fn abort_with_error_code() -> Result<()> {
    static ALWAYS: AtomicBool = AtomicBool::new(true);
    let registered = signal_hook::flag::register_conditional_shutdown(signal_hook::consts::SIGABRT, 2, &ALWAYS);
    registered.map(drop).context("cannot watch for signals")
}

/// Elsewhere, an abort has no signal of its own.
///
/// # Errors
/// There are none.
#[cfg(not(unix))]
pub fn abort_with_error_code() -> Result<()> {
    Ok(())
}

/// Makes Ctrl-C, SIGTERM and SIGHUP leave no half-written file.
///
/// # Errors
/// When the system refuses a signal handler.
#[cfg(unix)]
pub fn watch_interrupts() -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let watched = [SIGINT, SIGTERM].into_iter().chain((!survives_hangup()).then_some(SIGHUP));
    let mut signals = signal_hook::iterator::Signals::new(watched).context("cannot watch for signals")?;
    let watch = move || signals.forever().for_each(take);
    std::thread::Builder::new().spawn(watch).context("cannot start a thread")?;
    Ok(())
}

/// Whether the process was started to outlive its terminal (`nohup`): it then ignores SIGHUP, which
/// a handler would undo. Where the system does not say, SIGHUP does what it always did.
#[cfg(unix)]
fn survives_hangup() -> bool {
    const SIGHUP: u64 = 1 << (signal_hook::consts::SIGHUP - 1);
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    ignored.is_none_or(|ignored| ignored & SIGHUP != 0)
}

/// Makes Ctrl-C leave no half-written file.
///
/// # Errors
/// When the system refuses a signal handler.
#[cfg(not(unix))]
pub fn watch_interrupts() -> Result<()> {
    const SIGINT: i32 = 2;
    ctrlc::set_handler(|| take(SIGINT)).context("cannot watch for Ctrl-C")
}

/// Shows work as a progress bar on stderr, if that is a terminal, and stops it after a signal.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    shown: bool,
}

impl Terminal {
    /// Shows no bar if `quiet`.
    pub fn unless(quiet: bool) -> Self {
        Self { shown: !quiet }
    }

    fn bar(self, steps: u64, kind: &'static str, asks: bool) -> Bar {
        let target = if self.shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{wide_bar} {pos} of {len} {msg}, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::with_draw_target(Some(steps), target).with_style(style).with_message(kind);
        if asks {
            ASKED.store(true, Ordering::SeqCst);
        }
        Bar { bar, asks }
    }
}

impl Progress for Terminal {
    fn begin(&self, steps: u64, kind: &'static str) -> Box<dyn Steps + '_> {
        Box::new(self.bar(steps, kind, false))
    }

    fn begin_asking(&self, steps: u64, kind: &'static str) -> Box<dyn Steps + '_> {
        Box::new(self.bar(steps, kind, true))
    }
}

/// A progress bar while it lives.
struct Bar {
    bar: ProgressBar,
    /// The work asks whether to stop.
    asks: bool,
}

impl Steps for Bar {
    fn advance(&self, steps: u64) {
        self.bar.inc(steps);
    }

    fn stop(&self) -> bool {
        STOP.load(Ordering::SeqCst) != 0
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        if self.asks {
            ASKED.store(false, Ordering::SeqCst);
        }
        self.bar.finish_and_clear();
    }
}
