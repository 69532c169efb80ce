//! The streamer: issues the pixels of a fold to the array, one slot a cycle.

mod update;

use crate::signal::documented::documented;
use crate::signal::register::{Register, WordRegister};
use crate::signal::word::{Fixed, Wire};
use crate::sizes::Sizes;
use lcsim_spec::timing;
use rust_hdl_core::prelude::*;

documented! {
    /// The streamer. It takes the fold that the loader offers and issues a pixel in each interval.
    /// Each fold of a chunk begins again at the pixel where the chunk begins. Comparing a counter
    /// and acting on the result in one cycle would be slow, so flags such as `last_pixel` are
    /// computed together with the counter's next value.
    #[derive(LogicBlock)]
    pub(crate) struct Streamer {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// The last column of the output map.
        pub i_job_last_column: Signal<In, Bits<16>>,
        /// Vertical stride.
        pub i_job_stride_y: Signal<In, Bits<16>>,
        /// Horizontal stride.
        pub i_job_stride_x: Signal<In, Bits<16>>,
        /// Words from a row of windows to the next.
        pub i_job_stride_line: Wire<In>,
        /// The row of the map where the first window begins: negative, in the padding.
        pub i_job_corner_y: Signal<In, Bits<17>>,
        /// The column where it begins.
        pub i_job_corner_x: Signal<In, Bits<17>>,
        /// The word where its row begins.
        pub i_job_corner_line: Wire<In>,
        /// The inputs of a tile follow each other in natural order.
        pub i_job_natural: Signal<In, Bit>,
        /// The output's rest is written in copies.
        pub i_job_dst_copies: Signal<In, Bit>,
        /// Outputs are the channels of a live list.
        pub i_job_out_list_on: Signal<In, Bit>,
        /// The loader offers a fold. It stands until it is taken.
        pub i_ready: Signal<In, Bit>,
        /// It is the first fold of its tile and chunk.
        pub i_fold_first: Signal<In, Bit>,
        /// It is the last fold of its tile and chunk.
        pub i_fold_last: Signal<In, Bit>,
        /// Its tile has no other chunk.
        pub i_fold_closes: Signal<In, Bit>,
        /// Its chunk is the first of the map.
        pub i_fold_chunk: Signal<In, Bit>,
        /// Which of the two sets of column parameters its tile uses.
        pub i_fold_parity: Signal<In, Bit>,
        /// Rows that read an operand.
        pub i_fold_rows: Wire<In>,
        /// Columns of the tile.
        pub i_fold_cols: Wire<In>,
        /// Cycles of a pixel.
        pub i_fold_interval: Wire<In>,
        /// Which of its own banks a row reads.
        pub i_fold_bank: Wire<In>,
        /// The word where the map begins in the banks.
        pub i_fold_word: Wire<In>,
        /// Pixels of the chunk.
        pub i_fold_pixels: Wire<In>,
        /// The fold is taken in this cycle.
        pub o_taken: Signal<Out, Bit>,
        /// Pixels are issued, or outputs are on their way.
        pub o_busy: Signal<Out, Bit>,
        /// For the rows: the slot has a pixel.
        pub o_row_slot_valid: Signal<Out, Bit>,
        /// The shadow weights and taps become the active ones.
        pub o_row_slot_swap: Signal<Out, Bit>,
        /// Rows that read an operand.
        pub o_row_slot_rows: Wire<Out>,
        /// Which of its own banks a row reads.
        pub o_row_slot_bank: Wire<Out>,
        /// The row of the map where the window begins.
        pub o_row_slot_y: Signal<Out, Bits<17>>,
        /// The column where it begins.
        pub o_row_slot_x: Signal<Out, Bits<17>>,
        /// The word of the bank where it begins.
        pub o_row_slot_address: Wire<Out>,
        /// For the columns: the slot has a pixel.
        pub o_column_slot_valid: Signal<Out, Bit>,
        /// It is of the tile's first fold.
        pub o_column_slot_first: Signal<Out, Bit>,
        /// It is of the tile's last fold.
        pub o_column_slot_last: Signal<Out, Bit>,
        /// It is the tile's first output.
        pub o_column_slot_opens: Signal<Out, Bit>,
        /// It is the tile's last output.
        pub o_column_slot_closes: Signal<Out, Bit>,
        /// Which of the two sets of column parameters the tile uses.
        pub o_column_slot_parity: Signal<Out, Bit>,
        /// Columns of the tile.
        pub o_column_slot_cols: Wire<Out>,
        /// The output pixel.
        pub o_column_slot_pixel: Wire<Out>,
        /// The accumulator.
        pub o_column_slot_acc: Wire<Out>,
        active: Register<Bit>,
        engaged: Register<Bit>,
        offered: Register<Bit>,
        emits: Register<Bit>,
        outputs: Register<Bit>,
        last_phase: Register<Bit>,
        last_pixel: Register<Bit>,
        last_column: Register<Bit>,
        before_last_column: WordRegister,
        chunk_last_column: Register<Bit>,
        start_last_column: Register<Bit>,
        settles: Register<Bit>,
        drains: Register<Bit>,
        first: Register<Bit>,
        last: Register<Bit>,
        closes: Register<Bit>,
        chunk: Register<Bit>,
        parity: Register<Bit>,
        rows: WordRegister,
        cols: WordRegister,
        interval: WordRegister,
        phase: WordRegister,
        bank: WordRegister,
        map_word: WordRegister,
        left: WordRegister,
        count: WordRegister,
        settling: WordRegister,
        draining: WordRegister,
        pixel: WordRegister,
        chunk_pixel: WordRegister,
        start_pixel: WordRegister,
        column: WordRegister,
        chunk_column: WordRegister,
        start_column: WordRegister,
        y: Register<Bits<17>>,
        x: Register<Bits<17>>,
        chunk_y: Register<Bits<17>>,
        chunk_x: Register<Bits<17>>,
        start_y: Register<Bits<17>>,
        start_x: Register<Bits<17>>,
        line: WordRegister,
        chunk_line: WordRegister,
        start_line: WordRegister,
        row_valid: Register<Bit>,
        row_swap: Register<Bit>,
        row_rows: WordRegister,
        row_bank: WordRegister,
        row_y: Register<Bits<17>>,
        row_x: Register<Bits<17>>,
        row_address: WordRegister,
        column_first: Register<Bit>,
        column_last: Register<Bit>,
        column_opens: Register<Bit>,
        column_closes: Register<Bit>,
        column_parity: Register<Bit>,
        column_cols: WordRegister,
        column_pixel: WordRegister,
        column_acc: WordRegister,
        taken: Signal<Local, Bit>,
        next_phase_last: Signal<Local, Bit>,
        next_pixel_last: Signal<Local, Bit>,
        next_outputs: Signal<Local, Bit>,
        next_settles: Signal<Local, Bit>,
        next_interval: Wire<Local>,
        one_column: Signal<Local, Bit>,
        last_output_column: Wire<Local>,
        columns: Fixed,
        parameters_free: Fixed,
        several_columns: Constant<Bit>,
        _address_bits: usize,
        _pixel_bits: usize,
        _acc_bits: usize,
        _drain_bits: usize,
    }
}

