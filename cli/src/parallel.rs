//! Work on many images at once: threads, progress, and Ctrl-C.

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use thiserror::Error;

/// Ctrl-C was pressed while images were worked on.
static STOP: AtomicBool = AtomicBool::new(false);
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

/// Makes Ctrl-C stop [`images`] after the images in flight. Everywhere else, and the second time, it ends the process.
///
/// # Errors
/// When the system refuses a signal handler.
pub fn watch_interrupts() -> Result<()> {
    let handler = || {
        if !WATCHED.load(Ordering::SeqCst) || STOP.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(handler).context("cannot watch for Ctrl-C")
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
    let bar = progress_bar(count, bar);
    let done = AtomicUsize::new(0);
    WATCHED.store(true, Ordering::SeqCst);
    let sum = (0..count)
        .into_par_iter()
        .try_fold(&nothing, |mut part, i| {
            if STOP.load(Ordering::SeqCst) {
                return None;
            }
            add(&mut part, i);
            done.fetch_add(1, Ordering::SeqCst);
            bar.inc(1);
            Some(part)
        })
        .try_reduce(&nothing, |mut part, later| {
            append(&mut part, later);
            Some(part)
        });
    WATCHED.store(false, Ordering::SeqCst);
    bar.finish_and_clear();
    sum.ok_or(Interrupted { done: done.into_inner(), of: count })
}

fn progress_bar(count: usize, shown: bool) -> ProgressBar {
    bar(count as u64, "{wide_bar} {pos} of {len} images, {eta} left", shown)
}

/// A progress bar on stderr of work that is counted in cycles and not in images, if that is a terminal and `shown` is set.
pub fn cycles_bar(cycles: u64, shown: bool) -> ProgressBar {
    bar(cycles, "{wide_bar} {percent} % of the cycles, {eta} left", shown)
}

fn bar(length: u64, template: &str, shown: bool) -> ProgressBar {
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(length), target).with_style(style)
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
