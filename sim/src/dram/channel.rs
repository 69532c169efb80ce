//! Bursts, and the channel that they come through.

use lcsim_spec::config::DramConfig;
use std::collections::VecDeque;

/// Counts the bursts that runs of bytes touch. Runs ascend; neighbours share a burst.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bursts {
    bytes: usize,
    /// First burst that has not been touched.
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

/// One request: its bursts arrive one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Transfer {
    begins: u64,
    latency: u64,
    burst: [u64; 2],
}

impl Transfer {
    /// First cycle in which the first so many bursts are there.
    pub fn arrival(&self, bursts: u64) -> u64 {
        let [bytes, per_cycle] = self.burst;
        self.begins + self.latency + (bursts * bytes).div_ceil(per_cycle)
    }
}

/// The channel to the DRAM: requests are served in their order, their latencies overlap. Moves of
/// maps take what weights leave.
#[derive(Debug, Default)]
pub(crate) struct Channel {
    /// First cycle in which it may begin with another request for weights.
    free: u64,
    pub busy: u64,
    /// Moves that have not ended, in order.
    pub moving: VecDeque<Moving>,
    /// Cycle up to which they have been followed.
    followed: u64,
    /// First cycle in which what each move moved is there, of those that have ended.
    ended: Vec<u64>,
}

/// A move on its way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moving {
    /// Which of [`Program::moves`].
    pub job: usize,
    /// Entries of its map.
    pub entries: usize,
    /// Words of the banks, cycles that they take, and cycles that have passed.
    pub words: u64,
    pub takes: u64,
    pub passed: u64,
}

impl Moving {
    /// Words whose cycles have passed.
    pub fn moved(&self) -> u64 {
        (self.passed * self.words).checked_div(self.takes).unwrap_or(0)
    }
}

impl Channel {
    /// As if nothing had been asked for.
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

    /// Lets moves pass up to cycle `to`, which no weights take before.
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

    /// First cycle in which so many moves have ended, if nothing else is asked for until then.
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
