//! Sizes and widths that follow from a configuration.

use lcsim_spec::{AcceleratorConfig, timing};

/// The bits of a value in `0..n`, at least 1.
pub(crate) fn bits(n: usize) -> usize {
    (usize::BITS - n.saturating_sub(1).leading_zeros()).max(1) as usize
}

/// Sizes and widths of a core.
#[derive(Debug, Clone)]
pub(crate) struct Sizes {
    pub rows: usize,
    pub cols: usize,
    pub banks: usize,
    pub acc_depth: usize,
    pub macs: usize,
    pub channels: usize,
    pub stream_depth: usize,
    pub scratch_depth: usize,
    pub filter_depth: usize,
    pub gate_depth: usize,
    pub param_depth: usize,
    pub gate_param_depth: usize,
    pub instructions: usize,
    /// The words of the program memory that an instruction takes.
    pub instruction_words: usize,
    pub image_depth: usize,
}

impl Sizes {
    pub fn new(config: &AcceleratorConfig) -> Self {
        let memory = &config.memory;
        Self {
            rows: config.array.rows,
            cols: config.array.cols,
            banks: config.banks(),
            acc_depth: config.array.accumulator_depth,
            macs: config.gate.macs,
            channels: config.gate.channels,
            stream_depth: config.stream_depth(),
            scratch_depth: config.scratch_depth(),
            filter_depth: config.weight_depth(),
            gate_depth: config.gate_weight_depth(),
            param_depth: memory.parameters,
            gate_param_depth: memory.gate_parameters,
            instructions: memory.instructions,
            instruction_words: memory.instruction_words,
            image_depth: config.image_depth(),
        }
    }

    /// The bits of an address within a bank.
    pub fn aw(&self) -> usize {
        bits(self.stream_depth.max(self.scratch_depth))
    }
    /// The bits of a pixel's index in a map or a chunk.
    pub fn pw(&self) -> usize {
        (self.aw() + 1).max(bits(self.acc_depth + 1))
    }
    /// The bits of a column's partial sum in the array. It has `rows` products of at most 2^14
    /// each.
    pub fn sum(&self) -> usize {
        16 + bits(self.rows)
    }
    /// The bits of a counter of columns.
    pub fn cw(&self) -> usize {
        bits(2 * self.cols + 2)
    }
    pub fn rw(&self) -> usize {
        bits(self.rows + 1)
    }
    pub fn bw(&self) -> usize {
        bits(self.banks)
    }
    pub fn qw(&self) -> usize {
        bits(self.banks / self.rows)
    }
    pub fn dw(&self) -> usize {
        bits(self.acc_depth)
    }
    pub fn fw(&self) -> usize {
        bits(self.filter_depth)
    }
    pub fn gw(&self) -> usize {
        bits(self.gate_depth)
    }
    pub fn pa(&self) -> usize {
        bits(self.param_depth)
    }
    pub fn ga(&self) -> usize {
        bits(self.gate_param_depth)
    }
    pub fn kw(&self) -> usize {
        bits(self.channels)
    }
    /// The words of the pool memory. It has three regions of a power of two, so that the upper bits
    /// of an address are the number of the region.
    pub fn pool_depth(&self) -> usize {
        3 << self.kw()
    }
    /// The bits of a pool sum, which adds as many bytes as a bank has words.
    pub fn pool(&self) -> usize {
        8 + self.aw()
    }
    /// The bits of a counter of a gated map's channels, or of gate MACs. It reaches one more than
    /// either, so that no comparison with them is always true.
    pub fn kc(&self) -> usize {
        bits(self.channels.max(self.macs) + 2)
    }
    /// The bits of a channel whose weights the gate unit reads.
    pub fn gate_channel(&self) -> usize {
        self.kw().min(self.gw())
    }
    /// The bits of a counter of the cycles until the last output of a slot has left, for the
    /// longest interval.
    pub fn drw(&self) -> usize {
        bits(timing::drain(self.rows, self.cols, self.cols) + 1)
    }
    /// The bits of a counter of rows, over all folds of a chunk or all packed folds.
    pub fn ew(&self) -> usize {
        self.fw().max(16)
    }
    /// Whether taps of a map's rest share folds. The section "Rest" of docs/microarchitecture.md
    /// has the conditions.
    pub fn packs(&self) -> bool {
        let (rows, cols) = (self.rows, self.cols);
        let aligned = rows.is_power_of_two() && (rows.is_multiple_of(cols) || cols.is_multiple_of(rows));
        aligned && self.rest_max() > 0
    }
    pub fn rest_max(&self) -> usize {
        (self.rows / 2).min(self.cols - 1)
    }

    /// The bits of the group of filter words of a gated map's channel.
    pub fn gpw(&self) -> usize {
        bits(self.channels.div_ceil(self.cols))
    }
    pub fn brw(&self) -> usize {
        bits(self.channels.div_ceil(self.banks))
    }
    /// The bits of a counter of a fold's words, without the first word of each row.
    pub fn nw(&self) -> usize {
        bits(self.rows * self.channels.div_ceil(self.cols) + timing::FOLD_READY)
    }
    pub fn pcw(&self) -> usize {
        bits(self.instructions)
    }
    /// The words of the program memory.
    pub fn program_depth(&self) -> usize {
        self.instructions * self.instruction_words
    }
    /// The bits of an address of the program memory.
    pub fn paw(&self) -> usize {
        bits(self.program_depth())
    }

    /// The bits of an address of the image buffer.
    pub fn iw(&self) -> usize {
        bits(self.image_depth)
    }
}
