//! How long work reports its progress, and asks whether to continue. The caller decides what to
//! show.
//!
//! ```
//! use lcsim_spec::progress::{Progress, Silent, Steps};
//!
//! fn work(progress: &dyn Progress) -> u64 {
//!     let steps = progress.begin_asking(3, "images");
//!     (0..3).take_while(|_| !steps.stop()).inspect(|_| steps.advance(1)).count() as u64
//! }
//! assert_eq!(work(&Silent), 3, "`Silent` never stops the work");
//! ```

/// Receives the progress of long work.
pub trait Progress: Sync {
    /// Starts work of `steps` steps of a `kind`. The work ends when the returned value is dropped.
    fn begin(&self, steps: u64, kind: &'static str) -> Box<dyn Steps + '_>;

    /// Like [`begin`](Self::begin), for work that calls [`Steps::stop`] before each step.
    fn begin_asking(&self, steps: u64, kind: &'static str) -> Box<dyn Steps + '_> {
        self.begin(steps, kind)
    }
}

/// Receives the progress of one piece of work.
pub trait Steps: Sync {
    /// Reports that `steps` more steps are done.
    fn advance(&self, steps: u64);

    /// Whether the work should end before its next step.
    fn stop(&self) -> bool {
        false
    }
}

/// Shows nothing and never stops the work.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _: u64, _: &'static str) -> Box<dyn Steps + '_> {
        Box::new(Self)
    }
}

impl Steps for Silent {
    fn advance(&self, _: u64) {}
}
