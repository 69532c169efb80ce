//! What a network needs more of than an accelerator has: all of it, with values that suffice.

use crate::AcceleratorConfig;
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// A parameter of an accelerator that limits what it can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Capacity {
    /// Bytes of the residual stream's memory.
    Stream,
    /// Bytes of the scratch memory.
    Scratch,
    /// Bytes of the filter memory.
    Filters,
    /// Bytes of the gate unit's weight memory.
    GateWeights,
    /// Bytes of the image buffer.
    Image,
    /// Words of the parameter memory.
    Parameters,
    /// Words of the gate parameter memory.
    GateParameters,
    /// Instructions of a program.
    Instructions,
    /// Channels of a map that a gate or the classifier reads or scores.
    Channels,
}

impl Capacity {
    /// All of them.
    pub const ALL: [Capacity; 9] = [
        Self::Stream,
        Self::Scratch,
        Self::Filters,
        Self::GateWeights,
        Self::Image,
        Self::Parameters,
        Self::GateParameters,
        Self::Instructions,
        Self::Channels,
    ];

    /// Its key in the configuration, with the table.
    pub fn key(self) -> &'static str {
        match self {
            Self::Stream => "memory.stream_bytes",
            Self::Scratch => "memory.scratch_bytes",
            Self::Filters => "memory.weight_bytes",
            Self::GateWeights => "memory.gate_weight_bytes",
            Self::Image => "memory.image_bytes",
            Self::Parameters => "memory.parameters",
            Self::GateParameters => "memory.gate_parameters",
            Self::Instructions => "memory.instructions",
            Self::Channels => "gate.channels",
        }
    }

    /// Where it stands in a configuration.
    pub fn of(self, config: &mut AcceleratorConfig) -> &mut usize {
        let AcceleratorConfig { memory, gate, .. } = config;
        match self {
            Self::Stream => &mut memory.stream_bytes,
            Self::Scratch => &mut memory.scratch_bytes,
            Self::Filters => &mut memory.weight_bytes,
            Self::GateWeights => &mut memory.gate_weight_bytes,
            Self::Image => &mut memory.image_bytes,
            Self::Parameters => &mut memory.parameters,
            Self::GateParameters => &mut memory.gate_parameters,
            Self::Instructions => &mut memory.instructions,
            Self::Channels => &mut gate.channels,
        }
    }
}

/// A capacity that a network exceeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// Which one.
    pub capacity: Capacity,
    /// The accelerator's capacity, in the parameter's unit.
    pub limit: usize,
    /// The network's need, in the same unit.
    pub needed: usize,
    /// The part of the network that needs it.
    pub item: String,
    /// The range that the parameter has, if no accelerator can have what is needed.
    pub range: Option<String>,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { capacity, limit, needed, item, range } = self;
        write!(f, "{} is {limit}, {item} needs {needed}", capacity.key())?;
        range.iter().try_for_each(|range| write!(f, " (it can be {range})"))
    }
}

/// Everything that a network needs more of than an accelerator has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("does not fit: {}{}", joined(shortages, "; "), remedy(shortages))]
pub struct Misfit {
    /// At least one, each of another capacity; with all that is needed, the network fits.
    pub shortages: Vec<Shortage>,
}

fn joined<T: ToString>(parts: &[T], separator: &str) -> String {
    parts.iter().map(T::to_string).collect::<Vec<_>>().join(separator)
}

fn remedy(shortages: &[Shortage]) -> String {
    match Misfit::settings(shortages) {
        settings if settings.is_empty() => String::new(),
        settings => format!("; it fits with {}", settings.join(" ")),
    }
}

impl Misfit {
    /// Options with which the network fits; none if no accelerator can have what it needs.
    pub fn settings(shortages: &[Shortage]) -> Vec<String> {
        if shortages.iter().any(|s| s.range.is_some()) {
            return vec![];
        }
        shortages.iter().map(|s| format!("--set {}={}", s.capacity.key(), s.needed)).collect()
    }
}

/// What a layout lacks: of each capacity the most that something needs, and what that is.
pub(super) type Lacks = BTreeMap<Capacity, (usize, String)>;

/// Notes that `item` needs so much of a capacity.
pub(super) fn lack(lacks: &mut Lacks, capacity: Capacity, needed: usize, item: impl Into<String>) {
    let most = lacks.entry(capacity).or_default();
    if needed > most.0 {
        *most = (needed, item.into());
    }
}

/// All that is needed on an accelerator like `config`, on which `lacks` was found: with more of one
/// capacity, the program is another one, so that each answer is tried with `lay_out`, which tells
/// what is lacking then.
pub(super) fn misfit(
    config: &AcceleratorConfig,
    mut lacks: Lacks,
    lay_out: impl Fn(&AcceleratorConfig) -> Lacks,
) -> Misfit {
    let mut grown = config.clone();
    let mut all = Lacks::new();
    while !lacks.is_empty() {
        for (capacity, (needed, item)) in lacks {
            *capacity.of(&mut grown) = needed;
            all.insert(capacity, (needed, item));
        }
        lacks = lay_out(&grown);
    }
    let shortage = |(capacity, (needed, item)): (Capacity, (usize, String))| {
        let limit = *capacity.of(&mut config.clone());
        let range = match grown.validate("") {
            Err(crate::ConfigError::Range { key, expected, .. }) if key == capacity.key() => Some(expected),
            _ => None,
        };
        Shortage { capacity, limit, needed, item, range }
    };
    Misfit { shortages: all.into_iter().map(shortage).collect() }
}
