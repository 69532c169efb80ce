//! Live lists, and when their entries show.

/// A live list: channels, and from which cycle each shows, and the end of the list.
#[derive(Debug, Clone, Default)]
pub(crate) struct List {
    pub entries: Vec<usize>,
    pub shows: Vec<u64>,
    pub done: u64,
}

impl List {
    /// Fills it with `entries`, which show one by one, and ends it.
    pub fn fill(&mut self, entries: impl Iterator<Item = (usize, u64)>, done: u64) {
        self.entries.clear();
        self.shows.clear();
        for (entry, shows) in entries {
            self.entries.push(entry);
            self.shows.push(shows);
        }
        self.done = done;
    }

    /// First cycle in which it has so many entries, or is done.
    pub fn suffices(&self, entries: usize) -> u64 {
        self.shows.get(entries.wrapping_sub(1)).map_or(self.done, |shows| self.done.min(*shows))
    }

    /// What it shows in cycle `now`, and whether that is all.
    pub fn at(&self, now: u64) -> (&[usize], bool) {
        let shown = self.shows.partition_point(|shows| *shows <= now);
        (&self.entries[..shown], self.done <= now)
    }
}
