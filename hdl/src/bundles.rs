//! The bundles of fields that units pass to each other, and the words of the program memory.

use crate::operators::{ConvWord, GateWord, Instruction};
use crate::sizes::{Sizes, bits};
use crate::word::{Bundle, bundle};
use lcsim_spec::AcceleratorConfig;

impl Sizes {
    /// An entry of a live list.
    pub fn entry(&self) -> Bundle {
        bundle! {
            /// The channel.
            channel: self.kw(),
            /// The channel's group of filter words.
            group: self.gpw(),
            /// Its byte of a filter word.
            lane: bits(self.cols),
            /// The bank where the channel stands in a map that has all channels.
            bank: self.bw(),
            /// The channel's place among those of its bank.
            row: self.brw(),
            /// The channel's score; 0x8000 is 1.0.
            score: 16,
        }
    }

    /// A pixel for the rows of the array, on its way from row to row.
    pub fn row_slot(&self) -> Bundle {
        bundle! {
            /// The slot has a pixel.
            valid: 1,
            /// The shadow weights become the active ones.
            swap: 1,
            /// Rows that read an operand.
            rows: self.rw(),
            /// Which of its own banks a row reads.
            bank: self.qw(),
            /// The row of the map where the window begins: negative, in the padding.
            y: 17,
            /// The column where it begins.
            x: 17,
            /// The word of the bank where it begins.
            address: self.aw(),
        }
    }

    /// What the columns do with the sum of a pixel.
    pub fn column_slot(&self) -> Bundle {
        bundle! {
            /// The slot has a pixel.
            valid: 1,
            /// Of the tile's first fold: the sum replaces what is accumulated.
            first: 1,
            /// Of the tile's last fold: the sum is an output.
            last: 1,
            /// The tile's first output.
            opens: 1,
            /// The tile's last output.
            closes: 1,
            /// Which of the two sets of column parameters the tile uses.
            parity: 1,
            /// Columns that the tile has.
            cols: self.cw(),
            /// The output pixel.
            pixel: self.pw(),
            /// The accumulator.
            acc: self.dw(),
        }
    }

    /// Fields of a convolution's instruction.
    pub fn conv(&self) -> Bundle {
        ConvWord::bundle(self)
    }

    /// Fields of a gate's instruction.
    pub fn gate(&self) -> Bundle {
        GateWord::bundle(self)
    }

    /// An instruction.
    pub fn instruction(&self) -> Bundle {
        Instruction::bundle(self)
    }

    /// A word of the program memory.
    pub fn program_width(&self) -> usize {
        self.instruction().width().div_ceil(self.instruction_words)
    }
}

/// The fields of instructions, and of the bundles that units pass to each other, in the core of
/// `config`. Returns the name of each bundle, with a table in Markdown.
pub fn tables(config: &AcceleratorConfig) -> [(&'static str, String); 6] {
    let s = &Sizes::new(config);
    [
        ("Instruction", s.instruction()),
        ("Convolution", s.conv()),
        ("Gate", s.gate()),
        ("Entry of a live list", s.entry()),
        ("Slot of the rows", s.row_slot()),
        ("Slot of the columns", s.column_slot()),
    ]
    .map(|(name, bundle)| (name, bundle.table()))
}
