//! A row: reads its bank for the pixel that reaches it.

use crate::signal::cast::signed_bit_cast_bits;
use crate::signal::documented::documented;
use crate::signal::ports::ports;
use crate::signal::register::{Register, WordRegister, comment, dff_setup};
use crate::signal::word::Wire;
use crate::sizes::Sizes;
use rust_hdl_core::prelude::*;

documented! {
    /// A row. Slots move from row to row, one row a cycle. A row reads its bank at the pixel of the
    /// slot and at its own tap of the kernel. Padding is 0.
    #[derive(LogicBlock)]
    pub(crate) struct Row {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// The number of the row.
        pub i_index: Wire<In>,
        /// The slot has a pixel.
        pub i_slot_valid: Signal<In, Bit>,
        /// The shadow weights and taps become the active ones.
        pub i_slot_swap: Signal<In, Bit>,
        /// Rows that read an operand.
        pub i_slot_rows: Wire<In>,
        /// Which of its own banks a row reads.
        pub i_slot_bank: Wire<In>,
        /// The row of the map where the window begins: negative, in the padding.
        pub i_slot_y: Signal<In, Bits<17>>,
        /// The column where it begins.
        pub i_slot_x: Signal<In, Bits<17>>,
        /// The word of the bank where it begins.
        pub i_slot_address: Wire<In>,
        /// The height of the map.
        pub i_height: Signal<In, Bits<16>>,
        /// The width of the map.
        pub i_width: Signal<In, Bits<16>>,
        /// Negative operands count as 0.
        pub i_relu: Signal<In, Bit>,
        /// A row takes a tap.
        pub i_tap_load: Signal<In, Bit>,
        /// Which row.
        pub i_tap_row: Wire<In>,
        /// The row of the tap in the kernel.
        pub i_tap_y: Signal<In, Bits<16>>,
        /// The column of the tap in the kernel.
        pub i_tap_x: Signal<In, Bits<16>>,
        /// The words from the window's begin to the tap.
        pub i_tap_offset: Wire<In>,
        /// The answers of the row's own banks, two cycles after they were addressed.
        pub i_data: Vec<Signal<In, Bits<8>>>,
        /// The slot, a cycle later: it has a pixel.
        pub o_slot_valid: Signal<Out, Bit>,
        /// The swap flag.
        pub o_slot_swap: Signal<Out, Bit>,
        /// Rows that read an operand.
        pub o_slot_rows: Wire<Out>,
        /// Which of its own banks a row reads.
        pub o_slot_bank: Wire<Out>,
        /// The row of the map where the window begins.
        pub o_slot_y: Signal<Out, Bits<17>>,
        /// The column where it begins.
        pub o_slot_x: Signal<Out, Bits<17>>,
        /// The word of the bank where it begins.
        pub o_slot_address: Wire<Out>,
        /// The row reads a bank.
        pub o_read: Signal<Out, Bit>,
        /// Which of its own banks.
        pub o_bank: Wire<Out>,
        /// The word of the bank.
        pub o_address: Wire<Out>,
        /// The operand for the array.
        pub o_operand: Signal<Out, Bits<8>>,
        /// The swap flag for the array. It goes with the operand.
        pub o_swap: Signal<Out, Bit>,
        slot_valid: Register<Bit>,
        slot_swap: Register<Bit>,
        slot_rows: WordRegister,
        slot_bank: WordRegister,
        slot_y: Register<Bits<17>>,
        slot_x: Register<Bits<17>>,
        slot_address: WordRegister,
        tap_y: Register<Bits<16>>,
        tap_x: Register<Bits<16>>,
        tap_offset: WordRegister,
        shadow_y: Register<Bits<16>>,
        shadow_x: Register<Bits<16>>,
        shadow_offset: WordRegister,
        takes: Register<Bit>,
        y: Register<Bits<18>>,
        x: Register<Bits<18>>,
        address: WordRegister,
        takes1: Register<Bit>,
        in_height1: Register<Bit>,
        in_width1: Register<Bit>,
        read2: Register<Bit>,
        read3: Register<Bit>,
        swap1: Register<Bit>,
        swap2: Register<Bit>,
        swap3: Register<Bit>,
        swap4: Register<Bit>,
        bank1: WordRegister,
        bank2: WordRegister,
        bank3: WordRegister,
        bank4: WordRegister,
        in_height: Signal<Local, Bit>,
        in_width: Signal<Local, Bit>,
        unused_bank: Wire<Local>,
        data: Signal<Local, Bits<8>>,
        operand: Signal<Local, Bits<8>>,
        _banks: usize,
    }
}

