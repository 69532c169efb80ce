//! The memories that the host port reaches, and their addresses.

use crate::sizes::{Sizes, bits};

/// The bits of a beat. The host port transfers one beat at a time.
pub(crate) const BEAT: usize = 32;
/// The bits of an address within a region.
pub(crate) const OFFSET: usize = 28;
/// The bits of a parameter: 32 for the bias, 15 for the multiplier, 5 for the shift.
pub(crate) const PARAM: usize = 52;

/// A memory in the address space of the host port. Addresses count beats, and their bits 31 to 28
/// choose the region.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    /// The bits 31 to 28 of its addresses.
    pub number: usize,
    /// The name. `NAME_memory` is its instance in the core, and `NAME.mem` is the file that
    /// initialises it.
    pub name: &'static str,
    /// The bits of a word.
    pub width: usize,
    /// The number of words.
    pub depth: usize,
    /// The parameter of the configuration that sets the depth.
    pub key: &'static str,
    /// The value of this parameter, rounded down to whole words.
    pub value: usize,
    /// A description of its content, for people.
    pub about: &'static str,
}

/// The region of the image that waits.
pub(crate) const IMAGE: usize = 6;
/// The region of the logits. It can only be read.
pub(crate) const LOGITS: usize = 7;

/// The regions that can be written. Region 0 has the registers.
pub(crate) fn regions(s: &Sizes) -> [Region; IMAGE] {
    let region = |number, name, width, depth, key: &'static str, about| {
        let value = if key.ends_with("_bytes") { depth * width / 8 } else { depth };
        Region { number, name, width, depth, key, value, about }
    };
    let program = region(1, "program", s.program_width(), s.program_depth(), "memory.instructions", "instructions");
    [
        Region { value: s.instructions, ..program },
        region(2, "filter", 8 * s.cols, s.filter_depth, "memory.weight_bytes", "filters, a byte for each column"),
        region(3, "param", PARAM, s.param_depth, "memory.parameters", "bias, multiplier, shift of each output channel"),
        region(
            4,
            "gate_weight",
            8 * s.macs,
            s.gate_depth,
            "memory.gate_weight_bytes",
            "weights of gates and classifier, a byte for each gate MAC",
        ),
        region(
            5,
            "gate_param",
            PARAM,
            s.gate_param_depth,
            "memory.gate_parameters",
            "bias, multiplier, shift of each output of a gate",
        ),
        region(IMAGE, "image", 8 * s.banks, s.image_depth, "memory.image_bytes", "the image, a byte for each bank"),
    ]
}

impl Region {
    /// The number of beats of a word.
    pub fn beats(&self) -> usize {
        self.width.div_ceil(BEAT)
    }

    /// The number of address bits that choose the beat.
    pub fn beat_bits(&self) -> usize {
        if self.beats() == 1 { 0 } else { bits(self.beats()) }
    }

    /// The writes that store `digits`, a word in binary, at `word`: address and data of each beat.
    pub fn writes(&self, word: usize, digits: &str) -> Vec<(u32, u32)> {
        let beats = self.beats();
        let padded = format!("{digits:0>width$}", width = beats * BEAT);
        let base = (self.number << OFFSET) | (word << self.beat_bits());
        let beat = |b: usize| {
            let high = (beats - 1 - b) * BEAT;
            let value = padded[high..high + BEAT].bytes().fold(0, |v, digit| (v << 1) | u32::from(digit == b'1'));
            ((base | b) as u32, value)
        };
        (0..beats).map(beat).collect()
    }
}
