//! Progress bars, and signals that end the work.

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lcsim_output::end_process;
use lcsim_spec::progress::{Progress, Steps};
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};

/// The signal that asked to stop while images were in work. 0 if there was none.
static STOP: AtomicI32 = AtomicI32::new(0);
/// Whether some work checks [`STOP`].
static ASKED: AtomicBool = AtomicBool::new(false);

/// The exit code after a signal has stopped the work: 130 after Ctrl-C, 143 after SIGTERM.
pub fn stopped_code() -> u8 {
    exit_code(STOP.load(Ordering::SeqCst)) as u8
}

/// The exit code that shells use for a signal.
fn exit_code(signal: i32) -> i32 {
    128 + signal
}

/// Handles a signal. Work that checks for it stops after the steps in progress. All other work, and
/// the second signal, ends the process.
fn take(signal: i32) {
    let asked = ASKED.load(Ordering::SeqCst);
    if !asked || STOP.swap(signal, Ordering::SeqCst) != 0 {
        end_process(exit_code(signal));
    }
}

/// Turns the abort after a failed allocation into exit code 2 without a core dump. Rust reports a
/// failed allocation in one line and then aborts, which raises a signal. Safe code can change only
/// the effect of this signal.
///
/// # Errors
/// Fails if the system refuses a signal handler.
#[cfg(unix)]
pub fn abort_with_error_code() -> Result<()> {
    static ALWAYS: AtomicBool = AtomicBool::new(true);
    let registered = signal_hook::flag::register_conditional_shutdown(signal_hook::consts::SIGABRT, 2, &ALWAYS);
    registered.map(drop).context("cannot watch for signals")
}

/// On other systems, an abort has no signal of its own.
///
/// # Errors
/// Never fails.
#[cfg(not(unix))]
pub fn abort_with_error_code() -> Result<()> {
    Ok(())
}

/// Makes Ctrl-C, SIGTERM and SIGHUP leave no half-written file.
///
/// # Errors
/// Fails if the system refuses a signal handler.
#[cfg(unix)]
pub fn watch_interrupts() -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let watched = [SIGINT, SIGTERM].into_iter().chain((!survives_hangup()).then_some(SIGHUP));
    let mut signals = signal_hook::iterator::Signals::new(watched).context("cannot watch for signals")?;
    let watch = move || signals.forever().for_each(take);
    std::thread::Builder::new().spawn(watch).context("cannot start a thread")?;
    Ok(())
}

/// Whether the process was started to survive its terminal (`nohup`). It then ignores SIGHUP, and a
/// handler would undo this. If the system does not say, SIGHUP keeps its usual effect.
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
/// Fails if the system refuses a signal handler.
#[cfg(not(unix))]
pub fn watch_interrupts() -> Result<()> {
    const SIGINT: i32 = 2;
    ctrlc::set_handler(|| take(SIGINT)).context("cannot watch for Ctrl-C")
}

/// Shows the progress of work as a bar on stderr, if stderr is a terminal, and stops the work after
/// a signal.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    shown: bool,
}

impl Terminal {
    /// Shows no bar if `quiet` is set.
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

/// A progress bar. It disappears when it is dropped.
struct Bar {
    bar: ProgressBar,
    /// Whether the work checks if it should stop.
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
