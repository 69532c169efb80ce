//! Requests data from the DRAM, and tells when its bytes arrive.

use super::channel::{Bursts, Channel, Moving, Transfer};
use crate::counters::Activity;
use lcsim_spec::config::DramConfig;
use lcsim_spec::schedule::{ConvJob, GateJob, LayerId, MoveJob, Program};

/// Filters of a convolution's first tile that were fetched before its channels were known.
#[derive(Debug, Clone, Copy)]
struct Ahead {
    conv: usize,
    tile: usize,
    arrival: u64,
    bursts: u64,
}

/// What the loader knows in the cycle in which it requests a tile.
pub(crate) struct Known<'a> {
    pub now: u64,
    pub conv: usize,
    pub tile: usize,
    /// The output channels of the tile.
    pub channels: &'a [usize],
    /// The live input channels. Without a list, all channels are live.
    pub inputs: Option<&'a [usize]>,
}

/// Fetches filters and gate weights that are not on chip, and moves maps that are not.
#[derive(Debug, Default)]
pub(crate) struct Fetcher {
    channel: Channel,
    ahead: Option<Ahead>,
    /// The channels whose filters were fetched early.
    guessed: Vec<usize>,
    /// In the order of the requests, which is also the order of their bytes.
    transfers: Vec<Arriving>,
}

/// The cycles in which bytes for a line of the report arrive, without the last one.
#[derive(Debug, Clone, Copy)]
struct Arriving {
    layer: LayerId,
    from: u64,
    to: u64,
}

impl Fetcher {
    /// Resets to the state before any request.
    pub fn reset(&mut self) {
        self.channel.reset();
        self.ahead = None;
        self.transfers.clear();
    }

    /// The number of cycles in which the DRAM transferred bytes.
    pub fn busy(&self) -> u64 {
        self.channel.busy
    }

    /// The line of the report for which weights arrive in cycle `now`. If none arrive, the line
    /// whose map is moved.
    pub fn arriving(&self, program: &Program, now: u64) -> Option<LayerId> {
        let open = self.transfers.iter().rev().take_while(|t| t.to > now);
        let weights = open.filter(|t| t.from <= now).map(|t| t.layer).next();
        weights.or_else(|| self.moving().map(|m| program.moves[m.job].layer))
    }

    /// The move that is in progress.
    pub fn moving(&self) -> Option<Moving> {
        self.channel.moving.front().copied()
    }

    /// Simulates the moves up to cycle `to`.
    pub fn follow(&mut self, program: &Program, to: u64) {
        if let Some(dram) = &program.config.dram {
            self.channel.follow(dram, to);
        }
    }

    /// Requests a move of rows of a map with `entries` entries. Requests nothing if there are none.
    pub fn moves(&mut self, program: &Program, now: u64, job: usize, entries: usize, activities: &mut [Activity]) {
        let Some(dram) = &program.config.dram else { return };
        let of = &program.moves[job];
        let pixel = program.off_chip[of.map.index()].shape.width * entries;
        let mut bursts = Bursts::new(dram);
        bursts.touch(of.rows.start * pixel, of.rows.len() * pixel);
        let bytes = if entries > 0 { bursts.count * dram.burst_bytes as u64 } else { 0 };
        let activity = &mut activities[of.layer.index()];
        if of.stores {
            activity.dram_write += bytes;
        } else {
            activity.dram_read += bytes;
            activity.dram_map_read += bytes;
        }
        let words = move_words(program, of, entries);
        // A bank reads or writes one byte in a cycle.
        let takes = bytes.div_ceil(dram.bytes_per_cycle as u64).max(words);
        self.channel.request(dram, now, Moving { job, entries, words, takes, passed: 0 });
    }

    /// Steps over a move.
    pub fn skip_move(&mut self, program: &Program, now: u64, job: usize) {
        if let Some(dram) = &program.config.dram {
            self.channel.request(dram, now, Moving { job, entries: 0, words: 0, takes: 0, passed: 0 });
        }
    }

    /// The first cycle in which `moves` moves have ended.
    pub fn moves_end(&self, program: &Program, moves: usize) -> u64 {
        program.config.dram.as_ref().map_or(0, |dram| self.channel.ends(dram, moves))
    }

    /// The first cycle in which the filters of the tile that the loader begins are on chip.
    pub(crate) fn tile(&mut self, program: &Program, known: &Known, activities: &mut [Activity]) -> u64 {
        let Some(dram) = streamed(program) else { return 0 };
        let job = &program.convs[known.conv];
        let channels = || known.channels.iter().copied();
        let Some(ahead) = self.ahead.take_if(|a| a.conv == known.conv && a.tile == known.tile) else {
            let bursts = bursts(dram, job, channels(), known.inputs);
            return self.fetch_all(dram, known.now, bursts, job.layer, activities);
        };
        // Binary search works because channels are in ascending order.
        let hit = |channel: &usize| self.guessed.binary_search(channel).is_ok();
        let [useful, missing] = if self.guessed == known.channels {
            [bursts(dram, job, channels(), known.inputs), 0]
        } else {
            let misses = channels().filter(|c| !hit(c));
            [bursts(dram, job, channels().filter(hit), known.inputs), bursts(dram, job, misses, known.inputs)]
        };
        activities[job.layer.index()].dram_wasted +=
            (ahead.bursts - useful.min(ahead.bursts)) * dram.burst_bytes as u64;
        let arrival = if useful > 0 { ahead.arrival } else { known.now };
        arrival.max(self.fetch_all(dram, known.now, missing, job.layer, activities))
    }

