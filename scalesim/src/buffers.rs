//! The memories beside the array, as SCALE-Sim 3.0.0 has them in its `CALC` mode. They are reduced
//! to what its reports show.
//!
//! Reads never stall: the model finds the bandwidth that they need. What is fetched, and when,
//! depends on the order in which addresses are first requested, so the code follows every address.
//! Writes do not stall either, although they could in SCALE-Sim's other mode: a memory drains as
//! many words in each cycle as the array has columns.

use super::memory::table;
use serde::Serialize;
use std::collections::VecDeque;
use std::iter::repeat_n;
use thiserror::Error;

/// The number of sets of addresses in a read memory.
const SETS: usize = 100;
/// The number of sets that are fetched together, which is half of the memory.
const FETCH: usize = SETS / 2;
/// Words per cycle of the first fetch, for which no time is given.
const FIRST_BANDWIDTH: usize = 10;
/// Cycles from a request to its answer.
const LATENCY: i64 = 1;

/// Half of a read memory was filled twice in the same cycle, so no cycle is left to fetch it.
/// SCALE-Sim then divides by zero.
#[derive(Debug, Error)]
#[error("half of the memory is filled twice in a cycle, where SCALE-Sim 3.0.0 divides by zero: make it larger")]
pub struct TooSmall;

/// Accesses to a memory over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Accesses {
    /// The cycle of the first access. Words that are fetched before the layer starts have negative
    /// cycles.
    pub start: i64,
    /// The cycle of the last access.
    pub stop: i64,
    /// The number of words.
    pub count: u64,
}

impl Accesses {
    /// Words per cycle.
    pub fn bandwidth(&self) -> f64 {
        self.count as f64 / (self.stop - self.start + 1) as f64
    }
}

/// A read memory of two halves. Addresses go into sets in the order in which they are first
/// requested. When half of the memory is full of new addresses, the other half is forgotten, and
/// the full half counts as fetched.
#[derive(Debug)]
pub(super) struct ReadBuffer {
    /// For each address, the number of the set into which it was last put, counted from 1. 0 if it
    /// was in none.
    set_of: Vec<u32>,
    set_size: usize,
    in_set: usize,
    /// The index of the set that is being filled.
    set: usize,
    /// The index of the oldest set that is not forgotten.
    oldest: usize,
    first_request: i64,
    /// The first and the last cycle that the next fetch may use.
    window: Option<(i64, i64)>,
    requests: Option<(i64, i64)>,
    count: u64,
}

impl ReadBuffer {
    /// Bytes of an address in the table.
    pub(super) const ADDRESS_BYTES: u64 = size_of::<u32>() as u64;

    /// Makes a memory of `words` for addresses below `addresses`.
    ///
    /// # Errors
    /// Fails if the system does not give the memory for the table.
    pub(super) fn new(words: usize, addresses: usize) -> anyhow::Result<Self> {
        Ok(Self {
            set_of: table(addresses, repeat_n(0, addresses))?,
            set_size: words / SETS,
            in_set: 0,
            set: 0,
            oldest: 0,
            first_request: -1,
            window: None,
            requests: None,
            count: 0,
        })
    }

    /// Handles a request of the array for `address` in `cycle`.
    pub(super) fn read(&mut self, cycle: i64, address: usize) -> Result<(), TooSmall> {
        if self.first_request < 0 {
            self.first_request = cycle;
        }
        let known = self.set_of[address];
        if known as usize > self.oldest {
            return Ok(());
        }
        self.set_of[address] = self.set as u32 + 1;
        self.in_set += 1;
        if self.in_set == self.set_size {
            self.in_set = 0;
            self.set += 1;
            if self.set == self.oldest + FETCH {
                self.fetch(self.first_request - 1 - LATENCY)?;
                let (_, end) = self.window.unwrap_or_default();
                self.window = Some((end + 1, cycle));
                self.oldest += FETCH;
            }
        }
        Ok(())
    }

