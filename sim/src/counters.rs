//! What the engine counts while it runs: cycles by what they were spent on, and every activity that
//! costs energy.

use lcsim_spec::schedule::{Memory, Program};
use std::ops::AddAssign;

/// What a cycle was spent on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spent {
    /// The image was loaded.
    Input,
    /// The array was fed a pixel.
    Compute,
    /// The classifier ran.
    Classifier,
    /// Max pooling ran.
    Pooling,
    /// The array waited for a gate's decision.
    Gate,
    /// The array waited for filters.
    Weights,
    /// The array waited for filters or rows of maps that come from DRAM.
    Dram,
    /// The array drained.
    Drain,
    /// A pixel waited for its turn at a bank.
    BankConflict,
    /// The controller stepped.
    Control,
}

impl Spent {
    /// As the report's `cycles` and `cycles.stall_by` name it.
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
    /// Cycles by what they were spent on.
    CycleCounters {
        /// Loading the image.
        input,
        /// The array was fed a pixel.
        compute,
        /// The classifier ran.
        classifier,
        /// Max pooling ran.
        pooling,
        /// The array waited for a gate's decision.
        gate,
        /// The array waited for filters.
        weights,
        /// The array waited for filters or rows of maps that come from DRAM.
        dram,
        /// The array drained.
        drain,
        /// A pixel waited for its turn at a bank.
        bank_conflict,
        /// The controller stepped.
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

    /// All of them.
    pub fn total(&self) -> u64 {
        self.input + self.compute + self.classifier + self.pooling + self.gate + self.stall()
    }

    /// Those in which the array waited for anything but a gate.
    pub fn stall(&self) -> u64 {
        self.weights + self.dram + self.drain + self.bank_conflict + self.control
    }
}

counters! {
    /// Activities that cost energy. Bytes are bytes read or written, not words.
    Activity {
        /// MACs of the array's PEs.
        macs,
        /// Bytes clocked into the array's operand, weight and partial-sum registers.
        register_bytes,
        /// Values that left the requantise stage, and means of average pooling.
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
        /// DRAM bytes read, in whole bursts.
        dram_read,
        /// Those of them that are rows of maps.
        dram_map_read,
        /// DRAM bytes written, in whole bursts: rows of maps.
        dram_write,
        /// Those of them that were fetched ahead of a gate's decision and not needed.
        dram_wasted,
    }
}

impl Activity {
    /// Bytes read from an activation memory.
    pub(crate) fn read_from(&mut self, memory: Memory) -> &mut u64 {
        match memory {
            Memory::Stream => &mut self.stream_read,
            Memory::Scratch => &mut self.scratch_read,
        }
    }

    /// Bytes written to an activation memory.
    pub(crate) fn written_to(&mut self, memory: Memory) -> &mut u64 {
        match memory {
            Memory::Stream => &mut self.stream_write,
            Memory::Scratch => &mut self.scratch_write,
        }
    }

    /// Bytes read and written in stream, scratch, filter and accumulator memory.
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

/// The lines of `program`'s report before an image begins. An image that is off chip is there
/// without an instruction.
pub(crate) fn lines(program: &Program) -> Vec<LayerCount> {
    let mut lines = vec![LayerCount::default(); program.layers.len()];
    if program.image_off_chip.is_some() {
        (lines[0].executed, lines[0].live) = (true, program.image.channels as u64);
    }
    lines
}

/// What one line of the report counted for one image.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LayerCount {
    /// Cycles that passed while the accelerator was at this layer.
    pub cycles: CycleCounters,
    /// What cost energy.
    pub activity: Activity,
    /// Output channels computed; of a gate, scores above 0.
    pub live: u64,
    /// Whether it ran; a layer of a skipped branch does not.
    pub executed: bool,
    /// An L-Net that gave 0.
    pub skips: bool,
}
