//! Instructions: their first fields, and the fields of the units that have some.

use super::convolution::ConvWord;
use super::gate::GateWord;
use crate::sizes::Sizes;
use crate::word::{Bundle, Field, bundle, word};

/// The unit that an instruction starts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Kind {
    #[default]
    Image = 0,
    Convolution = 1,
    Gate = 2,
    /// No unit: the program ends.
    Stop = 3,
}

/// The values of an instruction. The fields of the units that it does not start are 0.
#[derive(Debug, Clone, Default)]
pub(crate) struct Instruction {
    pub kind: Kind,
    pub predicated: bool,
    pub conv: ConvWord,
    pub gate: GateWord,
}

word! {
    /// The first fields of every instruction.
    Head(_sizes, instruction: Instruction) {
        /// What it starts: 0 the image port, 1 a convolution, 2 a gate, 3 nothing (the program
        /// ends).
        kind: 2 => instruction.kind as usize,
        /// The instruction is stepped over if the block's L-Net gave 0.
        predicated: 1 => instruction.predicated,
    }
}

impl Instruction {
    /// The fields. Those of each unit are one field here.
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
    /// Returns the first field that is too narrow for its value.
    pub fn digits(&self, sizes: &Sizes) -> Result<String, Field> {
        Ok(Head::new(self).digits(sizes)? + &self.conv.digits(sizes)? + &self.gate.digits(sizes)?)
    }
}
