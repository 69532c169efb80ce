//! The host port.

use super::wrapped;
use crate::map;
use crate::signal::word::Wire;
use crate::sizes::{Sizes, bits};
use rust_hdl_core::prelude::*;

wrapped! {
    /// The host port. If the core `carries` its program, no host needs to write it.
    Host(s: &Sizes, carries: bool) ["region", "host"] {
        ADDRESS = map::address_bits(s);
        COUNT = s.pcw();
        LOGIT = s.kw();
        CARRIED = usize::from(carries);
        let regions = map::regions(s);
        MOST_BEATS = regions.iter().map(map::Region::beats).max().unwrap_or(1);
        PROGRAM_BASE = regions[0].base;
        PROGRAM_WIDTH = regions[0].width;
        PROGRAM_WORDS = regions[0].depth;
        let PROGRAM_INDEX = bits(PROGRAM_WORDS);
        FILTER_BASE = regions[1].base;
        FILTER_WIDTH = regions[1].width;
        FILTER_WORDS = regions[1].depth;
        let FILTER_INDEX = bits(FILTER_WORDS);
        PARAM_BASE = regions[2].base;
        PARAM_WIDTH = regions[2].width;
        PARAM_WORDS = regions[2].depth;
        let PARAM_INDEX = bits(PARAM_WORDS);
        GATE_WEIGHT_BASE = regions[3].base;
        GATE_WEIGHT_WIDTH = regions[3].width;
        GATE_WEIGHT_WORDS = regions[3].depth;
        let GATE_WEIGHT_INDEX = bits(GATE_WEIGHT_WORDS);
        GATE_PARAM_BASE = regions[4].base;
        GATE_PARAM_WIDTH = regions[4].width;
        GATE_PARAM_WORDS = regions[4].depth;
        let GATE_PARAM_INDEX = bits(GATE_PARAM_WORDS);
        IMAGE_BASE = regions[5].base;
        IMAGE_WIDTH = regions[5].width;
        IMAGE_WORDS = regions[5].depth;
        let IMAGE_INDEX = bits(IMAGE_WORDS);
        LOGITS_BASE = regions[map::LOGITS].base;
        LOGITS_WORDS = regions[map::LOGITS].depth;
    } {
        /// The clock.
        in clock clock;
        /// The synchronous reset.
        in bit reset;
        /// A beat is written.
        in bit i_write;
        /// Its byte address. The lowest two bits do not count.
        in word(ADDRESS) i_write_address;
        /// Its data.
        in bits(32) i_write_data;
        /// Which of its bytes count.
        in bits(4) i_write_strobe;
        /// What became of the write two cycles before: 0 done, 2 refused, 3 nothing there.
        out bits(2) o_write_response;
        /// A beat is read.
        in bit i_read;
        /// Its byte address. The lowest two bits do not count.
        in word(ADDRESS) i_read_address;
        /// The data of the read two cycles before.
        out bits(32) o_read_data;
        /// What became of that read: 0 done, 2 refused, 3 nothing there.
        out bits(2) o_read_response;
        /// An enabled interrupt is raised.
        out bit o_interrupt;
        /// An image is worked on.
        out bit o_busy;
        /// The image that was started last is finished.
        out bit o_done;
        /// The next image may be written.
        out bit o_image_free;
        /// Logits of the image that are there so far.
        out word(LOGIT + 1) o_logits;
        /// The controller runs.
        in bit i_running;
        /// The controller has found the end of the program.
        in bit i_done;
        /// The array, its loader or the image port works.
        in bit i_array_busy;
        /// The gate unit works.
        in bit i_gate_busy;
        /// The number of the instruction in work.
        in word(COUNT) i_pc;
        /// The image port has taken the image in.
        in bit i_image_ends;
        /// A logit leaves the gate unit.
        in bit i_logit_valid;
        /// The logit that was addressed in the cycle before.
        in signed(32) i_logit_read;
        /// Starts the program.
        out bit o_go;
        /// Sets all units back.
        out bit o_reset_units;
        /// No gate skips anything.
        out bit o_forced_open;
        /// The logit that is read.
        out word(LOGIT) o_logit_read_address;
        /// Where a logit that leaves the gate unit is written.
        out word(LOGIT) o_logit_write_address;
        /// For each memory: a word is written, its number, and its content.
        out bit o_program_write;
        out word(PROGRAM_INDEX) o_program_address;
        out word(PROGRAM_WIDTH) o_program_data;
        out bit o_filter_write;
        out word(FILTER_INDEX) o_filter_address;
        out word(FILTER_WIDTH) o_filter_data;
        out bit o_param_write;
        out word(PARAM_INDEX) o_param_address;
        out word(PARAM_WIDTH) o_param_data;
        out bit o_gate_weight_write;
        out word(GATE_WEIGHT_INDEX) o_gate_weight_address;
        out word(GATE_WEIGHT_WIDTH) o_gate_weight_data;
        out bit o_gate_param_write;
        out word(GATE_PARAM_INDEX) o_gate_param_address;
        out word(GATE_PARAM_WIDTH) o_gate_param_data;
        out bit o_image_write;
        out word(IMAGE_INDEX) o_image_address;
        out word(IMAGE_WIDTH) o_image_data;
    }
}

impl Host {
    /// With the module of the registers, which is made from their table.
    pub fn with_registers(mut self, s: &Sizes) -> Self {
        self.plain.files.insert(0, map::module(&map::registers(s)).into());
        self
    }
}
