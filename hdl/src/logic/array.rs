//! The systolic array: rows of processing elements.

use super::pe::Pe;
use crate::signal::cast::signed_bit_cast_to;
use crate::signal::documented::documented;
use crate::signal::ports::ports;
use rust_hdl_core::prelude::*;

documented! {
    /// A row of processing elements. All rows are instances of one module.
    #[derive(LogicBlock)]
    pub(crate) struct PeRow<const S: usize> {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// The operand of the first column.
        pub i_operand: Signal<In, Signed<8>>,
        /// The swap flag of the first column.
        pub i_swap: Signal<In, Bit>,
        /// Whether weights are for this row.
        pub i_select: Signal<In, Bit>,
        /// For each column, whether it loads a weight.
        pub i_load: Vec<Signal<In, Bit>>,
        /// The weights, one for each column.
        pub i_weights: Vec<Signal<In, Signed<8>>>,
        /// The sums of the row above.
        pub i_sum: Vec<Signal<In, Signed<S>>>,
        /// The sums with this row's products.
        pub o_sum: Vec<Signal<Out, Signed<S>>>,
        pe: Vec<Pe<S>>,
        _cols: usize,
    }
}

impl<const S: usize> PeRow<S> {
    fn new(cols: usize) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_operand: Signal::default(),
            i_swap: Signal::default(),
            i_select: Signal::default(),
            i_load: ports(cols),
            i_weights: ports(cols),
            i_sum: ports(cols),
            o_sum: ports(cols),
            pe: (0..cols).map(|_| Pe::default()).collect(),
            _cols: cols,
        }
    }
}

impl<const S: usize> Logic for PeRow<S> {
    #[hdl_gen]
    fn update(&mut self) {
        self.pe[0].i_operand.next = self.i_operand.val();
        self.pe[0].i_swap.next = self.i_swap.val();
        for c in 1..self._cols {
            self.pe[c].i_operand.next = self.pe[c - 1].o_operand.val();
            self.pe[c].i_swap.next = self.pe[c - 1].o_swap.val();
        }
        for c in 0..self._cols {
            self.pe[c].clock.next = self.clock.val();
            self.pe[c].reset.next = self.reset.val();
            self.pe[c].i_load.next = self.i_load[c].val() & self.i_select.val();
            self.pe[c].i_weight.next = self.i_weights[c].val();
            self.pe[c].i_sum.next = self.i_sum[c].val();
            self.o_sum[c].next = self.pe[c].o_sum.val();
        }
    }
}

documented! {
    /// The array. Operands and swap flags enter at the left, sums leave at the bottom.
    #[derive(LogicBlock)]
    pub(crate) struct Array<const S: usize> {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// The operands, one for each row.
        pub i_operand: Vec<Signal<In, Signed<8>>>,
        /// The swap flags, one for each row.
        pub i_swap: Vec<Signal<In, Bit>>,
        /// For each column, whether it loads a weight.
        pub i_load: Vec<Signal<In, Bit>>,
        /// The row that loads.
        pub i_load_row: Signal<In, Bits<16>>,
        /// The weights, one for each column.
        pub i_weights: Vec<Signal<In, Signed<8>>>,
        /// The sums of the last row, with 32 bits.
        pub o_sum: Vec<Signal<Out, Signed<32>>>,
        pe_row: Vec<PeRow<S>>,
        _rows: usize,
        _cols: usize,
    }
}

impl<const S: usize> Array<S> {
    pub fn new(rows: usize, cols: usize) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_operand: ports(rows),
            i_swap: ports(rows),
            i_load: ports(cols),
            i_load_row: Signal::default(),
            i_weights: ports(cols),
            o_sum: ports(cols),
            pe_row: (0..rows).map(|_| PeRow::new(cols)).collect(),
            _rows: rows,
            _cols: cols,
        }
    }
}

impl<const S: usize> Logic for Array<S> {
    #[hdl_gen]
    fn update(&mut self) {
        for r in 0..self._rows {
            self.pe_row[r].clock.next = self.clock.val();
            self.pe_row[r].reset.next = self.reset.val();
            self.pe_row[r].i_operand.next = self.i_operand[r].val();
            self.pe_row[r].i_swap.next = self.i_swap[r].val();
            self.pe_row[r].i_select.next = self.i_load_row.val() == r.to_bits();
            for c in 0..self._cols {
                self.pe_row[r].i_load[c].next = self.i_load[c].val();
                self.pe_row[r].i_weights[c].next = self.i_weights[c].val();
            }
        }
        for c in 0..self._cols {
            self.pe_row[0].i_sum[c].next = 0.into();
            for r in 1..self._rows {
                self.pe_row[r].i_sum[c].next = self.pe_row[r - 1].o_sum[c].val();
            }
            for r in (self._rows - 1)..self._rows {
                self.o_sum[c].next = signed_bit_cast_to::<32, S>(self.pe_row[r].o_sum[c].val());
            }
        }
    }
}
