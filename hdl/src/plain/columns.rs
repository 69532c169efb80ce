//! The columns.

use super::wrapped;
use crate::signal::word::Wire;
use crate::sizes::Sizes;
use lcsim_spec::number;
use lcsim_spec::timing::{self, ColumnStage};
use rust_hdl_core::prelude::*;

wrapped! {
    /// A column.
    Column(s: &Sizes) ["ram", "registered_ram", "column"] {
        BANKS = s.banks;
        ADDRESS = s.aw();
        PIXEL = s.pw();
        COUNT = s.cw();
        DEPTH = s.acc_depth;
        POOL = s.pool();
        CHANNEL = s.kw();
        REQUANT_SHIFT = number::REQUANT_SHIFT as usize;
        let ACC = s.dw();
    } {
        /// The clock.
        in clock clock;
        /// The synchronous reset.
        in bit reset;
        /// The number of the column.
        in word(COUNT) i_index;
        /// The slot has a pixel.
        in bit i_slot_valid;
        /// It is of the tile's first fold: the sum replaces what is accumulated.
        in bit i_slot_first;
        /// It is of the tile's last fold: the sum is an output.
        in bit i_slot_last;
        /// It is the tile's first output.
        in bit i_slot_opens;
        /// It is the tile's last output.
        in bit i_slot_closes;
        /// Which of the two sets of parameters the tile uses.
        in bit i_slot_parity;
        /// Columns of the tile.
        in word(COUNT) i_slot_cols;
        /// The output pixel.
        in word(PIXEL) i_slot_pixel;
        /// The accumulator.
        in word(ACC) i_slot_acc;
        /// The sum of the array's column.
        in signed(32) i_bottom;
        /// A column takes parameters.
        in bit i_set;
        /// Which column.
        in word(COUNT) i_set_column;
        /// Which of its two sets.
        in bit i_set_parity;
        /// The bias.
        in signed(32) i_set_bias;
        /// The right shift before the multiplication.
        in bits(5) i_set_shift;
        /// The bank of the output, or the banks of its copies: a bit for each.
        in word(BANKS) i_set_select;
        /// The word of the bank where the output's channel begins.
        in word(ADDRESS) i_set_word;
        /// The entry of the pool memory.
        in word(CHANNEL) i_set_entry;
        /// The column's turn at its bank.
        in word(COUNT) i_set_turn;
        /// A column takes its multiplier.
        in bit i_scale;
        /// Which column.
        in word(COUNT) i_scale_column;
        /// Which of its two sets.
        in bit i_scale_parity;
        /// The multiplier, times the scores.
        in bits(15) i_scale_multiplier;
        /// A column computes how long it holds its values.
        in bit i_delay;
        /// Which column.
        in word(COUNT) i_delay_column;
        /// Its number modulo the interval.
        in word(COUNT) i_delay_phase;
        /// For which of its two sets.
        in bit i_delay_parity;
        /// The interval of the tile.
        in word(COUNT) i_delay_interval;
        /// The convolution adds a residual.
        in bit i_residual;
        /// Negative residuals count as 0.
        in bit i_residual_relu;
        /// The convolution sums its outputs for pools.
        in bit i_pool;
        /// Negative outputs count as 0 there.
        in bit i_pool_relu;
        /// The answers of the banks of the stream memory.
        in word(8 * BANKS) i_stored;
        /// The slot, a cycle later: it has a pixel.
        out bit o_slot_valid;
        /// It is of the tile's first fold.
        out bit o_slot_first;
        /// It is of the tile's last fold.
        out bit o_slot_last;
        /// It is the tile's first output.
        out bit o_slot_opens;
        /// It is the tile's last output.
        out bit o_slot_closes;
        /// Which of the two sets of parameters the tile uses.
        out bit o_slot_parity;
        /// Columns of the tile.
        out word(COUNT) o_slot_cols;
        /// The output pixel.
        out word(PIXEL) o_slot_pixel;
        /// The accumulator.
        out word(ACC) o_slot_acc;
        /// The banks that are read: a bit for each.
        out word(BANKS) o_reads;
        /// The word that is read.
        out word(ADDRESS) o_read_word;
        /// The banks that are written: a bit for each.
        out word(BANKS) o_writes;
        /// The word that is written.
        out word(ADDRESS) o_write_word;
        /// The output.
        out bits(8) o_write_data;
        /// The pool sum is complete.
        out bit o_flush;
        /// The entry of the pool memory that takes it.
        out word(CHANNEL) o_flush_entry;
        /// The pool sum.
        out word(POOL) o_flush_sum;
    }
}

