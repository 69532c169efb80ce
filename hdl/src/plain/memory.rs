//! The memories.

use super::wrapped;
use crate::signal::word::Wire;
use crate::sizes::{Sizes, bits};
use rust_hdl_core::prelude::*;

wrapped! {
    /// A memory.
    Ram(width: usize, words: usize) ["ram"] {
        WIDTH = width;
        WORDS = words;
        let ADDRESS = bits(words);
    } {
        /// The clock.
        in clock clock;
        /// A word is read.
        in bit i_read;
        /// Which word.
        in word(ADDRESS) i_read_address;
        /// A word is written.
        in bit i_write;
        /// Which word.
        in word(ADDRESS) i_write_address;
        /// Its new content.
        in word(WIDTH) i_write_data;
        /// The word that was read, from the next cycle on.
        out word(WIDTH) o_data;
    }
}

wrapped! {
    /// A memory that answers out of a register.
    RegisteredRam(width: usize, words: usize) ["ram", "registered_ram"] {
        WIDTH = width;
        WORDS = words;
        let ADDRESS = bits(words);
    } {
        /// The clock.
        in clock clock;
        /// Which word is read.
        in word(ADDRESS) i_read_address;
        /// A word is written.
        in bit i_write;
        /// Which word.
        in word(ADDRESS) i_write_address;
        /// Its new content.
        in word(WIDTH) i_write_data;
        /// The word that was read two cycles before.
        out word(WIDTH) o_data;
    }
}

wrapped! {
    /// A large memory, cut into blocks.
    Blocks(width: usize, words: usize) ["ram", "registered_ram", "blocks"] {
        WIDTH = width;
        WORDS = words;
        BLOCK = BLOCK_WORDS;
        let ADDRESS = bits(words);
    } {
        /// The clock.
        in clock clock;
        /// The word that is read.
        in word(ADDRESS) i_read_address;
        /// A word is written.
        in bit i_write;
        /// Which word.
        in word(ADDRESS) i_write_address;
        /// Its new content.
        in word(WIDTH) i_write_data;
        /// The word that was read two cycles before.
        out word(WIDTH) o_data;
    }
}

wrapped! {
    /// A large memory, cut into blocks, whose words are bytes side by side.
    Bytes(count: usize, words: usize) ["ram", "registered_ram", "blocks"] {
        WIDTH = 8 * count;
        WORDS = words;
        BLOCK = BLOCK_WORDS;
        let ADDRESS = bits(words);
    } {
        /// The clock.
        in clock clock;
        /// The word that is read.
        in word(ADDRESS) i_read_address;
        /// A word is written.
        in bit i_write;
        /// Which word.
        in word(ADDRESS) i_write_address;
        /// Its new content.
        in word(WIDTH) i_write_data;
        /// The word that was read two cycles before.
        out weights(count) o_data;
    }
}

wrapped! {
    /// The memory of the logits.
    Logits(words: usize) ["ram"] {
        WIDTH = 32;
        WORDS = words;
        let ADDRESS = bits(words);
    } {
        /// The clock.
        in clock clock;
        /// A word is read.
        in bit i_read;
        /// Which word.
        in word(ADDRESS) i_read_address;
        /// A word is written.
        in bit i_write;
        /// Which word.
        in word(ADDRESS) i_write_address;
        /// Its new content.
        in signed(32) i_write_data;
        /// The word that was read, from the next cycle on.
        out signed(32) o_data;
    }
}

wrapped! {
    /// The pool memory.
    Sums(s: &Sizes) ["ram", "registered_ram", "sums"] {
        WIDTH = s.pool();
        CHANNEL = s.kw();
    } {
        /// The clock.
        in clock clock;
        /// The region that is read.
        in bits(2) i_read_region;
        /// The channel.
        in word(CHANNEL) i_read_channel;
        /// A sum is written.
        in bit i_write;
        /// Its region and its channel.
        in word(CHANNEL + 2) i_write_address;
        /// The sum.
        in word(WIDTH) i_write_data;
        /// The sum that was read two cycles before.
        out word(WIDTH) o_data;
    }
}

wrapped! {
    /// A memory of parameters.
    Params(words: usize) ["ram", "registered_ram", "params"] {
        WORDS = words;
        let ADDRESS = bits(words);
    } {
        /// The clock.
        in clock clock;
        /// Which word is read.
        in word(ADDRESS) i_read_address;
        /// A word is written.
        in bit i_write;
        /// Which word.
        in word(ADDRESS) i_write_address;
        /// Its new content.
        in word(52) i_write_data;
        /// The word that was read two cycles before: the bias.
        out signed(32) o_bias;
        /// The multiplier.
        out bits(15) o_multiplier;
        /// The right shift before the multiplication.
        out bits(5) o_shift;
    }
}

