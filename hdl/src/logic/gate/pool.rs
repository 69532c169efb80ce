//! The pooled value of a channel.

use crate::signal::cast::{signed_bit_cast_bits, signed_bit_cast_word};
use crate::signal::documented::documented;
use crate::signal::register::{Register, comment, dff_setup};
use crate::signal::word::Wire;
use rust_hdl_core::prelude::*;

documented! {
    /// Shifts the sum of a channel to the right and rounds it, in two cycles.
    #[derive(LogicBlock)]
    pub(crate) struct PoolShift {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// The sum of the channel.
        pub i_sum: Wire<In>,
        /// The right shift.
        pub i_shift: Signal<In, Bits<4>>,
        /// Whether the value is 0 whatever the sum is.
        pub i_empty: Signal<In, Bit>,
        /// The pooled value, two cycles later.
        pub o_pooled: Signal<Out, Signed<16>>,
        by4: Register<Bits<20>>,
        pooled: Register<Signed<16>>,
        sum: Signal<Local, Bits<25>>,
        twice: Signal<Local, Bits<26>>,
        by8: Signal<Local, Bits<24>>,
        by2: Signal<Local, Bits<18>>,
        by1: Signal<Local, Bits<17>>,
    }
}

impl PoolShift {
    /// Makes one for sums of `width` bits.
    pub fn new(width: usize) -> Self {
        Self {
            clock: Signal::default(),
            reset: Signal::default(),
            i_sum: Wire::new(width),
            i_shift: Signal::default(),
            i_empty: Signal::default(),
            o_pooled: Signal::default(),
            by4: Register::default(),
            pooled: Register::default(),
            sum: Signal::default(),
            twice: Signal::default(),
            by8: Signal::default(),
            by2: Signal::default(),
            by1: Signal::default(),
        }
    }
}

impl Logic for PoolShift {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, by4, pooled);
        comment!("One bit stays behind the point. It rounds in the end.");
        self.sum.next = signed_bit_cast_word::<25>(self.i_sum.val());
        self.twice.next = bit_cast::<26, 25>(self.sum.val()) << 1;
        comment!("Each step halves the width: bits above cannot come down into the result any more.");
        self.by8.next = self.twice.val().get_bits::<24>(0);
        if self.i_shift.val().get_bit(3) {
            self.by8.next = signed_bit_cast_bits::<24, 18>(self.twice.val().get_bits::<18>(8));
        }
        self.by4.d.next = self.by8.val().get_bits::<20>(0);
        if self.i_shift.val().get_bit(2) {
            self.by4.d.next = self.by8.val().get_bits::<20>(4);
        }
        if self.i_empty.val() {
            self.by4.d.next = 0.into();
        }
        self.by2.next = self.by4.q.val().get_bits::<18>(0);
        if self.i_shift.val().get_bit(1) {
            self.by2.next = self.by4.q.val().get_bits::<18>(2);
        }
        self.by1.next = self.by2.val().get_bits::<17>(0);
        if self.i_shift.val().get_bit(0) {
            self.by1.next = self.by2.val().get_bits::<17>(1);
        }
        self.pooled.d.next =
            signed_cast(self.by1.val().get_bits::<16>(1) + bit_cast::<16, 1>(self.by1.val().get_bits::<1>(0)));
        if self.reset.val() {
            self.by4.d.next = 0.into();
            self.pooled.d.next = 0.into();
        }
        self.o_pooled.next = self.pooled.q.val();
    }
}