    /// Fetches a tile's filters while the filters of the tile before it are in use.
    pub(crate) fn ahead(&mut self, program: &Program, known: &Known, activities: &mut [Activity]) {
        let Some(dram) = streamed(program) else { return };
        self.drop_ahead(program, activities);
        let job = &program.convs[known.conv];
        let bursts = bursts(dram, job, known.channels.iter().copied(), known.inputs);
        let arrival = self.fetch_all(dram, known.now, bursts, job.layer, activities);
        self.ahead = Some(Ahead { conv: known.conv, tile: known.tile, arrival, bursts });
        self.guessed.clear();
        self.guessed.extend_from_slice(known.channels);
    }

    /// Counts filters that were fetched early and never used as wasted.
    pub fn drop_ahead(&mut self, program: &Program, activities: &mut [Activity]) {
        if let (Some(dram), Some(ahead)) = (&program.config.dram, self.ahead.take()) {
            activities[program.convs[ahead.conv].layer.index()].dram_wasted += ahead.bursts * dram.burst_bytes as u64;
        }
    }

    /// Requests the weights of a gate that starts, for the live entries of its map. Returns `None`
    /// if the weights are on chip.
    pub fn gate(
        &mut self,
        program: &Program,
        now: u64,
        job: &GateJob,
        inputs: Option<&[usize]>,
        activities: &mut [Activity],
    ) -> Option<Transfer> {
        let dram = program.config.dram.as_ref().filter(|_| !program.gate_weights_on_chip)?;
        let mut bursts = Bursts::new(dram);
        let macs = program.config.gate.macs;
        let (inputs_of, groups) = (job.inputs(), job.outputs.div_ceil(macs));
        match inputs {
            Some(live) => {
                let touched = (0..groups).flat_map(|group| live.iter().map(move |input| group * inputs_of + input));
                touched.for_each(|word| bursts.touch(word * macs, macs));
            }
            None => bursts.touch(0, groups * inputs_of * macs),
        }
        Some(self.fetch(dram, now, bursts.count, job.layer, activities))
    }

    /// Requests a number of bursts, and returns the first cycle in which all of them are on chip.
    fn fetch_all(
        &mut self,
        dram: &DramConfig,
        now: u64,
        bursts: u64,
        layer: LayerId,
        activities: &mut [Activity],
    ) -> u64 {
        if bursts > 0 { self.fetch(dram, now, bursts, layer, activities).arrival(bursts) } else { now }
    }

    fn fetch(
        &mut self,
        dram: &DramConfig,
        now: u64,
        bursts: u64,
        layer: LayerId,
        activities: &mut [Activity],
    ) -> Transfer {
        activities[layer.index()].dram_read += bursts * dram.burst_bytes as u64;
        let transfer = self.channel.fetch(dram, now, bursts);
        self.transfers.push(Arriving { layer, from: transfer.arrival(0), to: transfer.arrival(bursts) });
        transfer
    }
}

/// The words of the banks that a move of rows with `entries` entries takes.
fn move_words(program: &Program, job: &MoveJob, entries: usize) -> u64 {
    let width = program.off_chip[job.map.index()].shape.width;
    (job.rows.len() * width * entries.div_ceil(program.config.banks())) as u64
}

fn streamed(program: &Program) -> Option<&DramConfig> {
    program.config.dram.as_ref().filter(|_| !program.filters_on_chip)
}

/// The bursts of a tile's filters. Filters are stored as `[output channel][input channel][tap]`,
/// and each convolution begins with a new burst.
fn bursts(dram: &DramConfig, job: &ConvJob, channels: impl Iterator<Item = usize>, inputs: Option<&[usize]>) -> u64 {
    let mut bursts = Bursts::new(dram);
    let (run, taps) = (job.taps() * job.words_of_tap(), job.taps());
    let mut channels = channels.peekable();
    while let Some(channel) = channels.next() {
        if let Some(live) = inputs {
            live.iter().for_each(|input| bursts.touch(channel * run + input * taps, taps));
        } else {
            // Neighbouring channels are one range of bytes.
            let mut end = channel + 1;
            while channels.next_if_eq(&end).is_some() {
                end += 1;
            }
            bursts.touch(channel * run, (end - channel) * run);
        }
    }
    bursts.count
}
