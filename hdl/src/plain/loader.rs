//! The loader.

use super::wrapped;
use crate::signal::word::Wire;
use crate::sizes::{Sizes, bits};
use lcsim_spec::timing;
use rust_hdl_core::prelude::*;

wrapped! {
    /// The loader.
    Loader(s: &Sizes) ["setup", "delays", "fetch", "loader"] {
        ROWS = s.rows;
        COLS = s.cols;
        BANKS = s.banks;
        DEPTH = s.acc_depth;
        MOST_REST = if s.packs() { s.rest_max() } else { 0 };
        COUNT = s.cw();
        ROW = s.rw();
        REST = bits(s.rows);
        ADDRESS = s.aw();
        PIXEL = s.pw();
        PARAM = s.pa();
        FILTER = s.fw();
        CHANNEL = s.kw();
        GROUP = s.gpw();
        LANE = bits(s.cols);
        BANK = s.bw();
        PLACE = s.brw();
        OWN = s.qw();
        ENTRIES = s.ew();
        WORDS = s.nw();
        DRAIN = s.drw();
        // The state FOLD sees the shadow weights free one cycle before the first word that may
        // follow.
        SHADOW = timing::shadow_free(s.cols) - 1;
        READY = timing::FOLD_READY - timing::OFFER - 1;
        PARAMETERS_FREE = timing::parameters_free(s.rows, s.cols);
    } {
        /// The clock.
        in clock clock;
        /// The synchronous reset.
        in bit reset;
        /// Starts a convolution. The loader is not busy.
        in bit i_start;
        /// The instruction, from the cycle of its start to its end: outputs are the channels
        /// of a live list.
        in bit i_job_out_list_on;
        /// Which live list.
        in bit i_job_out_list;
        /// Channels of the output map.
        in bits(16) i_job_out_channels;
        /// Outputs keep the places of their channels.
        in bit i_job_natural;
        /// The output's rest is written in copies.
        in bit i_job_dst_copies;
        /// The word where the output map begins.
        in word(ADDRESS) i_job_dst_base;
        /// Pixels of the output map.
        in word(PIXEL) i_job_out_pixels;
        /// The first parameter.
        in word(PARAM) i_job_param_base;
        /// The score of the block scales the outputs.
        in bit i_job_l_scaled;
        /// Inputs: 0 all channels of the map, 1 those of a live list, 2 an image's, in copies.
        in bits(2) i_job_inputs;
        /// Which live list.
        in bit i_job_in_list;
        /// Channels of the input map.
        in bits(16) i_job_in_channels;
        /// Pixels of the input map.
        in word(PIXEL) i_job_in_pixels;
        /// The input's rest stands in copies.
        in bit i_job_src_copies;
        /// The word where the input map begins.
        in word(ADDRESS) i_job_src_base;
        /// Rows that all taps of the rest take together, per channel of the rest.
        in word(ENTRIES) i_job_fold_inputs;
        /// Rows of an image's fold.
        in word(ROW) i_job_fold_rows;
        /// The last row of the kernel.
        in bits(16) i_job_last_y;
        /// The last column of the kernel.
        in bits(16) i_job_last_x;
        /// Words from the last tap of a row of the kernel to the first of the next.
        in word(ADDRESS) i_job_row_step;
        /// The first filter word.
        in word(FILTER) i_job_filter_base;
        /// Filter words of a group.
        in word(FILTER) i_job_group_step;
        /// The entries of live list 0.
        in bits(16) i_length0;
        /// Live list 0 is complete.
        in bit i_done0;
        /// The addressed entry of live list 0: the channel.
        in word(CHANNEL) i_list0_channel;
        /// Its group of filter words.
        in word(GROUP) i_list0_group;
        /// Its lane.
        in word(LANE) i_list0_lane;
        /// Its bank.
        in word(BANK) i_list0_bank;
        /// Its place among the channels of the bank.
        in word(PLACE) i_list0_row;
        /// Its score.
        in bits(16) i_list0_score;
        /// The entries of live list 1.
        in bits(16) i_length1;
        /// Live list 1 is complete.
        in bit i_done1;
        /// The addressed entry of live list 1: the channel.
        in word(CHANNEL) i_list1_channel;
        /// Its group of filter words.
        in word(GROUP) i_list1_group;
        /// Its lane.
        in word(LANE) i_list1_lane;
        /// Its bank.
        in word(BANK) i_list1_bank;
        /// Its place among the channels of the bank.
        in word(PLACE) i_list1_row;
        /// Its score.
        in bits(16) i_list1_score;
        /// The score of the block.
        in bits(16) i_lscore;
        /// The addressed parameter: the bias.
        in signed(32) i_bias;
        /// The multiplier.
        in bits(15) i_multiplier;
        /// The right shift.
        in bits(5) i_shift;
        /// The addressed filter word.
        in word(8 * COLS) i_filter;
        /// The streamer takes the fold.
        in bit i_taken;
        /// The entry that is read of both live lists.
        out word(CHANNEL) o_list_address;
        /// The parameter that is read.
        out word(PARAM) o_param_address;
        /// The filter word that is read.
        out word(FILTER) o_filter_address;
        /// For each column, whether it takes a weight.
        out flags(COLS) o_load;
        /// The row of the weights.
        out word(ROW) o_load_row;
        /// The weights, one for each column.
        out weights(COLS) o_load_weights;
        /// A row takes its tap.
        out bit o_tap_load;
        /// Which row.
        out word(ROW) o_tap_row;
        /// The row of the tap in the kernel.
        out bits(16) o_tap_y;
        /// The column of the tap in the kernel.
        out bits(16) o_tap_x;
        /// The words from the window's begin to the tap.
        out word(ADDRESS) o_tap_offset;
        /// A column takes parameters.
        out bit o_set;
        /// Which column.
        out word(COUNT) o_set_column;
        /// Which of its two sets.
        out bit o_set_parity;
        /// The bias.
        out signed(32) o_set_bias;
        /// The right shift.
        out bits(5) o_set_shift;
        /// The banks of the output: a bit for each.
        out word(BANKS) o_set_select;
        /// The word of the bank where the output's channel begins.
        out word(ADDRESS) o_set_word;
        /// The entry of the pool memory.
        out word(CHANNEL) o_set_entry;
        /// The column's turn at its bank.
        out word(COUNT) o_set_turn;
        /// A column takes its multiplier.
        out bit o_scale;
        /// Which column.
        out word(COUNT) o_scale_column;
        /// Which of its two sets.
        out bit o_scale_parity;
        /// The multiplier, times the scores.
        out bits(15) o_scale_multiplier;
        /// A column computes how long it holds its values.
        out bit o_delay;
        /// Which column.
        out word(COUNT) o_delay_column;
        /// Its number modulo the interval.
        out word(COUNT) o_delay_phase;
        /// For which of its two sets.
        out bit o_delay_parity;
        /// The interval of the tile.
        out word(COUNT) o_delay_interval;
        /// A fold is offered. It stands until it is taken.
        out bit o_ready;
        /// It is the first fold of its tile and chunk.
        out bit o_fold_first;
        /// It is the last fold of its tile and chunk.
        out bit o_fold_last;
        /// Its tile has no other chunk.
        out bit o_fold_closes;
        /// Its chunk is the first of the map.
        out bit o_fold_chunk;
        /// Which of the two sets of column parameters its tile uses.
        out bit o_fold_parity;
        /// Rows that read an operand.
        out word(ROW) o_fold_rows;
        /// Columns of the tile.
        out word(COUNT) o_fold_cols;
        /// Cycles of a pixel.
        out word(COUNT) o_fold_interval;
        /// Which of its own banks a row reads.
        out word(OWN) o_fold_bank;
        /// The word where the map begins in the banks.
        out word(ADDRESS) o_fold_word;
        /// Pixels of the chunk.
        out word(PIXEL) o_fold_pixels;
        /// The loader works, or a fold is not taken.
        out bit o_busy;
    }
}
