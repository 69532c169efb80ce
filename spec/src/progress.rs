//! Long work tells how far it is, and asks whether to go on. Who started it decides what to show.

/// Watches long work.
pub trait Progress: Sync {
    /// Work of so many steps of a `kind` begins, and ends when the result is dropped.
    fn begin(&self, steps: u64, kind: &'static str) -> Box<dyn Steps + '_>;

    /// Like [`begin`](Self::begin), of work that asks [`Steps::stop`] before each step.
    fn begin_asking(&self, steps: u64, kind: &'static str) -> Box<dyn Steps + '_> {
        self.begin(steps, kind)
    }
}

/// Work that is watched.
pub trait Steps: Sync {
    /// So many more steps are done.
    fn advance(&self, steps: u64);

    /// Whether the work should end before its next step.
    fn stop(&self) -> bool {
        false
    }
}

/// Shows nothing, and never stops.
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
