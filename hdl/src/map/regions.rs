//! The table of the memories that a host reaches, and their addresses.

use super::registers::REGISTER_BYTES;
use crate::sizes::{Sizes, bits};

/// The bits of a beat. A host transfers one beat at a time.
const BEAT: usize = 32;
/// The most bytes that a region may take of the address space, so that all of them fit into 32 bits
/// of address.
pub(crate) const MOST_BYTES: usize = 1 << 28;
/// The bits of a parameter: 32 for the bias, 15 for the multiplier, 5 for the shift.
const PARAM: usize = 52;

/// A memory in the address space of the host.
#[derive(Debug, Clone)]
pub(crate) struct Region {
    /// The byte address of its first beat. It is a multiple of the region's size, rounded up to a
    /// power of two.
    pub base: usize,
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

/// The place of the image among the regions.
pub(crate) const IMAGE: usize = 5;
/// The place of the logits, which can only be read. The others can only be written.
pub(crate) const LOGITS: usize = 6;

/// The memories, by ascending addresses.
pub(crate) fn regions(s: &Sizes) -> [Region; LOGITS + 1] {
    let region = |name, width, depth, key: &'static str, about| {
        let value = if key.ends_with("_bytes") { depth * width / 8 } else { depth };
        Region { base: 0, name, width, depth, key, value, about }
    };
    let program = region("program", s.program_width(), s.program_depth(), "memory.instructions", "instructions");
    let regions = [
        Region { value: s.instructions, ..program },
        region("filter", 8 * s.cols, s.filter_depth, "memory.weight_bytes", "filters, a byte for each column"),
        region("param", PARAM, s.param_depth, "memory.parameters", "bias, multiplier, shift of each output channel"),
        region(
            "gate_weight",
            8 * s.macs,
            s.gate_depth,
            "memory.gate_weight_bytes",
            "weights of gates and classifier, a byte for each gate MAC",
        ),
        region(
            "gate_param",
            PARAM,
            s.gate_param_depth,
            "memory.gate_parameters",
            "bias, multiplier, shift of each output of a gate",
        ),
        region("image", 8 * s.banks, s.image_depth, "memory.image_bytes", "the image, a byte for each bank"),
        region("logits", BEAT, s.channels, "gate.channels", "logits, signed, in the order of the classes"),
    ];
    let mut next = REGISTER_BYTES;
    regions.map(|region| {
        let span = region.span();
        let base = next.next_multiple_of(span);
        next = base + span;
        Region { base, ..region }
    })
}

/// The bits of a byte address.
pub(crate) fn address_bits(s: &Sizes) -> usize {
    let regions = regions(s);
    bits(regions[LOGITS].base + regions[LOGITS].span())
}

impl Region {
    /// The number of beats of a word.
    pub fn beats(&self) -> usize {
        self.width.div_ceil(BEAT)
    }

    /// The bytes from a word to the next one: its beats, rounded up to a power of two.
    pub fn stride(&self) -> usize {
        BEAT / 8 * self.beats().next_power_of_two()
    }

    /// The bytes of the whole region.
    pub fn bytes(&self) -> usize {
        self.stride() * self.depth
    }

    /// The bytes of the region, rounded up to a power of two.
    fn span(&self) -> usize {
        self.bytes().next_power_of_two()
    }

    /// The writes that store `digits`, a word in binary, at `word`: byte address and data of each
    /// beat.
    pub fn writes(&self, word: usize, digits: &str) -> Vec<(u32, u32)> {
        let beats = self.beats();
        let padded = format!("{digits:0>width$}", width = beats * BEAT);
        let base = self.base + word * self.stride();
        let beat = |b: usize| {
            let high = (beats - 1 - b) * BEAT;
            let value = padded[high..high + BEAT].bytes().fold(0, |v, digit| (v << 1) | u32::from(digit == b'1'));
            ((base + BEAT / 8 * b) as u32, value)
        };
        (0..beats).map(beat).collect()
    }
}