impl Row {
    /// Makes a row of a core.
    pub fn new(s: &Sizes) -> Self {
        let banks = s.banks / s.rows;
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_index: Wire::new(s.rw()),
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
            i_data: ports(banks),
            o_slot_valid: Signal::default(),
            o_slot_swap: Signal::default(),
            o_slot_rows: Wire::new(s.rw()),
            o_slot_bank: Wire::new(s.qw()),
            o_slot_y: Signal::default(),
            o_slot_x: Signal::default(),
            o_slot_address: Wire::new(s.aw()),
            o_read: Signal::default(),
            o_bank: Wire::new(s.qw()),
            o_address: Wire::new(s.aw()),
            o_operand: Signal::default(),
            o_swap: Signal::default(),
            slot_valid: Register::default(),
            slot_swap: Register::default(),
            slot_rows: WordRegister::new(s.rw()),
            slot_bank: WordRegister::new(s.qw()),
            slot_y: Register::default(),
            slot_x: Register::default(),
            slot_address: WordRegister::new(s.aw()),
            tap_y: Register::default(),
            tap_x: Register::default(),
            tap_offset: WordRegister::new(s.aw()),
            shadow_y: Register::default(),
            shadow_x: Register::default(),
            shadow_offset: WordRegister::new(s.aw()),
            takes: Register::default(),
            y: Register::default(),
            x: Register::default(),
            address: WordRegister::new(s.aw()),
            takes1: Register::default(),
            in_height1: Register::default(),
            in_width1: Register::default(),
            read2: Register::default(),
            read3: Register::default(),
            swap1: Register::default(),
            swap2: Register::default(),
            swap3: Register::default(),
            swap4: Register::default(),
            bank1: WordRegister::new(s.qw()),
            bank2: WordRegister::new(s.qw()),
            bank3: WordRegister::new(s.qw()),
            bank4: WordRegister::new(s.qw()),
            in_height: Signal::default(),
            in_width: Signal::default(),
            unused_bank: Wire::new(s.qw()),
            data: Signal::default(),
            operand: Signal::default(),
            _banks: banks,
        }
    }
}