    /// Fetches the sets from the oldest on. The first fetch ends in cycle `first_end`.
    fn fetch(&mut self, first_end: i64) -> Result<(), TooSmall> {
        let full = (self.set - self.oldest) * self.set_size;
        let (start, end) = self.window.unwrap_or_else(|| {
            // A set that is not full takes as long as a full one.
            let sets = self.set - self.oldest + usize::from(self.in_set > 0);
            let cycles = (sets * self.set_size).div_ceil(FIRST_BANDWIDTH);
            (first_end - cycles as i64 + 1, first_end)
        });
        if end < start {
            return Err(TooSmall);
        }
        self.window = Some((start, end));
        self.requests = Some((self.requests.map_or(start, |(first, _)| first), end));
        self.count += (full + self.in_set) as u64;
        Ok(())
    }

    /// Fetches the rest, and returns all accesses.
    pub(super) fn finish(mut self) -> Result<Accesses, TooSmall> {
        self.fetch(-1 - LATENCY)?;
        let (first, last) = self.requests.unwrap_or_default();
        Ok(Accesses { start: first + LATENCY, stop: last + LATENCY, count: self.count })
    }
}

/// The write memory of two halves. Words go into lines of `bandwidth`. When more than half of the
/// memory is full, half of it is drained, one line in each cycle. SCALE-Sim then closes the last
/// line, whether it is full or not. Later it counts such a line as full, unless it is the last of a
/// drain.
#[derive(Debug)]
pub(super) struct WriteBuffer {
    half: i64,
    bandwidth: u64,
    free: i64,
    /// The closed lines: their words, and how many lines with this number follow each other.
    lines: VecDeque<(u64, u64)>,
    open: u64,
    drain_end: i64,
    drained: Option<(i64, i64)>,
    count: u64,
}

impl WriteBuffer {
    /// Makes a memory of `words`, an even number, which drains `bandwidth` words in each cycle.
    pub(super) fn new(words: usize, bandwidth: usize) -> Self {
        Self {
            half: words as i64 / 2,
            bandwidth: bandwidth as u64,
            free: words as i64,
            lines: VecDeque::new(),
            open: 0,
            drain_end: 0,
            drained: None,
            count: 0,
        }
    }

    /// Handles a write of `words`, at most `bandwidth`, in `cycle`. There is always room: a drain
    /// starts while almost half of the memory is free, frees its words at once, and takes fewer
    /// cycles than the array needs to write as many words.
    pub(super) fn write(&mut self, cycle: i64, words: usize) {
        for _ in 0..words {
            self.open += 1;
            self.free -= 1;
            if self.open == self.bandwidth {
                self.close();
            }
            if cycle >= self.drain_end && self.free < self.half {
                self.close();
                self.drain_end = self.drain(cycle);
            }
        }
    }

    fn close(&mut self) {
        match self.lines.back_mut() {
            _ if self.open == 0 => {}
            Some((words, lines)) if *words == self.open => *lines += 1,
            _ => self.lines.push_back((self.open, 1)),
        }
        self.open = 0;
    }

    /// Drains half of the memory, or what it has, from cycle `start` on. Returns the last cycle of
    /// the drain.
    fn drain(&mut self, start: i64) -> i64 {
        let (most, mut lines, mut last) = ((self.half as u64).div_ceil(self.bandwidth), 0, 0);
        while lines < most
            && let Some((words, follow)) = self.lines.front_mut()
        {
            let taken = (most - lines).min(*follow);
            (lines, last) = (lines + taken, *words);
            *follow -= taken;
            if *follow == 0 {
                self.lines.pop_front();
            }
        }
        let words = lines.saturating_sub(1) * self.bandwidth + last;
        self.count += words;
        self.free += words as i64;
        let end = start + lines as i64 - 1;
        let (first, stop) = self.drained.unwrap_or((start, end));
        self.drained = Some((first.min(start), stop.max(end)));
        end
    }

    /// Drains the rest from `cycle` on, and returns all accesses.
    pub(super) fn finish(mut self, cycle: i64) -> Accesses {
        self.close();
        let mut start = cycle;
        while !self.lines.is_empty() {
            start = self.drain(start) + 1;
        }
        let (start, stop) = self.drained.unwrap_or((cycle, cycle));
        Accesses { start, stop, count: self.count }
    }
}
