//! The behaviour of the streamer in a cycle.

use super::Streamer;
use crate::signal::cast::{bit_cast_bits, bit_cast_word};
use crate::signal::register::{comment, dff_setup};
use rust_hdl_core::prelude::*;

impl Logic for Streamer {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            active,
            engaged,
            offered,
            emits,
            outputs,
            last_phase,
            last_pixel,
            last_column,
            before_last_column,
            chunk_last_column,
            start_last_column,
            settles,
            drains,
            first,
            last,
            closes,
            chunk,
            parity,
            rows,
            cols,
            interval,
            phase,
            bank,
            map_word,
            left,
            count,
            settling,
            draining,
            pixel,
            chunk_pixel,
            start_pixel,
            column,
            chunk_column,
            start_column,
            y,
            x,
            chunk_y,
            chunk_x,
            start_y,
            start_x,
            line,
            chunk_line,
            start_line,
            row_valid,
            row_swap,
            row_rows,
            row_bank,
            row_y,
            row_x,
            row_address,
            column_first,
            column_last,
            column_opens,
            column_closes,
            column_parity,
            column_cols,
            column_pixel,
            column_acc
        );

        comment!("A fold is taken when no other has pixels left, and when its outputs meet none of");
        comment!("another tile at a bank. All but the former is looked at a cycle before.");
        self.taken.next = !self.engaged.q.val() & self.offered.q.val();
        self.next_phase_last.next = (self.interval.q.val() == 1)
            | (!self.last_phase.q.val() & (self.phase.q.val() + 2 == self.interval.q.val()));
        self.next_pixel_last.next = self.last_pixel.q.val();
        if self.last_phase.q.val() {
            self.next_pixel_last.next = self.left.q.val() == 2;
        }
        self.next_outputs.next = self.engaged.q.val() & self.last_phase.q.val() & self.last.q.val();
        self.next_interval.next = self.interval.q.val();
        if self.taken.val() {
            self.next_outputs.next = self.i_fold_last.val();
            self.next_interval.next = self.i_fold_interval.val();
        }
        self.one_column.next = self.i_job_last_column.val() == 0;
        self.last_output_column.next = bit_cast_bits(self.i_job_last_column.val(), self._pixel_bits);
        self.before_last_column.d.next = self.last_output_column.val() - 1;
        self.o_taken.next = self.taken.val();
        self.o_busy.next = self.active.q.val() | self.drains.q.val();

        comment!("The slot register.");
        self.row_valid.d.next = self.emits.q.val();
        self.row_swap.d.next = self.taken.val();
        self.row_rows.d.next = self.rows.q.val();
        self.row_bank.d.next = self.bank.q.val();
        self.row_y.d.next = self.y.q.val();
        self.row_x.d.next = self.x.q.val();
        self.row_address.d.next =
            self.map_word.q.val() + self.line.q.val() + bit_cast_bits(self.x.q.val(), self._address_bits);
        self.column_first.d.next = self.first.q.val();
        self.column_last.d.next = self.last.q.val();
        self.column_opens.d.next = self.last.q.val() & (self.pixel.q.val() == 0);
        self.column_closes.d.next = self.closes.q.val() & self.last_pixel.q.val();
        self.column_parity.d.next = self.parity.q.val();
        self.column_cols.d.next = self.cols.q.val();
        self.column_pixel.d.next = self.pixel.q.val();
        self.column_acc.d.next = bit_cast_word(self.count.q.val(), self._acc_bits);

        comment!("A single column never meets another at a bank. Neither do columns that keep the");
        comment!("order of the channels and write no copies.");
        self.settling.d.next = self.settling.q.val() - 1;
        self.next_settles.next = self.settles.q.val() & (self.settling.q.val() != 1);
        if self.next_outputs.val() {
            self.settling.d.next = self.columns.val() + self.next_interval.val() - 2;
            self.next_settles.next = self.several_columns.val()
                & ((self.i_job_natural.val() & self.i_job_out_list_on.val()) | self.i_job_dst_copies.val());
        }
        self.settles.d.next = self.next_settles.val();
        self.offered.d.next =
            self.i_ready.val() & !self.taken.val() & !(self.i_fold_last.val() & self.next_settles.val());

        comment!("Outputs are on their way until the last one is written.");
        self.draining.d.next = self.draining.q.val() - 1;
        if self.outputs.q.val() {
            self.draining.d.next = self.parameters_free.val() + bit_cast_word(self.interval.q.val(), self._drain_bits);
        }
        self.drains.d.next = self.outputs.q.val() | (self.drains.q.val() & (self.draining.q.val() != 1));

        comment!("The fold in work: a pixel in each interval.");
        self.active.d.next = self.taken.val() | self.engaged.q.val();
        self.engaged.d.next = self.engaged.q.val() & !(self.next_phase_last.val() & self.next_pixel_last.val());
        if self.taken.val() {
            self.engaged.d.next = (self.i_fold_pixels.val() != 1) | (self.i_fold_interval.val() != 1);
        }
        self.emits.d.next = self.taken.val() | (self.engaged.q.val() & self.last_phase.q.val());
        self.outputs.d.next = self.next_outputs.val();
        self.phase.d.next = self.phase.q.val() + 1;
        self.last_phase.d.next = self.next_phase_last.val();
        self.last_pixel.d.next = self.next_pixel_last.val();
        if self.last_phase.q.val() {
            self.phase.d.next = 0.into();
            self.count.d.next = self.count.q.val() + 1;
            self.left.d.next = self.left.q.val() - 1;
        }

        comment!("The pixel that is issued next.");
        if self.emits.q.val() {
            self.pixel.d.next = self.pixel.q.val() + 1;
            self.column.d.next = self.column.q.val() + 1;
            self.last_column.d.next = self.column.q.val() == self.before_last_column.q.val();
            self.x.d.next = self.x.q.val() + bit_cast::<17, 16>(self.i_job_stride_x.val());
            if self.last_column.q.val() {
                self.column.d.next = 0.into();
                self.last_column.d.next = self.one_column.val();
                self.x.d.next = self.i_job_corner_x.val();
                self.y.d.next = self.y.q.val() + bit_cast::<17, 16>(self.i_job_stride_y.val());
                self.line.d.next = self.line.q.val() + self.i_job_stride_line.val();
            }
        }

        comment!("In the cycle after a chunk's first fold is taken, the next pixel is the first one of");
        comment!("the chunk. The next fold of the chunk is taken later.");
        self.chunk.d.next = self.taken.val() & self.i_fold_first.val();
        if self.chunk.q.val() {
            self.chunk_last_column.d.next = self.last_column.q.val();
            self.chunk_pixel.d.next = self.pixel.q.val();
            self.chunk_column.d.next = self.column.q.val();
            self.chunk_x.d.next = self.x.q.val();
            self.chunk_y.d.next = self.y.q.val();
            self.chunk_line.d.next = self.line.q.val();
        }

        comment!("Where a fold that is ready starts, if not behind the one before. It is taken later");
        comment!("than it is ready.");
        self.start_pixel.d.next = self.chunk_pixel.q.val();
        self.start_column.d.next = self.chunk_column.q.val();
        self.start_last_column.d.next = self.chunk_last_column.q.val();
        self.start_x.d.next = self.chunk_x.q.val();
        self.start_y.d.next = self.chunk_y.q.val();
        self.start_line.d.next = self.chunk_line.q.val();
        if self.i_fold_chunk.val() {
            self.start_pixel.d.next = 0.into();
            self.start_column.d.next = 0.into();
            self.start_last_column.d.next = self.one_column.val();
            self.start_x.d.next = self.i_job_corner_x.val();
            self.start_y.d.next = self.i_job_corner_y.val();
            self.start_line.d.next = self.i_job_corner_line.val();
        }

        comment!("What is kept of a fold.");
        if self.taken.val() {
            self.phase.d.next = 0.into();
            self.last_phase.d.next = self.i_fold_interval.val() == 1;
            self.count.d.next = 0.into();
            self.left.d.next = self.i_fold_pixels.val();
            self.last_pixel.d.next = self.i_fold_pixels.val() == 1;
            self.first.d.next = self.i_fold_first.val();
            self.last.d.next = self.i_fold_last.val();
            self.closes.d.next = self.i_fold_closes.val();
            self.parity.d.next = self.i_fold_parity.val();
            self.rows.d.next = self.i_fold_rows.val();
            self.cols.d.next = self.i_fold_cols.val();
            self.interval.d.next = self.i_fold_interval.val();
            self.bank.d.next = self.i_fold_bank.val();
            self.map_word.d.next = self.i_fold_word.val();
        }
        if self.taken.val() & (self.i_fold_chunk.val() | !self.i_fold_first.val()) {
            self.pixel.d.next = self.start_pixel.q.val();
            self.column.d.next = self.start_column.q.val();
            self.last_column.d.next = self.start_last_column.q.val();
            self.x.d.next = self.start_x.q.val();
            self.y.d.next = self.start_y.q.val();
            self.line.d.next = self.start_line.q.val();
        }

        if self.reset.val() {
            self.active.d.next = false;
            self.engaged.d.next = false;
            self.offered.d.next = false;
            self.emits.d.next = false;
            self.outputs.d.next = false;
            self.last_phase.d.next = false;
            self.last_pixel.d.next = false;
            self.last_column.d.next = false;
            self.before_last_column.d.next = 0.into();
            self.chunk_last_column.d.next = false;
            self.start_last_column.d.next = false;
            self.settles.d.next = false;
            self.drains.d.next = false;
            self.first.d.next = false;
            self.last.d.next = false;
            self.closes.d.next = false;
            self.chunk.d.next = false;
            self.parity.d.next = false;
            self.rows.d.next = 0.into();
            self.cols.d.next = 0.into();
            self.interval.d.next = 0.into();
            self.phase.d.next = 0.into();
            self.bank.d.next = 0.into();
            self.map_word.d.next = 0.into();
            self.left.d.next = 0.into();
            self.count.d.next = 0.into();
            self.settling.d.next = 0.into();
            self.draining.d.next = 0.into();
            self.pixel.d.next = 0.into();
            self.chunk_pixel.d.next = 0.into();
            self.start_pixel.d.next = 0.into();
            self.column.d.next = 0.into();
            self.chunk_column.d.next = 0.into();
            self.start_column.d.next = 0.into();
            self.y.d.next = 0.into();
            self.x.d.next = 0.into();
            self.chunk_y.d.next = 0.into();
            self.chunk_x.d.next = 0.into();
            self.start_y.d.next = 0.into();
            self.start_x.d.next = 0.into();
            self.line.d.next = 0.into();
            self.chunk_line.d.next = 0.into();
            self.start_line.d.next = 0.into();
            self.row_valid.d.next = false;
            self.row_swap.d.next = false;
            self.row_rows.d.next = 0.into();
            self.row_bank.d.next = 0.into();
            self.row_y.d.next = 0.into();
            self.row_x.d.next = 0.into();
            self.row_address.d.next = 0.into();
            self.column_first.d.next = false;
            self.column_last.d.next = false;
            self.column_opens.d.next = false;
            self.column_closes.d.next = false;
            self.column_parity.d.next = false;
            self.column_cols.d.next = 0.into();
            self.column_pixel.d.next = 0.into();
            self.column_acc.d.next = 0.into();
        }

        self.o_row_slot_valid.next = self.row_valid.q.val();
        self.o_row_slot_swap.next = self.row_swap.q.val();
        self.o_row_slot_rows.next = self.row_rows.q.val();
        self.o_row_slot_bank.next = self.row_bank.q.val();
        self.o_row_slot_y.next = self.row_y.q.val();
        self.o_row_slot_x.next = self.row_x.q.val();
        self.o_row_slot_address.next = self.row_address.q.val();
        self.o_column_slot_valid.next = self.row_valid.q.val();
        self.o_column_slot_first.next = self.column_first.q.val();
        self.o_column_slot_last.next = self.column_last.q.val();
        self.o_column_slot_opens.next = self.column_opens.q.val();
        self.o_column_slot_closes.next = self.column_closes.q.val();
        self.o_column_slot_parity.next = self.column_parity.q.val();
        self.o_column_slot_cols.next = self.column_cols.q.val();
        self.o_column_slot_pixel.next = self.column_pixel.q.val();
        self.o_column_slot_acc.next = self.column_acc.q.val();
    }
}
