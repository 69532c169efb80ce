//! Limits the memory of all layers that run in parallel. A file can claim layers of any size.
//!
//! ```
//! use lcsim_scalesim::memory::{Budget, LIMIT};
//! use lcsim_scalesim::run::check;
//! use lcsim_scalesim::shape::Shape;
//! use lcsim_scalesim::{Dataflow, ScaleConfig};
//!
//! let dataflow = Dataflow::OutputStationary;
//! let config = ScaleConfig { rows: 4, cols: 4, ifmap_words: 1024, filter_words: 1024, ofmap_words: 1024, dataflow };
//! let shape = Shape { height: 16, width: 8, filter_height: 1, filter_width: 8, channels: 1, filters: 4, stride: 1 };
//! check(&config, &shape, &Budget::new(LIMIT))?;
//! assert!(check(&config, &shape, &Budget::new(100)).is_err(), "its tables are larger than 100 bytes");
//! # Ok::<(), anyhow::Error>(())
//! ```

use anyhow::{Result, ensure};
use std::iter::empty;
use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes for all layers that run at the same time.
pub const LIMIT: u64 = 1 << 31;

/// A row, a column and an address.
pub(super) type Place = (usize, usize, usize);
/// Bytes of a [`Place`].
pub(super) const PLACE_BYTES: u64 = size_of::<Place>() as u64;

/// Memory that layers share while they run in parallel.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    free: Mutex<u64>,
    returned: Condvar,
}

/// The share of one layer. It returns to the budget when it is dropped.
#[derive(Debug)]
pub(super) struct Share<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    /// Makes a budget of `limit` bytes.
    pub fn new(limit: u64) -> Self {
        Self { limit, free: Mutex::new(limit), returned: Condvar::new() }
    }

    /// Checks that `bytes` are not more than the whole budget.
    pub(super) fn check(&self, bytes: u64) -> Result<()> {
        let (need, limit) = (megabytes(bytes), megabytes(self.limit));
        ensure!(bytes <= self.limit, "needs tables of {need} MB, and a layer may have at most {limit} MB");
        Ok(())
    }

    /// Takes `bytes`, after waiting until other layers have left enough. Large layers therefore run
    /// one after the other, for any number of threads.
    pub(super) fn take(&self, bytes: u64) -> Result<Share<'_>> {
        self.check(bytes)?;
        // Later code for this layer may copy the tables, and a failed allocation would end the
        // process. So this asks the system for the memory first.
        drop(table(bytes as usize, empty::<u8>())?);
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.returned.wait_while(free, |free| *free < bytes).unwrap_or_else(PoisonError::into_inner);
        *free -= bytes;
        Ok(Share { budget: self, bytes })
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        *self.budget.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.budget.returned.notify_all();
    }
}

/// Makes a table of `len` values.
///
/// # Errors
/// Fails if the system does not give the memory.
pub(super) fn table<T>(len: usize, values: impl Iterator<Item = T>) -> Result<Vec<T>> {
    let mut table = vec![];
    let reserved = table.try_reserve_exact(len);
    let need = megabytes((len * size_of::<T>()) as u64);
    ensure!(reserved.is_ok(), "needs tables of {need} MB, for which there is no memory");
    table.extend(values);
    Ok(table)
}

fn megabytes(bytes: u64) -> u64 {
    bytes.div_ceil(1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[test]
    fn layers_side_by_side_never_have_more_than_all() {
        let (budget, taken, runs) = (Budget::new(10), AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for bytes in [1, 10, 6, 4, 5, 7, 3, 10] {
                let (budget, taken, runs) = (&budget, &taken, &runs);
                scope.spawn(move || {
                    let share = budget.take(bytes).expect("within the limit");
                    assert!(taken.fetch_add(bytes, Ordering::SeqCst) + bytes <= 10);
                    std::thread::yield_now();
                    taken.fetch_sub(bytes, Ordering::SeqCst);
                    runs.fetch_add(1, Ordering::SeqCst);
                    drop(share);
                });
            }
        });
        assert_eq!((runs.into_inner(), budget.free.into_inner().expect("not poisoned")), (8, 10));
    }

    #[test]
    fn a_layer_over_the_limit_and_a_table_over_all_memory_are_refused() {
        let error = Budget::new(5_000_000).take(5_000_001).expect_err("refused").to_string();
        assert_eq!(error, "needs tables of 6 MB, and a layer may have at most 5 MB");
        let len = isize::MAX as usize / 8;
        let error = table(len, empty::<u64>()).expect_err("refused").to_string();
        assert!(error == "needs tables of 9223372036855 MB, for which there is no memory", "{error}");
    }
}
