//! The multipliers and the block memories that a core takes of a part.

use super::device::{DEVICES, Device};
use crate::kind::Kind;
use crate::limits::joined;
use crate::map::{LOGITS, regions};
use crate::sizes::Sizes;
use lcsim_spec::AcceleratorConfig;
use thiserror::Error;

/// Multipliers and block memories of a core.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Resources {
    /// DSP blocks.
    pub dsps: usize,
    /// Block RAMs.
    pub block_rams: usize,
}

/// A resource of which a part has too little.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{parameter} needs {needed} {resource}, all together {total}: {part} has {limit}")]
pub struct TooSmall {
    /// The parameter that needs most, with its value.
    pub parameter: String,
    /// The resource.
    pub resource: &'static str,
    /// The number that the parameter needs.
    pub needed: usize,
    /// The number that the core needs.
    pub total: usize,
    /// The name of the part.
    pub part: &'static str,
    /// The number that the part has.
    pub limit: usize,
}

/// All resources of which a part has too little, and what would do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}; {}", joined(_0), _1.advice())]
pub struct Exhausted(pub Vec<TooSmall>, pub Instead);

/// What would do instead of a part that is too small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// Another part.
    Part(&'static str),
    /// No part is large enough.
    NoPart,
    /// The part is that of a board.
    NoOther,
}

impl Instead {
    fn advice(self) -> String {
        let smaller = "make the array or the memories smaller";
        match self {
            Self::Part(name) => format!("{name} has enough (`--device {name}`); or {smaller}"),
            Self::NoPart => format!("no part that lcsim knows has enough: {smaller}"),
            Self::NoOther => format!("the board has no other part: {smaller}"),
        }
    }
}

/// A parameter with its value, and the number that it needs.
type Use = (String, usize);

impl Device {
    /// The resources that a core needs of this part.
    pub fn resources(&self, config: &AcceleratorConfig) -> Resources {
        let total = |uses: Vec<Use>| uses.iter().map(|u| u.1).sum();
        Resources { dsps: total(dsps(config, self.narrowest, None)), block_rams: total(block_rams(config, self)) }
    }

    /// Checks that the part has the multipliers and the block RAMs of a core, or of one of its
    /// units.
    ///
    /// # Errors
    /// Lists each resource that runs out, with the parameter that needs most of it, and names the
    /// smallest part that has enough: of the same family if there is one, otherwise of another one.
    pub fn check(&self, config: &AcceleratorConfig, unit: Option<Kind>) -> Result<(), Exhausted> {
        let exhausted = self.exhausted(config, unit);
        if exhausted.is_empty() {
            return Ok(());
        }
        let enough = |other: &&Device| other.dsps.is_some() && other.exhausted(config, unit).is_empty();
        let smallest = |devices: &mut dyn Iterator<Item = &'static Device>| {
            devices.filter(enough).min_by_key(|device| (device.dsps, device.block_rams))
        };
        let own = smallest(&mut DEVICES.iter().filter(|other| other.target == self.target));
        let nearest = own.or_else(|| smallest(&mut DEVICES.iter()));
        Err(Exhausted(exhausted, nearest.map_or(Instead::NoPart, |device| Instead::Part(device.name))))
    }

    fn exhausted(&self, config: &AcceleratorConfig, unit: Option<Kind>) -> Vec<TooSmall> {
        // A unit alone has none of the memories.
        let block_rams = if unit.is_some() { vec![] } else { block_rams(config, self) };
        let checks = [
            ("DSPs", self.dsps, dsps(config, self.narrowest, unit)),
            (self.block_ram(), Some(self.block_rams), block_rams),
        ];
        let check = |(resource, limit, uses): (&'static str, Option<usize>, Vec<Use>)| {
            let (limit, total) = (limit?, uses.iter().map(|u| u.1).sum());
            let (parameter, needed) = uses.into_iter().max_by_key(|u| u.1).filter(|_| total > limit)?;
            Some(TooSmall { parameter, resource, needed, total, part: self.name, limit })
        };
        checks.into_iter().filter_map(check).collect()
    }
}

fn dsps(config: &AcceleratorConfig, narrowest: usize, unit: Option<Kind>) -> Vec<Use> {
    let s = Sizes::new(config);
    // Both scores; the row of a listed channel, the first word of a group, the words of a fold; all
    // rows of a rest.
    let products = [Some(32), Some(32), Some(s.aw()), Some(s.fw()), Some(s.nw()), s.packs().then_some(s.ew())];
    let loader = products.iter().flatten().filter(|bits| **bits >= narrowest).count();
    let (rows, cols, macs) = (config.array.rows, config.array.cols, config.gate.macs);
    let array = (format!("array.rows * array.cols = {}", rows * cols), rows * cols);
    // One more is for the score.
    let gate = (format!("gate.macs = {macs}"), macs + 1);
    match unit {
        None => vec![array, (format!("array.cols = {cols}"), cols), gate, ("the loader".into(), loader)],
        Some(Kind::Array) => vec![array],
        Some(Kind::Gate) => vec![gate],
        Some(_) => vec![],
    }
}

fn block_rams(config: &AcceleratorConfig, device: &Device) -> Vec<Use> {
    let s = Sizes::new(config);
    let ram = |width: usize, depth: usize| {
        if depth <= device.small {
            return 0;
        }
        let blocks = |&(words, bits): &(usize, usize)| width.div_ceil(bits) * depth.div_ceil(words);
        device.shapes.iter().map(blocks).min().unwrap_or(0)
    };
    let m = &config.memory;
    let (depth, channels) = (s.acc_depth, s.channels);
    // Both lists have one copy for the loader and one for the gate unit, which needs only the
    // channel. Then the pool sums and the logits.
    let lists = 2 * (ram(s.entry().width(), channels) + ram(s.kw(), channels));
    let by_channel = lists + ram(s.pool(), s.pool_depth()) + ram(32, channels);
    let mut uses = vec![
        (format!("memory.stream_bytes = {}", m.stream_bytes), s.banks * ram(8, s.stream_depth)),
        (format!("memory.scratch_bytes = {}", m.scratch_bytes), s.banks * ram(8, s.scratch_depth)),
        (format!("array.accumulator_depth = {depth}"), s.cols * ram(32, depth)),
        (format!("gate.channels = {channels}"), by_channel),
    ];
    uses.extend(regions(&s)[..LOGITS].iter().map(|r| (format!("{} = {}", r.key, r.value), ram(r.width, r.depth))));
    uses
}
