//! The accelerator's parameters, and the range of each.

use super::error::ConfigError;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Clocks from a kilohertz on: with slower ones, an image's leakage leaves the range of energies.
const CLOCK_MHZ: RangeInclusive<f64> = 0.001..=10_000.0;

/// One accelerator. See docs/microarchitecture.md for what each parameter builds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceleratorConfig {
    /// For reports.
    pub name: String,
    /// Clock in MHz; turns cycles into time, and so power into energy.
    pub clock_mhz: f64,
    /// The systolic array.
    pub array: ArrayConfig,
    /// On-chip memories.
    pub memory: MemoryConfig,
    /// The gate unit.
    pub gate: GateConfig,
    /// Where weights come from that do not fit on chip; without it, a network has to fit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dram: Option<DramConfig>,
}

/// The systolic array and its accumulators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrayConfig {
    /// Rows of PEs: input channels of a tile.
    pub rows: usize,
    /// Columns of PEs: output channels of a tile.
    pub cols: usize,
    /// 32-bit words of each column's accumulator memory: output pixels of a chunk.
    pub accumulator_depth: usize,
}

/// Sizes of the on-chip memories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryConfig {
    /// The residual stream, in [`AcceleratorConfig::banks`] banks.
    pub stream_bytes: usize,
    /// Maps inside a block and the image, in as many banks.
    pub scratch_bytes: usize,
    /// Filters, in words of `cols` bytes.
    pub weight_bytes: usize,
    /// Gate and classifier weights, in words of `gate.macs` bytes.
    pub gate_weight_bytes: usize,
    /// The image before it is taken in, in words of a byte for each bank.
    pub image_bytes: usize,
    /// Words of the parameter memory: output channels of all convolutions.
    pub parameters: usize,
    /// Words of the gate parameter memory: outputs of all gates and the classifier.
    pub gate_parameters: usize,
    /// Instructions that the program memory holds, with the stop behind them.
    pub instructions: usize,
    /// Words that an instruction takes in the program memory. More of them make the memory
    /// narrower, by as many times, and each takes two cycles to fetch. 1 unless given.
    #[serde(default = "one")]
    pub instruction_words: usize,
}

fn one() -> usize {
    1
}

/// The gate unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateConfig {
    /// MACs that work side by side, each on its own output.
    pub macs: usize,
    /// Most channels of a map: entries of a live list and of a region of the pool memory.
    pub channels: usize,
}

/// Memory off chip. Filters and gate weights that fit on chip stay there; those that do not are
/// fetched for each image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DramConfig {
    /// Bytes that arrive in a cycle of the accelerator's clock.
    pub bytes_per_cycle: usize,
    /// Cycles from a request to its first byte.
    pub latency_cycles: usize,
    /// Only whole bursts are fetched.
    pub burst_bytes: usize,
    /// When filters are asked for.
    pub prefetch: Prefetch,
}

/// Which filters are fetched before a gate has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefetch {
    /// Nothing: a filter is fetched once it is known to be needed.
    Gated,
    /// The first tile of the next convolution, as if all of its channels were live. What turns out
    /// dead was fetched in vain.
    Speculative,
}

impl AcceleratorConfig {
    /// Banks of the stream and the scratch memory: a multiple of the rows, so that a row reads few
    /// banks and no two rows ever meet in one, and at least the columns, so that neighbouring
    /// channels are written side by side.
    pub fn banks(&self) -> usize {
        let rows = self.array.rows.max(1); // not validated yet while `validate` asks
        rows.saturating_mul(self.array.cols.div_ceil(rows))
    }
    /// Words of each stream bank (one byte each).
    pub fn stream_depth(&self) -> usize {
        self.memory.stream_bytes / self.banks()
    }
    /// Words of each scratch bank (one byte each).
    pub fn scratch_depth(&self) -> usize {
        self.memory.scratch_bytes / self.banks()
    }
    /// Words of the filter memory (`cols` bytes each).
    pub fn weight_depth(&self) -> usize {
        self.memory.weight_bytes / self.array.cols
    }
    /// Words of the gate unit's weight memory (`gate.macs` bytes each).
    pub fn gate_weight_depth(&self) -> usize {
        self.memory.gate_weight_bytes / self.gate.macs
    }
    /// Words of the image buffer (a byte for each bank).
    pub fn image_depth(&self) -> usize {
        self.memory.image_bytes / self.banks()
    }

    /// Checks every range; `path` is for error messages.
    ///
    /// # Errors
    /// [`ConfigError::Range`] for the first value outside its range.
    pub fn validate(&self, path: &str) -> Result<(), ConfigError> {
        // What is the lower end of another range comes before it.
        let sizes = [
            ("array.rows", self.array.rows, 1, 256),
            ("array.cols", self.array.cols, 1, 256),
            ("array.accumulator_depth", self.array.accumulator_depth, 1, 1 << 20),
            ("gate.macs", self.gate.macs, 1, 256),
            ("gate.channels", self.gate.channels, 1, 1 << 14),
            ("memory.stream_bytes", self.memory.stream_bytes, self.banks(), 1 << 30),
            ("memory.scratch_bytes", self.memory.scratch_bytes, self.banks(), 1 << 30),
            ("memory.weight_bytes", self.memory.weight_bytes, self.array.cols, 1 << 30),
            ("memory.gate_weight_bytes", self.memory.gate_weight_bytes, self.gate.macs, 1 << 30),
            ("memory.image_bytes", self.memory.image_bytes, self.banks(), 1 << 30),
            ("memory.parameters", self.memory.parameters, 1, 1 << 16),
            ("memory.gate_parameters", self.memory.gate_parameters, 1, 1 << 16),
            ("memory.instructions", self.memory.instructions, 1, 1 << 16),
            ("memory.instruction_words", self.memory.instruction_words, 1, 32),
        ];
        // A tile's filters are still read while the first bytes of the tile behind it may arrive.
        let dram = self.dram.iter().flat_map(|d| {
            [
                ("dram.bytes_per_cycle", d.bytes_per_cycle, 1, 1 << 12),
                ("dram.latency_cycles", d.latency_cycles, 8, 1 << 16),
                ("dram.burst_bytes", d.burst_bytes, 1, 1 << 12),
            ]
        });
        for (key, value, low, high) in sizes.into_iter().chain(dram) {
            if !(low..=high).contains(&value) {
                let expected = format!("{low} to {high}");
                return Err(ConfigError::Range { path: path.into(), key, expected, found: value.to_string() });
            }
        }
        if !CLOCK_MHZ.contains(&self.clock_mhz) {
            let expected = format!("{} to {}", CLOCK_MHZ.start(), CLOCK_MHZ.end());
            // As it is written: `{}` would print each of 300 digits.
            let found = format!("{:?}", self.clock_mhz);
            return Err(ConfigError::Range { path: path.into(), key: "clock_mhz", expected, found });
        }
        Ok(())
    }
}