wrapped! {
    /// A live list.
    List(s: &Sizes) ["ram", "list"] {
        ENTRIES = s.channels;
        CHANNEL = s.kw();
        GROUP = s.gpw();
        LANE = bits(s.cols);
        BANK = s.bw();
        PLACE = s.brw();
    } {
        /// The clock.
        in clock clock;
        /// An entry is written.
        in bit i_write;
        /// Its place in the list.
        in word(CHANNEL) i_write_address;
        /// The channel of the entry.
        in word(CHANNEL) i_channel;
        /// Its group of filter words.
        in word(GROUP) i_group;
        /// Its byte of a filter word.
        in word(LANE) i_lane;
        /// Its bank in a map that has all channels.
        in word(BANK) i_bank;
        /// Its place among the channels of the bank.
        in word(PLACE) i_row;
        /// Its score.
        in bits(16) i_score;
        /// The entry that the loader reads.
        in word(CHANNEL) i_address;
        /// Its content, two cycles later: the channel.
        out word(CHANNEL) o_channel;
        /// Its group of filter words.
        out word(GROUP) o_group;
        /// Its byte of a filter word.
        out word(LANE) o_lane;
        /// Its bank in a map that has all channels.
        out word(BANK) o_bank;
        /// Its place among the channels of the bank.
        out word(PLACE) o_row;
        /// Its score.
        out bits(16) o_score;
        /// The entry that the gate unit reads.
        in word(CHANNEL) i_gate_address;
        /// Its channel, two cycles later.
        out word(CHANNEL) o_gate_channel;
    }
}

wrapped! {
    /// A bank of the scratch memory.
    Bank(s: &Sizes) ["ram", "registered_ram", "bank"] {
        WORDS = s.scratch_depth;
        ADDRESS = s.aw();
    } {
        /// The clock.
        in clock clock;
        /// The word that a row reads, unless a column reads.
        in word(ADDRESS) i_row_word;
        /// A column reads.
        in bit i_read;
        /// The word that it reads.
        in word(ADDRESS) i_read_word;
        /// A column writes.
        in bit i_write;
        /// The word that it writes; 0 if no column writes.
        in word(ADDRESS) i_write_word;
        /// The byte that it writes; 0 if no column writes.
        in bits(8) i_write_data;
        /// The image port writes.
        in bit i_image_write;
        /// The word that it writes.
        in word(ADDRESS) i_image_word;
        /// The byte that it writes.
        in bits(8) i_image_data;
        /// The byte that was read two cycles before.
        out bits(8) o_data;
    }
}

wrapped! {
    /// The crossbar between the columns and a bank.
    Crossbar(s: &Sizes) ["crossbar"] {
        COLS = s.cols;
        ADDRESS = s.aw();
    } {
        /// For each column, whether it reads the bank.
        in word(COLS) i_reads;
        /// The word that each column reads, of whatever bank.
        in word(COLS * ADDRESS) i_read_word;
        /// For each column, whether it writes the bank.
        in word(COLS) i_writes;
        /// The word that each column writes, of whatever bank.
        in word(COLS * ADDRESS) i_write_word;
        /// The byte that each column writes.
        in word(COLS * 8) i_write_data;
        /// The word that is read; 0 if no column reads.
        out word(ADDRESS) o_read_word;
        /// A column writes.
        out bit o_write;
        /// The word that is written; 0 if no column writes.
        out word(ADDRESS) o_write_word;
        /// The byte that is written; 0 if no column writes.
        out bits(8) o_write_data;
    }
}

wrapped! {
    /// The stream and the scratch memory, with the crossbars.
    Banks(s: &Sizes) ["ram", "registered_ram", "bank", "crossbar", "banks"] {
        ROWS = s.rows;
        COLS = s.cols;
        BANKS = s.banks;
        STREAM = s.stream_depth;
        SCRATCH = s.scratch_depth;
        ADDRESS = s.aw();
    } {
        /// The clock.
        in clock clock;
        /// The convolution reads its input from the scratch memory, otherwise from the stream
        /// memory.
        in bit i_src_scratch;
        /// It writes its output to the scratch memory, otherwise to the stream memory.
        in bit i_dst_scratch;
        /// The word that each row reads of its banks.
        in words(ROWS, ADDRESS) i_row_word;
        /// For each column, the banks that it reads for the residual: a bit for each.
        in word(COLS * BANKS) i_reads;
        /// The word that it reads.
        in word(COLS * ADDRESS) i_read_word;
        /// For each column, the banks that it writes: a bit for each.
        in word(COLS * BANKS) i_writes;
        /// The word that it writes.
        in word(COLS * ADDRESS) i_write_word;
        /// The byte that it writes.
        in word(COLS * 8) i_write_data;
        /// The image port writes a word to all banks.
        in bit i_image_write;
        /// Where.
        in word(ADDRESS) i_image_word;
        /// The word: a byte for each bank.
        in word(8 * BANKS) i_image_data;
        /// Three cycles after a row has read: the byte of each bank, for the rows.
        out bytes(BANKS) o_row_data;
        /// The bytes of the stream memory's banks, for the columns.
        out word(8 * BANKS) o_stored;
    }
}

/// Words of a block of a large memory: as many as a block RAM of an ECP5 has, if words have one
/// bit.
pub(crate) const BLOCK_WORDS: usize = 16_384;

/// A memory that may have content from the beginning.
macro_rules! filled {
    ($($Memory:ident)*) => {
        $(impl $Memory {
            /// The first words come from a file, which has `words`.
            pub fn filled(mut self, content: Option<(&str, usize)>) -> Self {
                if let Some((file, words)) = content {
                    self.plain.parameters.extend([("INIT", format!("\"{file}\"")), ("INIT_WORDS", words.to_string())]);
                }
                self
            }
        })*
    };
}

filled! { RegisteredRam Blocks Bytes Params }
