//! A multiply-accumulate unit of the gate unit.

use crate::signal::cast::signed_bit_cast_to;
use crate::signal::documented::documented;
use crate::signal::register::{Register, comment, dff_setup};
use rust_hdl_core::prelude::*;

documented! {
    /// Accumulates the products of one output. The sums of a group of outputs leave one after the
    /// other: each unit passes on the sum of the next one.
    #[derive(Default, LogicBlock)]
    pub(crate) struct GateMac {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// The weight. It comes a cycle before the value that it meets.
        pub i_weight: Signal<In, Signed<8>>,
        /// The pooled value of a channel.
        pub i_pooled: Signal<In, Signed<16>>,
        /// Whether there is a value in this cycle.
        pub i_valid: Signal<In, Bit>,
        /// Whether the value is the last one of the group.
        pub i_last: Signal<In, Bit>,
        /// Whether the value before was the last one.
        pub i_finished: Signal<In, Bit>,
        /// Whether a sum leaves the group.
        pub i_leaves: Signal<In, Bit>,
        /// The sum of the next unit.
        pub i_next: Signal<In, Signed<32>>,
        /// The sum that leaves this unit.
        pub o_sum: Signal<Out, Signed<32>>,
        weight: Register<Signed<8>>,
        product: Register<Signed<32>>,
        accumulator: Register<Signed<32>>,
        total: Register<Signed<32>>,
        leaving: Register<Signed<32>>,
        sum: Signal<Local, Signed<32>>,
    }
}

impl Logic for GateMac {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, weight, product, accumulator, total, leaving);
        self.product.d.next = signed_bit_cast_to::<16, 8>(self.weight.q.val()) * self.i_pooled.val();
        self.sum.next = self.accumulator.q.val() + self.product.q.val();
        self.weight.d.next = self.i_weight.val();
        comment!("The accumulator is 0 again when the first product of the next group arrives.");
        if self.i_valid.val() {
            self.accumulator.d.next = self.sum.val();
        }
        if self.i_valid.val() & self.i_last.val() {
            self.accumulator.d.next = 0.into();
        }
        comment!("The total waits a cycle.");
        self.total.d.next = self.sum.val();
        if self.i_finished.val() {
            self.leaving.d.next = self.total.q.val();
        } else if self.i_leaves.val() {
            self.leaving.d.next = self.i_next.val();
        }
        if self.reset.val() {
            self.weight.d.next = 0.into();
            self.product.d.next = 0.into();
            self.accumulator.d.next = 0.into();
            self.total.d.next = 0.into();
            self.leaving.d.next = 0.into();
        }
        self.o_sum.next = self.leaving.q.val();
    }
}
