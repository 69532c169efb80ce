//! An instruction: what it begins with, and the fields of both units that have any.

use super::convolution::ConvWord;
use super::gate::GateWord;
use crate::sizes::Sizes;
use crate::word::{Bundle, Field, bundle, word};

/// What an instruction starts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Kind {
    #[default]
    Image = 0,
    Convolution = 1,
    Gate = 2,
    /// Nothing: the program ends.
    Stop = 3,
}

/// An instruction's values. Fields of a unit that it does not start are 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Instruction {
    pub kind: Kind,
    pub predicated: bool,
    pub conv: ConvWord,
    pub gate: GateWord,
}

word! {
    /// What every instruction begins with.
    Head(_sizes, instruction: Instruction) {
        /// What it starts: 0 the image port, 1 a convolution, 2 a gate, 3 nothing (the program
        /// ends).
        kind: 2 => instruction.kind as usize,
        /// The instruction is stepped over if the block's L-Net gave 0.
        predicated: 1 => instruction.predicated,
    }
}

impl Instruction {
    /// The fields, those of each unit as one.
    pub fn bundle(sizes: &Sizes) -> Bundle {
        let units = bundle! {
            /// Fields of a convolution. An image has those of its size and its destination.
            conv: ConvWord::bundle(sizes).width(),
            /// Fields of a gate.
            gate: GateWord::bundle(sizes).width(),
        };
        Bundle([Head::bundle(sizes).0, units.0].concat())
    }

    /// The values as binary digits.
    ///
    /// # Errors
    /// The first field that is too narrow for its value.
    pub fn digits(&self, sizes: &Sizes) -> Result<String, Field> {
        Ok(Head::new(self).digits(sizes)? + &self.conv.digits(sizes)? + &self.gate.digits(sizes)?)
    }
}
