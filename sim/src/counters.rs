//! The counters of an image: its cycles by reason, and every activity that costs energy.

use lcsim_spec::schedule::{Memory, Program};
use std::ops::AddAssign;

/// The reason to which a cycle is charged. The section "Where cycles are charged" of
/// docs/microarchitecture.md has the exact conditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// The image port fetched or wrote the image.
    Input,
    /// The array was given a pixel.
    Compute,
    /// The classifier ran.
    Classifier,
    /// The pooling unit ran.
    Pooling,
    /// The array waited for a gate's decision.
    Gate,
    /// The array waited for filters.
    Weights,
    /// The array waited for filters or rows of maps that come from DRAM.
    Dram,
    /// The array drained.
    Drain,
    /// A pixel waited until its columns could write to their banks.
    BankConflict,
    /// Nothing ran, and the controller fetched or stepped.
    Control,
}

impl Spent {
    /// The name in the report's fields `cycles` and `cycles.stall_by`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Compute => "compute",
            Self::Classifier => "classifier",
            Self::Pooling => "pooling",
            Self::Gate => "gate_exposed",
            Self::Weights => "weights",
            Self::Dram => "dram",
            Self::Drain => "drain",
            Self::BankConflict => "bank_conflict",
            Self::Control => "control",
        }
    }
}

macro_rules! counters {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $field:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct $name { $($(#[$doc])* pub $field: u64),* }
        impl AddAssign for $name {
            fn add_assign(&mut self, other: Self) { $(self.$field += other.$field;)* }
        }
    };
}

counters! {
    /// Cycles by the reason to which they are charged.
    CycleCounters {
        /// The image port fetched or wrote the image.
        input,
        /// The array was given a pixel.
        compute,
        /// The classifier ran.
        classifier,
        /// The pooling unit ran.
        pooling,
        /// The array waited for a gate's decision.
        gate,
        /// The array waited for filters.
        weights,
        /// The array waited for filters or rows of maps that come from DRAM.
        dram,
        /// The array drained.
        drain,
        /// A pixel waited until its columns could write to their banks.
        bank_conflict,
        /// Nothing ran, and the controller fetched or stepped.
        control,
    }
}

impl CycleCounters {
    pub(crate) fn spend(&mut self, on: Spent) {
        *match on {
            Spent::Input => &mut self.input,
            Spent::Compute => &mut self.compute,
            Spent::Classifier => &mut self.classifier,
            Spent::Pooling => &mut self.pooling,
            Spent::Gate => &mut self.gate,
            Spent::Weights => &mut self.weights,
            Spent::Dram => &mut self.dram,
            Spent::Drain => &mut self.drain,
            Spent::BankConflict => &mut self.bank_conflict,
            Spent::Control => &mut self.control,
        } += 1;
    }

    /// The sum of all reasons.
    pub fn total(&self) -> u64 {
        self.input + self.compute + self.classifier + self.pooling + self.gate + self.stall()
    }

    /// The cycles in which the array waited for something other than a gate.
    pub fn stall(&self) -> u64 {
        self.weights + self.dram + self.drain + self.bank_conflict + self.control
    }
}

counters! {
    /// Activities that cost energy. Memory traffic is counted in bytes, not in words.
    Activity {
        /// MACs of the array's PEs.
        macs,
        /// Bytes written to the array's registers for operands, weights and partial sums.
        register_bytes,
        /// Values that passed the requantise stage, and means of average pooling.
        requantized,
        /// Additions in the accumulators, and comparisons and additions of poolings.
        accumulations,
        /// Accumulator bytes read.
        accumulator_read,
        /// Accumulator bytes written.
        accumulator_write,
        /// Stream memory bytes read.
        stream_read,
        /// Stream memory bytes written.
        stream_write,
        /// Scratch memory bytes read.
        scratch_read,
        /// Scratch memory bytes written.
        scratch_write,
        /// Filter memory bytes read.
        filter_read,
        /// Parameter memory bytes read.
        param_read,
        /// Additions to pool sums.
        pool_adds,
        /// Pool memory bytes read.
        pool_read,
        /// Pool memory bytes written.
        pool_write,
        /// MACs of the gate unit.
        gate_macs,
        /// Gate weight and parameter bytes read.
        gate_weight_read,
        /// Scores computed.
        scores,
        /// Live list bytes read.
        list_read,
        /// Live list bytes written.
        list_write,
        /// Bytes read from DRAM, in whole bursts.
        dram_read,
        /// Bytes of `dram_read` that belong to rows of maps.
        dram_map_read,
        /// Bytes of rows of maps that were written to DRAM, in whole bursts.
        dram_write,
        /// Bytes of `dram_read` that were fetched before a gate's decision and then not needed.
        dram_wasted,
    }
}

impl Activity {
    /// The counter of bytes that are read from `memory`.
    pub(crate) fn read_from(&mut self, memory: Memory) -> &mut u64 {
        match memory {
            Memory::Stream => &mut self.stream_read,
            Memory::Scratch => &mut self.scratch_read,
        }
    }

    /// The counter of bytes that are written to `memory`.
    pub(crate) fn written_to(&mut self, memory: Memory) -> &mut u64 {
        match memory {
            Memory::Stream => &mut self.stream_write,
            Memory::Scratch => &mut self.scratch_write,
        }
    }

    /// Bytes that were read and written in stream, scratch, filter and accumulator memory.
    pub fn bytes(&self) -> u64 {
        self.stream_read
            + self.stream_write
            + self.scratch_read
            + self.scratch_write
            + self.filter_read
            + self.accumulator_read
            + self.accumulator_write
    }
}

/// The counts of `program`'s lines before an image begins. An image that is off chip counts as
/// executed, because no instruction loads it.
pub(crate) fn lines(program: &Program) -> Vec<LayerCount> {
    let mut lines = vec![LayerCount::default(); program.layers.len()];
    if program.image_off_chip.is_some() {
        (lines[0].executed, lines[0].live) = (true, program.image.channels as u64);
    }
    lines
}

/// The counts of one line of the report for one image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LayerCount {
    /// Cycles that were charged to this layer.
    pub cycles: CycleCounters,
    /// The activities that cost energy.
    pub activity: Activity,
    /// Output channels that were computed. For a gate: scores above 0.
    pub live: u64,
    /// Whether the layer was executed. The layers of a skipped branch are not.
    pub executed: bool,
    /// Whether the layer is an L-Net that gave 0.
    pub skips: bool,
}
