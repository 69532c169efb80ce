//! A processing element: two weights, a multiplier and an adder.

use crate::signal::cast::signed_bit_cast_to;
use crate::signal::documented::documented;
use crate::signal::register::{Register, comment, dff_setup};
use rust_hdl_core::prelude::*;

documented! {
    /// A processing element. A sum has `S` bits.
    ///
    /// Registers stand in front of the multiplier and of the adder instead of behind them, each a
    /// cycle later. So the values that leave are as if product and sum were registered, and the way
    /// from a bank's answer to a multiplier is cut in two.
    #[derive(Default, LogicBlock)]
    pub(crate) struct Pe<const S: usize> {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// The operand of the PE to the left.
        pub i_operand: Signal<In, Signed<8>>,
        /// Whether the shadow weight becomes active. It goes with the operand.
        pub i_swap: Signal<In, Bit>,
        /// The sum of the PEs above.
        pub i_sum: Signal<In, Signed<S>>,
        /// Whether the shadow weight is loaded.
        pub i_load: Signal<In, Bit>,
        /// The weight to load.
        pub i_weight: Signal<In, Signed<8>>,
        /// The operand, a cycle later.
        pub o_operand: Signal<Out, Signed<8>>,
        /// The swap flag, a cycle later.
        pub o_swap: Signal<Out, Bit>,
        /// The sum with this PE's product.
        pub o_sum: Signal<Out, Signed<S>>,
        operand: Register<Signed<8>>,
        swap: Register<Bit>,
        shadow: Register<Signed<8>>,
        active: Register<Signed<8>>,
        used: Register<Signed<8>>,
        product: Register<Signed<16>>,
        above: Register<Signed<S>>,
    }
}

impl<const S: usize> Logic for Pe<S> {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(self, clock, operand, swap, shadow, active, used, product, above);
        self.operand.d.next = self.i_operand.val();
        self.swap.d.next = self.i_swap.val();
        comment!("The weight that this cycle's operand meets.");
        self.used.d.next = self.active.q.val();
        self.product.d.next = signed_bit_cast_to::<16, 32>(
            signed_bit_cast_to::<16, 8>(self.operand.q.val()) * signed_bit_cast_to::<16, 8>(self.used.q.val()),
        );
        self.above.d.next = self.i_sum.val();
        if self.i_swap.val() {
            self.active.d.next = self.shadow.q.val();
        }
        if self.i_load.val() {
            self.shadow.d.next = self.i_weight.val();
        }
        // A weight that was never loaded meets operands of 0. A simulator needs a number there.
        if self.reset.val() {
            self.swap.d.next = false;
            self.shadow.d.next = 0.into();
            self.active.d.next = 0.into();
        }
        self.o_operand.next = self.operand.q.val();
        self.o_swap.next = self.swap.q.val();
        self.o_sum.next = self.above.q.val() + signed_bit_cast_to::<S, 16>(self.product.q.val());
    }
}
