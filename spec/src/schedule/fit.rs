//! Finds every capacity of an accelerator that a network exceeds, and values that would be enough.

use crate::AcceleratorConfig;
use crate::naming::Name;
use std::collections::BTreeMap;
use std::fmt;
use thiserror::Error;

/// A parameter of an accelerator that limits the networks that it can run.
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
    /// Channels of a map that a gate or the classifier reads, and scores of a gate.
    Channels,
}

impl Capacity {
    /// All capacities.
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

    /// The key of the configuration, with its table.
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

    /// The field of a configuration.
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

/// One capacity that a network exceeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortage {
    /// The capacity that is too small.
    pub capacity: Capacity,
    /// The accelerator's value, in the parameter's unit.
    pub limit: usize,
    /// The value that the network needs, in the same unit.
    pub needed: usize,
    /// The part of the network that needs most.
    pub item: String,
    /// The range of the parameter. Set only if the needed value is outside, so that no accelerator
    /// can have it.
    pub range: Option<String>,
}

impl fmt::Display for Shortage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { capacity, limit, needed, item, range } = self;
        write!(f, "{} is {limit}, {item} needs {needed}", capacity.key())?;
        range.iter().try_for_each(|range| write!(f, " (it can be {range})"))
    }
}

/// All capacities of an accelerator that a network exceeds.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("does not fit: {}{}", joined(shortages, "; "), remedy(shortages))]
pub struct Misfit {
    /// At least one, and each capacity at most once. With all the needed values together, the
    /// network fits.
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
    /// Returns settings with which the network fits. Empty if no accelerator can have what it
    /// needs.
    pub fn settings(shortages: &[Shortage]) -> Vec<String> {
        if shortages.iter().any(|s| s.range.is_some()) {
            return vec![];
        }
        shortages.iter().map(|s| format!("{} {}={}", Name::Set, s.capacity.key(), s.needed)).collect()
    }
}

/// For each capacity that is too small: the largest need, and the part of the network that has it.
pub(super) type Lacks = BTreeMap<Capacity, (usize, String)>;

/// Records that `item` needs `needed` of a capacity.
pub(super) fn lack(lacks: &mut Lacks, capacity: Capacity, needed: usize, item: impl Into<String>) {
    let most = lacks.entry(capacity).or_default();
    if needed > most.0 {
        *most = (needed, item.into());
    }
}

/// Finds the values that a network needs on an accelerator like `config`, for which `lacks` was
/// found. A larger capacity gives another program with other needs, so each answer is tried:
/// `lay_out` returns what is still too small.
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
