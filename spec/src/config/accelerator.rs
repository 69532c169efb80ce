//! The accelerator's parameters, and the range of each.

use super::error::ConfigError;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// Clocks start at one kilohertz. A slower clock would make the leakage of an image too large for
/// the numbers that hold energies.
const CLOCK_MHZ: RangeInclusive<f64> = 0.001..=10_000.0;

/// One accelerator. See docs/microarchitecture.md for what each parameter builds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceleratorConfig {
    /// The name that reports show.
    pub name: String,
    /// The clock in MHz. It turns cycles into time, and power into energy.
    pub clock_mhz: f64,
    /// The systolic array.
    pub array: ArrayConfig,
    /// On-chip memories.
    pub memory: MemoryConfig,
    /// The gate unit.
    pub gate: GateConfig,
    /// The DRAM, from which weights come that do not fit on chip. Without one, the whole network
    /// has to fit on chip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dram: Option<DramConfig>,
}

/// The systolic array and its accumulators.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArrayConfig {
    /// Rows of PEs. A row takes one input channel of a fold.
    pub rows: usize,
    /// Columns of PEs. A column computes one output channel of a tile.
    pub cols: usize,
    /// 32-bit words of each column's accumulator memory, and so the output pixels of a chunk.
    pub accumulator_depth: usize,
}

/// Sizes of the on-chip memories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemoryConfig {
    /// The residual stream, in [`AcceleratorConfig::banks`] banks.
    pub stream_bytes: usize,
    /// Bytes for the image and for the maps inside a block, in the same number of banks.
    pub scratch_bytes: usize,
    /// Filters, in words of `cols` bytes.
    pub weight_bytes: usize,
    /// Gate and classifier weights, in words of `gate.macs` bytes.
    pub gate_weight_bytes: usize,
    /// Bytes for the next image, until the image port copies it. A word has one byte for each bank.
    pub image_bytes: usize,
    /// Words of the parameter memory. Each output channel of each convolution takes one.
    pub parameters: usize,
    /// Words of the gate parameter memory. Each output of each gate, and each class, takes one.
    pub gate_parameters: usize,
    /// Instructions that the program memory holds, including the stop after the last one.
    pub instructions: usize,
    /// Words of the program memory that one instruction takes. If it takes several, the memory is
    /// narrower by this factor, and each word takes two cycles to fetch. The default is 1.
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
    /// MACs that work in parallel, each on an output of its own.
    pub macs: usize,
    /// The largest number of channels of a map. It sizes live lists and the regions of the pool
    /// memory.
    pub channels: usize,
}

/// Memory off chip. Filters and gate weights stay on chip if they fit; otherwise they are fetched
/// again for each image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DramConfig {
    /// Bytes that the DRAM transfers in one cycle of the accelerator's clock.
    pub bytes_per_cycle: usize,
    /// Cycles from a request to the first byte of its data.
    pub latency_cycles: usize,
    /// Bytes of a burst. The DRAM transfers only whole bursts.
    pub burst_bytes: usize,
    /// When the accelerator requests filters.
    pub prefetch: Prefetch,
}

/// Which filters the accelerator fetches before a gate has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Prefetch {
    /// None. A filter is fetched after the gate has decided that it is needed.
    Gated,
    /// The first tile of the next convolution, as if all of its channels were live. If the gate
    /// then skips channels, their filters were fetched in vain.
    Speculative,
}

impl AcceleratorConfig {
    /// Banks of the stream and of the scratch memory. The number is a multiple of the rows, so that
    /// each row reads few banks and two rows never read the same one. It is at least the number of
    /// columns, so that neighbouring channels are written in the same cycle.
    pub fn banks(&self) -> usize {
        let rows = self.array.rows.max(1); // not validated yet while `validate` asks
        rows.saturating_mul(self.array.cols.div_ceil(rows))
    }
    /// Words of each stream bank. A word is one byte.
    pub fn stream_depth(&self) -> usize {
        self.memory.stream_bytes / self.banks()
    }
    /// Words of each scratch bank. A word is one byte.
    pub fn scratch_depth(&self) -> usize {
        self.memory.scratch_bytes / self.banks()
    }
    /// Words of the filter memory. A word is `cols` bytes.
    pub fn weight_depth(&self) -> usize {
        self.memory.weight_bytes / self.array.cols
    }
    /// Words of the gate unit's weight memory. A word is `gate.macs` bytes.
    pub fn gate_weight_depth(&self) -> usize {
        self.memory.gate_weight_bytes / self.gate.macs
    }
    /// Words of the image buffer. A word has one byte for each bank.
    pub fn image_depth(&self) -> usize {
        self.memory.image_bytes / self.banks()
    }

    /// Checks that every value is in its range. Error messages name `path`.
    ///
    /// # Errors
    /// [`ConfigError::Range`] for the first value outside its range.
    pub fn validate(&self, path: &str) -> Result<(), ConfigError> {
        // Values that limit the range of a later value are checked before it.
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
        // The first bytes of the next tile can arrive while a tile's filters are still read, so
        // both tiles have to fit.
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
            // `{:?}` shows the number as it was written; `{}` would print up to 300 digits.
            let found = format!("{:?}", self.clock_mhz);
            return Err(ConfigError::Range { path: path.into(), key: "clock_mhz", expected, found });
        }
        Ok(())
    }
}
