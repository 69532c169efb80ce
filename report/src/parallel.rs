//! Works on many images in parallel.
//!
//! ```
//! use lcsim_report::parallel::{images, with_threads};
//! use lcsim_spec::progress::Silent;
//!
//! let squares = with_threads(Some(2), || Ok(images(4, &Silent, |image| image * image)?))?;
//! assert_eq!(squares, [0, 1, 4, 9], "in the order of the images, whatever thread computed them");
//! # Ok::<(), anyhow::Error>(())
//! ```

use anyhow::{Context, Result};
use lcsim_spec::progress::Progress;
use rayon::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use thiserror::Error;

/// The user stopped the work.
#[derive(Debug, Error)]
#[error("interrupted after {done} of {of} images")]
pub struct Interrupted {
    /// The number of images that were finished.
    pub done: usize,
    /// The number of images that were asked for.
    pub of: usize,
}

/// Runs `work` with this number of threads. The default is one thread for each CPU.
///
/// # Errors
/// The errors of `work`. Also fails if the threads cannot be started.
pub fn with_threads<T: Send>(threads: Option<usize>, work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let threads = threads.unwrap_or(0);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().context("cannot start threads")?;
    pool.install(work)
}

/// The number of images, of `count` in all, that are in work at the same time.
pub fn at_a_time(count: usize) -> usize {
    rayon::current_num_threads().min(count)
}

/// Computes `work(0)` to `work(count - 1)`, and returns the results in this order. Reports to
/// `progress`.
///
/// # Errors
/// [`Interrupted`] if `progress` stops the work.
pub fn images<T: Send>(
    count: usize,
    progress: &dyn Progress,
    work: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>, Interrupted> {
    sum(count, progress, Vec::new, |results, i| results.push(work(i)), |results, mut later| results.append(&mut later))
}

/// Adds up `0..count` in their order. Each thread starts its part with `nothing()`, and calls `add`
/// for each number. `append` joins a part to the part before it. Reports to `progress` like
/// [`images`].
///
/// # Errors
/// [`Interrupted`] if `progress` stops the work.
pub fn sum<T: Send>(
    count: usize,
    progress: &dyn Progress,
    nothing: impl Fn() -> T + Sync,
    add: impl Fn(&mut T, usize) + Sync,
    append: impl Fn(&mut T, T) + Sync,
) -> Result<T, Interrupted> {
    let steps = progress.begin_asking(count as u64, "images");
    let done = AtomicUsize::new(0);
    let sum = (0..count)
        .into_par_iter()
        .try_fold(&nothing, |mut part, i| {
            if steps.stop() {
                return None;
            }
            add(&mut part, i);
            done.fetch_add(1, Ordering::SeqCst);
            steps.advance(1);
            Some(part)
        })
        .try_reduce(&nothing, |mut part, later| {
            append(&mut part, later);
            Some(part)
        });
    drop(steps);
    sum.ok_or(Interrupted { done: done.into_inner(), of: count })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_images() {
        for threads in [1, 3] {
            let squares = with_threads(Some(threads), || Ok(images(100, &lcsim_spec::progress::Silent, |i| i * i)?));
            assert_eq!(squares.expect("not interrupted"), (0..100).map(|i| i * i).collect::<Vec<_>>());
        }
    }
}