wrapped! {
    /// All columns.
    Columns(s: &Sizes) ["ram", "registered_ram", "column", "columns"] {
        COLS = s.cols;
        BANKS = s.banks;
        ADDRESS = s.aw();
        PIXEL = s.pw();
        COUNT = s.cw();
        DEPTH = s.acc_depth;
        POOL = s.pool();
        CHANNEL = s.kw();
        REQUANT_SHIFT = number::REQUANT_SHIFT as usize;
        WAIT = timing::column_stage(s.rows, 0, ColumnStage::Address);
        let ACC = s.dw();
    } {
        /// The clock.
        in clock clock;
        /// The synchronous reset.
        in bit reset;
        /// The slot has a pixel.
        in bit i_slot_valid;
        /// It is of the tile's first fold.
        in bit i_slot_first;
        /// It is of the tile's last fold.
        in bit i_slot_last;
        /// It is the tile's first output.
        in bit i_slot_opens;
        /// It is the tile's last output.
        in bit i_slot_closes;
        /// Which of the two sets of parameters the tile uses.
        in bit i_slot_parity;
        /// Columns of the tile.
        in word(COUNT) i_slot_cols;
        /// The output pixel.
        in word(PIXEL) i_slot_pixel;
        /// The accumulator.
        in word(ACC) i_slot_acc;
        /// The sums of the array's columns.
        in sums(COLS) i_bottom;
        /// A column takes parameters.
        in bit i_set;
        /// Which column.
        in word(COUNT) i_set_column;
        /// Which of its two sets.
        in bit i_set_parity;
        /// The bias.
        in signed(32) i_set_bias;
        /// The right shift before the multiplication.
        in bits(5) i_set_shift;
        /// The bank of the output, or the banks of its copies: a bit for each.
        in word(BANKS) i_set_select;
        /// The word of the bank where the output's channel begins.
        in word(ADDRESS) i_set_word;
        /// The entry of the pool memory.
        in word(CHANNEL) i_set_entry;
        /// The column's turn at its bank.
        in word(COUNT) i_set_turn;
        /// A column takes its multiplier.
        in bit i_scale;
        /// Which column.
        in word(COUNT) i_scale_column;
        /// Which of its two sets.
        in bit i_scale_parity;
        /// The multiplier, times the scores.
        in bits(15) i_scale_multiplier;
        /// A column computes how long it holds its values.
        in bit i_delay;
        /// Which column.
        in word(COUNT) i_delay_column;
        /// Its number modulo the interval.
        in word(COUNT) i_delay_phase;
        /// For which of its two sets.
        in bit i_delay_parity;
        /// The interval of the tile.
        in word(COUNT) i_delay_interval;
        /// The convolution adds a residual.
        in bit i_residual;
        /// Negative residuals count as 0.
        in bit i_residual_relu;
        /// The convolution sums its outputs for pools.
        in bit i_pool;
        /// Negative outputs count as 0 there.
        in bit i_pool_relu;
        /// The region of the pool memory that takes sums.
        in bits(2) i_pool_region;
        /// The answers of the banks of the stream memory.
        in word(8 * BANKS) i_stored;
        /// For each column, the banks that it reads: a bit for each.
        out word(COLS * BANKS) o_reads;
        /// The word that it reads.
        out word(COLS * ADDRESS) o_read_word;
        /// For each column, the banks that it writes: a bit for each.
        out word(COLS * BANKS) o_writes;
        /// The word that it writes.
        out word(COLS * ADDRESS) o_write_word;
        /// The byte that it writes.
        out word(COLS * 8) o_write_data;
        /// A pool sum is written. It is there long before a gate is started that reads it.
        out bit o_pool_write;
        /// Its place in the pool memory: the region and the channel.
        out word(CHANNEL + 1 + 1) o_pool_address;
        /// The sum.
        out word(POOL) o_pool_sum;
    }
}