impl Logic for Row {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            slot_valid,
            slot_swap,
            slot_rows,
            slot_bank,
            slot_y,
            slot_x,
            slot_address,
            tap_y,
            tap_x,
            tap_offset,
            shadow_y,
            shadow_x,
            shadow_offset,
            takes,
            y,
            x,
            address,
            takes1,
            in_height1,
            in_width1,
            read2,
            read3,
            swap1,
            swap2,
            swap3,
            swap4,
            bank1,
            bank2,
            bank3,
            bank4
        );
        comment!("The slot goes on to the next row.");
        self.slot_valid.d.next = self.i_slot_valid.val();
        self.slot_swap.d.next = self.i_slot_swap.val();
        self.slot_rows.d.next = self.i_slot_rows.val();
        self.slot_bank.d.next = self.i_slot_bank.val();
        self.slot_y.d.next = self.i_slot_y.val();
        self.slot_x.d.next = self.i_slot_x.val();
        self.slot_address.d.next = self.i_slot_address.val();
        self.o_slot_valid.next = self.slot_valid.q.val();
        self.o_slot_swap.next = self.slot_swap.q.val();
        self.o_slot_rows.next = self.slot_rows.q.val();
        self.o_slot_bank.next = self.slot_bank.q.val();
        self.o_slot_y.next = self.slot_y.q.val();
        self.o_slot_x.next = self.slot_x.q.val();
        self.o_slot_address.next = self.slot_address.q.val();

        comment!("The tap of the row's pixels, in two copies like the weights.");
        if self.i_slot_swap.val() {
            self.tap_y.d.next = self.shadow_y.q.val();
            self.tap_x.d.next = self.shadow_x.q.val();
            self.tap_offset.d.next = self.shadow_offset.q.val();
        }
        if self.i_tap_load.val() & (self.i_tap_row.val() == self.i_index.val()) {
            self.shadow_y.d.next = self.i_tap_y.val();
            self.shadow_x.d.next = self.i_tap_x.val();
            self.shadow_offset.d.next = self.i_tap_offset.val();
        }

        comment!("The pixel under the tap.");
        self.y.d.next = signed_bit_cast_bits::<18, 17>(self.i_slot_y.val()) + bit_cast::<18, 16>(self.tap_y.q.val());
        self.x.d.next = signed_bit_cast_bits::<18, 17>(self.i_slot_x.val()) + bit_cast::<18, 16>(self.tap_x.q.val());
        self.address.d.next = self.i_slot_address.val() + self.tap_offset.q.val();
        self.takes.d.next = self.i_slot_valid.val() & (self.i_index.val() < self.i_slot_rows.val());

        comment!("A cycle later the row reads it, if it is in the map.");
        self.in_height.next =
            !self.y.q.val().get_bit(17) & (self.y.q.val().get_bits::<17>(0) < bit_cast::<17, 16>(self.i_height.val()));
        self.in_width.next =
            !self.x.q.val().get_bit(17) & (self.x.q.val().get_bits::<17>(0) < bit_cast::<17, 16>(self.i_width.val()));
        self.o_read.next = self.takes.q.val() & self.in_height.val() & self.in_width.val();
        self.o_bank.next = self.bank1.q.val();
        self.o_address.next = self.address.q.val();

        comment!("The bank answers a cycle later, its register another, and the one at the row another.");
        self.takes1.d.next = self.takes.q.val();
        self.in_height1.d.next = self.in_height.val();
        self.in_width1.d.next = self.in_width.val();
        self.read2.d.next = self.takes1.q.val() & self.in_height1.q.val() & self.in_width1.q.val();
        self.read3.d.next = self.read2.q.val();
        self.swap1.d.next = self.i_slot_swap.val();
        self.swap2.d.next = self.swap1.q.val();
        self.swap3.d.next = self.swap2.q.val();
        self.swap4.d.next = self.swap3.q.val();
        self.bank1.d.next = self.i_slot_bank.val();
        self.bank2.d.next = self.bank1.q.val();
        self.bank3.d.next = self.bank2.q.val();
        self.bank4.d.next = self.bank3.q.val();
        comment!("A row with one bank has no choice.");
        self.unused_bank.next = self.bank4.q.val();
        self.data.next = self.i_data[0].val();
        for q in 1..self._banks {
            if self.bank4.q.val() == q {
                self.data.next = self.i_data[q].val();
            }
        }
        self.operand.next = self.data.val();
        if !self.read3.q.val() | (self.i_relu.val() & self.data.val().get_bit(7)) {
            self.operand.next = 0.into();
        }
        self.o_operand.next = self.operand.val();
        self.o_swap.next = self.swap4.q.val();

        if self.reset.val() {
            self.slot_valid.d.next = false;
            self.slot_swap.d.next = false;
            self.takes.d.next = false;
            self.takes1.d.next = false;
            self.read2.d.next = false;
            self.read3.d.next = false;
            self.swap1.d.next = false;
            self.swap2.d.next = false;
            self.swap3.d.next = false;
            self.swap4.d.next = false;
        }
    }
}
