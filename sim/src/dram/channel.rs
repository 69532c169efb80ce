//! Bursts, and the channel that transfers them.

use lcsim_spec::config::DramConfig;
use std::collections::VecDeque;

/// Counts the bursts that some ranges of bytes touch. The ranges ascend, so two neighbours may
/// share a burst.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bursts {
    bytes: usize,
    /// The first burst that no range has touched yet.
    next: usize,
    pub count: u64,
}

impl Bursts {
    pub fn new(dram: &DramConfig) -> Self {
        Self { bytes: dram.burst_bytes, next: 0, count: 0 }
    }

    pub fn touch(&mut self, from: usize, bytes: usize) {
        let first = (from / self.bytes).max(self.next);
        let end = (from + bytes).div_ceil(self.bytes);
        self.count += end.saturating_sub(first) as u64;
        self.next = self.next.max(end);
    }
}

/// One request. Its bursts arrive one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Transfer {
    begins: u64,
    latency: u64,
    burst: [u64; 2],
}

impl Transfer {
    /// The first cycle in which the first `bursts` bursts are on chip.
    pub fn arrival(&self, bursts: u64) -> u64 {
        let [bytes, per_cycle] = self.burst;
        self.begins + self.latency + (bursts * bytes).div_ceil(per_cycle)
    }
}

/// The channel to the DRAM. It serves requests for weights in their order, and their latencies
/// overlap. Moves of maps use the cycles that weights leave free.
#[derive(Debug, Default)]
pub(crate) struct Channel {
    /// The first cycle in which it can begin another request for weights.
    free: u64,
    pub busy: u64,
    /// The moves that have not ended, in order.
    pub moving: VecDeque<Moving>,
    /// The cycle up to which the moves have been simulated.
    followed: u64,
    /// For each move that has ended: the first cycle in which its rows are at their destination.
    ended: Vec<u64>,
}

/// A move that is in progress.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moving {
    /// The index of the move in [`Program::moves`].
    pub job: usize,
    /// The number of entries of the map.
    pub entries: usize,
    /// The words of the banks to move, the cycles that they take, and the cycles that have passed.
    pub words: u64,
    pub takes: u64,
    pub passed: u64,
}

impl Moving {
    /// The number of words that have been moved.
    pub fn moved(&self) -> u64 {
        (self.passed * self.words).checked_div(self.takes).unwrap_or(0)
    }
}

impl Channel {
    /// Resets to the state before any request.
    pub fn reset(&mut self) {
        (self.free, self.busy, self.followed) = (0, 0, 0);
        self.moving.clear();
        self.ended.clear();
    }

    pub fn fetch(&mut self, dram: &DramConfig, now: u64, bursts: u64) -> Transfer {
        let (begins, latency) = (now.max(self.free), dram.latency_cycles as u64);
        let transfer = Transfer { begins, latency, burst: [dram.burst_bytes as u64, dram.bytes_per_cycle as u64] };
        let takes = transfer.arrival(bursts) - begins - latency;
        self.follow(dram, begins);
        (self.free, self.busy, self.followed) = (begins + takes, self.busy + takes, begins + takes);
        transfer
    }

    pub fn request(&mut self, dram: &DramConfig, now: u64, moving: Moving) {
        self.follow(dram, now);
        self.moving.push_back(moving);
        self.busy += moving.takes;
        self.follow(dram, now);
    }

    /// Simulates the moves up to cycle `to`. No weights use the channel before that cycle.
    pub fn follow(&mut self, dram: &DramConfig, to: u64) {
        while let Some(first) = self.moving.front_mut() {
            let passes = (first.takes - first.passed).min(to.saturating_sub(self.followed));
            first.passed += passes;
            self.followed += passes;
            if first.passed < first.takes {
                return;
            }
            let before = self.ended.last().copied().unwrap_or(0);
            let ended = if first.takes > 0 { self.followed + dram.latency_cycles as u64 } else { before };
            self.ended.push(ended.max(before));
            self.moving.pop_front();
        }
        self.followed = self.followed.max(to);
    }

    /// The first cycle in which `moves` moves have ended, if nothing else is requested until then.
    pub fn ends(&self, dram: &DramConfig, moves: usize) -> u64 {
        let Some(last) = moves.checked_sub(1) else { return 0 };
        let pending = self.moving.iter().take((last + 1).saturating_sub(self.ended.len()));
        self.ended.get(last).copied().unwrap_or_else(|| {
            self.followed + pending.map(|m| m.takes - m.passed).sum::<u64>() + dram.latency_cycles as u64
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lcsim_spec::config::Prefetch;
    use std::collections::BTreeSet;

    #[test]
    fn bursts_are_those_of_the_bytes() {
        for burst_bytes in [1, 3, 8, 64] {
            let dram = DramConfig { bytes_per_cycle: 4, latency_cycles: 10, burst_bytes, prefetch: Prefetch::Gated };
            let runs = [(0, 3), (3, 1), (7, 9), (40, 30), (70, 1), (200, 64)];
            let mut bursts = Bursts::new(&dram);
            runs.iter().for_each(|&(from, bytes)| bursts.touch(from, bytes));
            let touched: BTreeSet<usize> =
                runs.iter().flat_map(|&(f, n)| (f..f + n).map(|b| b / burst_bytes)).collect();
            assert_eq!(bursts.count, touched.len() as u64, "bursts of {burst_bytes}");
        }
    }

    #[test]
    fn requests_are_served_in_order_and_latencies_overlap() {
        let dram = DramConfig { bytes_per_cycle: 16, latency_cycles: 100, burst_bytes: 64, prefetch: Prefetch::Gated };
        let mut channel = Channel::default();
        assert_eq!(channel.fetch(&dram, 10, 3).arrival(3), 10 + 100 + 12);
        assert_eq!(channel.fetch(&dram, 11, 1).arrival(1), 22 + 100 + 4);
        assert_eq!(channel.fetch(&dram, 500, 1).arrival(1), 500 + 100 + 4);
        assert_eq!(channel.busy, 20);
    }
}