impl Streamer {
    /// Makes the streamer of a core.
    pub fn new(s: &Sizes) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_job_last_column: Signal::default(),
            i_job_stride_y: Signal::default(),
            i_job_stride_x: Signal::default(),
            i_job_stride_line: Wire::new(s.aw()),
            i_job_corner_y: Signal::default(),
            i_job_corner_x: Signal::default(),
            i_job_corner_line: Wire::new(s.aw()),
            i_job_natural: Signal::default(),
            i_job_dst_copies: Signal::default(),
            i_job_out_list_on: Signal::default(),
            i_ready: Signal::default(),
            i_fold_first: Signal::default(),
            i_fold_last: Signal::default(),
            i_fold_closes: Signal::default(),
            i_fold_chunk: Signal::default(),
            i_fold_parity: Signal::default(),
            i_fold_rows: Wire::new(s.rw()),
            i_fold_cols: Wire::new(s.cw()),
            i_fold_interval: Wire::new(s.cw()),
            i_fold_bank: Wire::new(s.qw()),
            i_fold_word: Wire::new(s.aw()),
            i_fold_pixels: Wire::new(s.pw()),
            o_taken: Signal::default(),
            o_busy: Signal::default(),
            o_row_slot_valid: Signal::default(),
            o_row_slot_swap: Signal::default(),
            o_row_slot_rows: Wire::new(s.rw()),
            o_row_slot_bank: Wire::new(s.qw()),
            o_row_slot_y: Signal::default(),
            o_row_slot_x: Signal::default(),
            o_row_slot_address: Wire::new(s.aw()),
            o_column_slot_valid: Signal::default(),
            o_column_slot_first: Signal::default(),
            o_column_slot_last: Signal::default(),
            o_column_slot_opens: Signal::default(),
            o_column_slot_closes: Signal::default(),
            o_column_slot_parity: Signal::default(),
            o_column_slot_cols: Wire::new(s.cw()),
            o_column_slot_pixel: Wire::new(s.pw()),
            o_column_slot_acc: Wire::new(s.dw()),
            active: Register::default(),
            engaged: Register::default(),
            offered: Register::default(),
            emits: Register::default(),
            outputs: Register::default(),
            last_phase: Register::default(),
            last_pixel: Register::default(),
            last_column: Register::default(),
            before_last_column: WordRegister::new(s.pw()),
            chunk_last_column: Register::default(),
            start_last_column: Register::default(),
            settles: Register::default(),
            drains: Register::default(),
            first: Register::default(),
            last: Register::default(),
            closes: Register::default(),
            chunk: Register::default(),
            parity: Register::default(),
            rows: WordRegister::new(s.rw()),
            cols: WordRegister::new(s.cw()),
            interval: WordRegister::new(s.cw()),
            phase: WordRegister::new(s.cw()),
            bank: WordRegister::new(s.qw()),
            map_word: WordRegister::new(s.aw()),
            left: WordRegister::new(s.pw()),
            count: WordRegister::new(s.pw()),
            settling: WordRegister::new(s.cw()),
            draining: WordRegister::new(s.drw()),
            pixel: WordRegister::new(s.pw()),
            chunk_pixel: WordRegister::new(s.pw()),
            start_pixel: WordRegister::new(s.pw()),
            column: WordRegister::new(s.pw()),
            chunk_column: WordRegister::new(s.pw()),
            start_column: WordRegister::new(s.pw()),
            y: Register::default(),
            x: Register::default(),
            chunk_y: Register::default(),
            chunk_x: Register::default(),
            start_y: Register::default(),
            start_x: Register::default(),
            line: WordRegister::new(s.aw()),
            chunk_line: WordRegister::new(s.aw()),
            start_line: WordRegister::new(s.aw()),
            row_valid: Register::default(),
            row_swap: Register::default(),
            row_rows: WordRegister::new(s.rw()),
            row_bank: WordRegister::new(s.qw()),
            row_y: Register::default(),
            row_x: Register::default(),
            row_address: WordRegister::new(s.aw()),
            column_first: Register::default(),
            column_last: Register::default(),
            column_opens: Register::default(),
            column_closes: Register::default(),
            column_parity: Register::default(),
            column_cols: WordRegister::new(s.cw()),
            column_pixel: WordRegister::new(s.pw()),
            column_acc: WordRegister::new(s.dw()),
            taken: Signal::default(),
            next_phase_last: Signal::default(),
            next_pixel_last: Signal::default(),
            next_outputs: Signal::default(),
            next_settles: Signal::default(),
            next_interval: Wire::new(s.cw()),
            one_column: Signal::default(),
            last_output_column: Wire::new(s.pw()),
            columns: Fixed::new(s.cols, s.cw()),
            parameters_free: Fixed::new(timing::parameters_free(s.rows, s.cols), s.drw()),
            several_columns: Constant::new(s.cols > 1),
            _address_bits: s.aw(),
            _pixel_bits: s.pw(),
            _acc_bits: s.dw(),
            _drain_bits: s.drw(),
        }
    }
}
