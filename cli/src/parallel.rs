//! Work on many images at once: threads, progress, and signals that end it.

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lcsim_output::end_process;
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicUsize, Ordering};
use thiserror::Error;

/// The signal that asked for the end while images were worked on; 0 if none did.
static STOP: AtomicI32 = AtomicI32::new(0);
/// Whether someone looks at [`STOP`].
static WATCHED: AtomicBool = AtomicBool::new(false);

/// The user stopped the work.
#[derive(Debug, Error)]
#[error("interrupted after {done} of {of} images")]
pub struct Interrupted {
    /// Images finished.
    pub done: usize,
    /// Images asked for.
    pub of: usize,
}

impl Interrupted {
    /// The process's exit code: 130 after Ctrl-C, 143 after SIGTERM.
    pub fn code(&self) -> u8 {
        exit_code(STOP.load(Ordering::SeqCst)) as u8
    }
}

/// As shells count it.
fn exit_code(signal: i32) -> i32 {
    128 + signal
}

/// A signal stops [`images`] after the images in flight. Everywhere else, and the second time, it ends the process.
fn take(signal: i32) {
    let watched = WATCHED.load(Ordering::SeqCst);
    if !watched || STOP.swap(signal, Ordering::SeqCst) != 0 {
        end_process(exit_code(signal));
    }
}

/// Makes memory that the system does not have an error like others: Rust says so in one line and
/// aborts, which is a signal, and all that safe code can change of it. Exit code 2, and no core dump.
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

/// Whether the process was started to outlive its terminal (`nohup`): it then ignores SIGHUP, which a handler would undo. Where the system
/// does not say, SIGHUP does what it always did.
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

/// Runs `work` with that many threads (default: one per CPU).
///
/// # Errors
/// Those of `work`, and when threads cannot be started.
pub fn with_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let threads = threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start threads")?;
    pool.install(work)
}

/// How many of `count` images are worked on at a time.
pub fn at_a_time(count: usize) -> usize {
    rayon::current_num_threads().min(count)
}

/// `work(0..count)` in order, shown by a progress bar on stderr if that is a terminal and `bar` is set.
///
/// # Errors
/// [`Interrupted`].
pub fn images<T: Send>(count: usize, bar: bool, work: impl Fn(usize) -> T + Sync) -> Result<Vec<T>, Interrupted> {
    sum(count, bar, Vec::new, |results, i| results.push(work(i)), |results, mut later| results.append(&mut later))
}

/// What `add` makes of `0..count`, in their order: each thread begins its part with what `nothing` gives, and `append` adds a part to the
/// one before it. Shown like [`images`].
///
/// # Errors
/// [`Interrupted`].
pub fn sum<T: Send>(
    count: usize,
    bar: bool,
    nothing: impl Fn() -> T + Sync,
    add: impl Fn(&mut T, usize) + Sync,
    append: impl Fn(&mut T, T) + Sync,
) -> Result<T, Interrupted> {
    let bar = Bar::new(count as u64, "images", bar);
    let done = AtomicUsize::new(0);
    WATCHED.store(true, Ordering::SeqCst);
    let sum = (0..count)
        .into_par_iter()
        .try_fold(&nothing, |mut part, i| {
            if STOP.load(Ordering::SeqCst) != 0 {
                return None;
            }
            add(&mut part, i);
            done.fetch_add(1, Ordering::SeqCst);
            bar.advance(1);
            Some(part)
        })
        .try_reduce(&nothing, |mut part, later| {
            append(&mut part, later);
            Some(part)
        });
    WATCHED.store(false, Ordering::SeqCst);
    drop(bar);
    sum.ok_or(Interrupted { done: done.into_inner(), of: count })
}

/// A progress bar on stderr while it lives, if that is a terminal.
pub struct Bar(ProgressBar);

impl Bar {
    /// For so many steps of a kind; invisible unless `shown`.
    pub fn new(steps: u64, kind: &'static str, shown: bool) -> Self {
        let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let style = ProgressStyle::with_template("{wide_bar} {pos} of {len} {msg}, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Self(ProgressBar::with_draw_target(Some(steps), target).with_style(style).with_message(kind))
    }

    /// So many more are done.
    pub fn advance(&self, steps: u64) {
        self.0.inc(steps);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_images() {
        for threads in [1, 3] {
            let squares = with_threads(Some(threads), || Ok(images(100, false, |i| i * i)?));
            assert_eq!(squares.expect("not interrupted"), (0..100).map(|i| i * i).collect::<Vec<_>>());
        }
    }
}
