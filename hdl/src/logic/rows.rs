//! All rows of the array's edge: each reads its banks, and hands the slot on to the next one.

use super::row::Row;
use crate::signal::documented::documented;
use crate::signal::ports::ports;
use crate::signal::word::Wire;
use crate::sizes::Sizes;
use rust_hdl_core::prelude::*;

documented! {
    /// All rows. A slot enters the first one, and each further one a cycle later.
    #[derive(LogicBlock)]
    pub(crate) struct Rows {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// The slot has a pixel.
        pub i_slot_valid: Signal<In, Bit>,
        /// The shadow weights become the active ones.
        pub i_slot_swap: Signal<In, Bit>,
        /// Rows that read an operand.
        pub i_slot_rows: Wire<In>,
        /// Which of its own banks a row reads.
        pub i_slot_bank: Wire<In>,
        /// The row of the map where the window begins.
        pub i_slot_y: Signal<In, Bits<17>>,
        /// The column where it begins.
        pub i_slot_x: Signal<In, Bits<17>>,
        /// The word of the bank where it begins.
        pub i_slot_address: Wire<In>,
        /// Rows of the map.
        pub i_height: Signal<In, Bits<16>>,
        /// Columns of the map.
        pub i_width: Signal<In, Bits<16>>,
        /// Negative operands count as 0.
        pub i_relu: Signal<In, Bit>,
        /// A row takes a tap.
        pub i_tap_load: Signal<In, Bit>,
        /// Which row.
        pub i_tap_row: Wire<In>,
        /// The row of the window where the tap is.
        pub i_tap_y: Signal<In, Bits<16>>,
        /// The column of the window where it is.
        pub i_tap_x: Signal<In, Bits<16>>,
        /// Words from the window's first pixel to the tap's channel and pixel.
        pub i_tap_offset: Wire<In>,
        /// The answer of each bank, two cycles after a row has read it.
        pub i_data: Vec<Signal<In, Bits<8>>>,
        /// The word that each row reads.
        pub o_address: Vec<Wire<Out>>,
        /// The operand of each row.
        pub o_operand: Vec<Signal<Out, Signed<8>>>,
        /// The swap flag of each row.
        pub o_swap: Vec<Signal<Out, Bit>>,
        row: Vec<Row>,
        _rows: usize,
        _own: usize,
    }
}

impl Rows {
    /// Makes the rows of a core.
    pub fn new(s: &Sizes) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_slot_valid: Signal::default(),
            i_slot_swap: Signal::default(),
            i_slot_rows: Wire::new(s.rw()),
            i_slot_bank: Wire::new(s.qw()),
            i_slot_y: Signal::default(),
            i_slot_x: Signal::default(),
            i_slot_address: Wire::new(s.aw()),
            i_height: Signal::default(),
            i_width: Signal::default(),
            i_relu: Signal::default(),
            i_tap_load: Signal::default(),
            i_tap_row: Wire::new(s.rw()),
            i_tap_y: Signal::default(),
            i_tap_x: Signal::default(),
            i_tap_offset: Wire::new(s.aw()),
            i_data: ports(s.banks),
            o_address: vec![Wire::new(s.aw()); s.rows],
            o_operand: ports(s.rows),
            o_swap: ports(s.rows),
            row: (0..s.rows).map(|_| Row::new(s)).collect(),
            _rows: s.rows,
            _own: s.banks / s.rows,
        }
    }
}

impl Logic for Rows {
    #[hdl_gen]
    fn update(&mut self) {
        for r in 0..self._rows {
            self.row[r].clock.next = self.clock.val();
            self.row[r].reset.next = self.reset.val();
            self.row[r].i_index.next = r.into();
            self.row[r].i_height.next = self.i_height.val();
            self.row[r].i_width.next = self.i_width.val();
            self.row[r].i_relu.next = self.i_relu.val();
            self.row[r].i_tap_load.next = self.i_tap_load.val();
            self.row[r].i_tap_row.next = self.i_tap_row.val();
            self.row[r].i_tap_y.next = self.i_tap_y.val();
            self.row[r].i_tap_x.next = self.i_tap_x.val();
            self.row[r].i_tap_offset.next = self.i_tap_offset.val();
            self.o_address[r].next = self.row[r].o_address.val();
            self.o_operand[r].next = signed_cast(self.row[r].o_operand.val());
            self.o_swap[r].next = self.row[r].o_swap.val();
        }
        for rows in self._rows..(self._rows + 1) {
            for q in 0..self._own {
                for r in 0..self._rows {
                    self.row[r].i_data[q].next = self.i_data[q * rows + r].val();
                }
            }
        }
        self.row[0].i_slot_valid.next = self.i_slot_valid.val();
        self.row[0].i_slot_swap.next = self.i_slot_swap.val();
        self.row[0].i_slot_rows.next = self.i_slot_rows.val();
        self.row[0].i_slot_bank.next = self.i_slot_bank.val();
        self.row[0].i_slot_y.next = self.i_slot_y.val();
        self.row[0].i_slot_x.next = self.i_slot_x.val();
        self.row[0].i_slot_address.next = self.i_slot_address.val();
        for r in 1..self._rows {
            self.row[r].i_slot_valid.next = self.row[r - 1].o_slot_valid.val();
            self.row[r].i_slot_swap.next = self.row[r - 1].o_slot_swap.val();
            self.row[r].i_slot_rows.next = self.row[r - 1].o_slot_rows.val();
            self.row[r].i_slot_bank.next = self.row[r - 1].o_slot_bank.val();
            self.row[r].i_slot_y.next = self.row[r - 1].o_slot_y.val();
            self.row[r].i_slot_x.next = self.row[r - 1].o_slot_x.val();
            self.row[r].i_slot_address.next = self.row[r - 1].o_slot_address.val();
        }
    }
}
