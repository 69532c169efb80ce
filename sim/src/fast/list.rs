//! Live lists, and the cycles in which their entries become visible.

/// A live list: channels, the first cycle in which each is visible, and the cycle that ends the
/// list.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    pub entries: Vec<usize>,
    pub shows: Vec<u64>,
    pub done: u64,
}

impl List {
    /// Fills the list with `entries` in ascending order of their cycles, and ends it in cycle
    /// `done`.
    pub fn fill(&mut self, entries: impl Iterator<Item = (usize, u64)>, done: u64) {
        self.entries.clear();
        self.shows.clear();
        for (entry, shows) in entries {
            self.entries.push(entry);
            self.shows.push(shows);
        }
        self.done = done;
    }

    /// The first cycle in which the list has `entries` entries, or is complete.
    pub fn suffices(&self, entries: usize) -> u64 {
        self.shows.get(entries.wrapping_sub(1)).map_or(self.done, |shows| self.done.min(*shows))
    }

    /// The entries that are visible in cycle `now`, and whether the list is complete.
    pub fn at(&self, now: u64) -> (&[usize], bool) {
        let shown = self.shows.partition_point(|shows| *shows <= now);
        (&self.entries[..shown], self.done <= now)
    }
}
