//! The score of an output.

use crate::signal::cast::signed_bit_cast_bits;
use crate::signal::documented::documented;
use crate::signal::register::{Register, comment, dff_setup};
use lcsim_spec::number::SCORE_SHIFT;
use rust_hdl_core::prelude::*;

// `#[hdl_gen]` takes the first bit of a slice as a literal only.
const _: () = assert!(SCORE_SHIFT == 12, "the slices of a product in `Score` are for this shift");

documented! {
    /// Makes a sum a score, in seven cycles: adds the bias, shifts and saturates, multiplies, and
    /// clamps to 0 and 1.0. A parameter comes a cycle after its sum.
    #[derive(Default, LogicBlock)]
    pub(crate) struct Score {
        /// The clock.
        pub clock: Signal<In, Clock>,
        /// The synchronous reset.
        pub reset: Signal<In, Bit>,
        /// The sum of the products.
        pub i_sum: Signal<In, Signed<32>>,
        /// The bias.
        pub i_bias: Signal<In, Signed<32>>,
        /// The multiplier.
        pub i_multiplier: Signal<In, Bits<15>>,
        /// The right shift.
        pub i_shift: Signal<In, Bits<5>>,
        /// Scores below it count as 0.
        pub i_threshold: Signal<In, Bits<16>>,
        /// Other scores become 1.0.
        pub i_step: Signal<In, Bit>,
        /// The sum with the bias, two cycles later.
        pub o_biased: Signal<Out, Signed<32>>,
        /// The score, seven cycles later; 0x8000 is 1.0.
        pub o_score: Signal<Out, Bits<16>>,
        sum: Register<Signed<32>>,
        biased: Register<Signed<32>>,
        multiplier: Register<Bits<15>>,
        shift: Register<Bits<5>>,
        by4: Register<Bits<20>>,
        by4_over: Register<Bit>,
        by4_negative: Register<Bit>,
        shift3: Register<Bits<2>>,
        over: Register<Bit>,
        negative: Register<Bit>,
        rounded: Register<Bits<17>>,
        multiplier3: Register<Bits<15>>,
        narrow: Register<Bits<16>>,
        multiplier4: Register<Bits<15>>,
        multiplier5: Register<Bits<15>>,
        scaled: Register<Bits<32>>,
        limit: Register<Bits<17>>,
        score: Register<Bits<16>>,
        total: Signal<Local, Bits<32>>,
        sign: Signal<Local, Bits<8>>,
        by16: Signal<Local, Bits<32>>,
        by8: Signal<Local, Bits<24>>,
        by2: Signal<Local, Bits<18>>,
        by1: Signal<Local, Bits<17>>,
        saturated: Signal<Local, Bits<16>>,
        unused_fraction: Signal<Local, Bits<11>>,
        below: Signal<Local, Bit>,
        above: Signal<Local, Bit>,
        unit_score: Signal<Local, Bits<16>>,
        compared: Signal<Local, Bits<18>>,
        unused_difference: Signal<Local, Bits<17>>,
    }
}

impl Logic for Score {
    #[hdl_gen]
    fn update(&mut self) {
        dff_setup!(
            self,
            clock,
            sum,
            biased,
            multiplier,
            shift,
            by4,
            by4_over,
            by4_negative,
            shift3,
            over,
            negative,
            rounded,
            multiplier3,
            narrow,
            multiplier4,
            multiplier5,
            scaled,
            limit,
            score
        );
        self.sum.d.next = self.i_sum.val();
        self.biased.d.next = self.sum.q.val() + self.i_bias.val();
        self.multiplier.d.next = self.i_multiplier.val();
        self.shift.d.next = self.i_shift.val();
        comment!("The sum shifted. One bit stays behind the point and rounds in the end. Each step");
        comment!("halves the width: bits above only tell whether the result overflows.");
        self.total.next = unsigned_cast(self.biased.q.val());
        self.sign.next = signed_bit_cast_bits::<8, 1>(self.total.val().get_bits::<1>(31));
        self.by16.next = self.total.val() << 1;
        if self.shift.q.val().get_bit(4) {
            self.by16.next = signed_bit_cast_bits::<32, 17>(self.total.val().get_bits::<17>(15));
        }
        self.by8.next = self.by16.val().get_bits::<24>(0);
        if self.shift.q.val().get_bit(3) {
            self.by8.next = self.by16.val().get_bits::<24>(8);
        }
        self.by4.d.next = self.by8.val().get_bits::<20>(0);
        if self.shift.q.val().get_bit(2) {
            self.by4.d.next = self.by8.val().get_bits::<20>(4);
        }
        self.shift3.d.next = self.shift.q.val().get_bits::<2>(0);
        self.by2.next = self.by4.q.val().get_bits::<18>(0);
        if self.shift3.q.val().get_bit(1) {
            self.by2.next = self.by4.q.val().get_bits::<18>(2);
        }
        self.by1.next = self.by2.val().get_bits::<17>(0);
        if self.shift3.q.val().get_bit(0) {
            self.by1.next = self.by2.val().get_bits::<17>(1);
        }
        comment!("Whether bits that a step left out say more than the sign.");
        self.by4_negative.d.next = self.total.val().get_bit(31);
        self.by4_over.d.next = false;
        if !self.shift.q.val().get_bit(2) & (self.by8.val().get_bits::<4>(20) != self.sign.val().get_bits::<4>(0)) {
            self.by4_over.d.next = true;
        }
        if !self.shift.q.val().get_bit(3) & (self.by16.val().get_bits::<8>(24) != self.sign.val()) {
            self.by4_over.d.next = true;
        }
        self.negative.d.next = self.by4_negative.q.val();
        self.over.d.next = self.by4_over.q.val() | (self.by1.val().get_bit(16) != self.by4_negative.q.val());
        if !self.shift3.q.val().get_bit(0) & (self.by2.val().get_bit(17) != self.by4_negative.q.val()) {
            self.over.d.next = true;
        }
        if !self.shift3.q.val().get_bit(1)
            & ((self.by4.q.val().get_bit(18) != self.by4_negative.q.val())
                | (self.by4.q.val().get_bit(19) != self.by4_negative.q.val()))
        {
            self.over.d.next = true;
        }
        self.rounded.d.next = signed_bit_cast_bits::<17, 16>(self.by1.val().get_bits::<16>(1))
            + bit_cast::<17, 1>(self.by1.val().get_bits::<1>(0));
        self.multiplier3.d.next = self.multiplier.q.val();
        comment!("Saturated to 16 bits.");
        self.saturated.next = self.rounded.q.val().get_bits::<16>(0);
        if self.over.q.val() | (self.rounded.q.val().get_bit(16) != self.rounded.q.val().get_bit(15)) {
            self.saturated.next = 0x7fff.into();
            if self.negative.q.val() {
                self.saturated.next = 0x8000.into();
            }
        }
        self.narrow.d.next = self.saturated.val();
        self.multiplier4.d.next = self.multiplier3.q.val();
        self.multiplier5.d.next = self.multiplier4.q.val();
        self.scaled.d.next =
            unsigned_cast(signed_cast(self.narrow.q.val()) * signed_cast(bit_cast::<16, 15>(self.multiplier5.q.val())));
        comment!("Clamped before it is rounded: what rounds up to 1.0 needs no clamp.");
        self.below.next = self.scaled.q.val().get_bit(31);
        self.above.next = !self.below.val() & (self.scaled.q.val().get_bits::<4>(27) != 0);
        self.unit_score.next = bit_cast::<16, 15>(self.scaled.q.val().get_bits::<15>(12))
            + bit_cast::<16, 1>(self.scaled.q.val().get_bits::<1>(11));
        self.unused_fraction.next = self.scaled.q.val().get_bits::<11>(0);
        comment!("Compared with the threshold beside the rounding, not behind it: a score that rounds to the");
        comment!("threshold or more makes a carry with what the threshold lacks to 0x10000.");
        self.limit.d.next = 0x10000 - bit_cast::<17, 16>(self.i_threshold.val());
        self.compared.next = ((bit_cast::<18, 17>(self.limit.q.val()) << 1) | 1)
            + bit_cast::<18, 16>(self.scaled.q.val().get_bits::<16>(11));
        self.unused_difference.next = self.compared.val().get_bits::<17>(0);
        self.score.d.next = self.unit_score.val();
        if !self.compared.val().get_bit(17) {
            self.score.d.next = 0.into();
        }
        comment!("A step makes 1.0 of all others.");
        if self.above.val() | (self.i_step.val() & self.compared.val().get_bit(17)) {
            self.score.d.next = 0x8000.into();
        }
        if self.below.val() {
            self.score.d.next = 0.into();
        }
        if self.reset.val() {
            self.sum.d.next = 0.into();
            self.biased.d.next = 0.into();
            self.multiplier.d.next = 0.into();
            self.shift.d.next = 0.into();
            self.over.d.next = false;
            self.negative.d.next = false;
            self.rounded.d.next = 0.into();
            self.multiplier3.d.next = 0.into();
            self.narrow.d.next = 0.into();
            self.multiplier4.d.next = 0.into();
            self.multiplier5.d.next = 0.into();
            self.by4.d.next = 0.into();
            self.by4_over.d.next = false;
            self.by4_negative.d.next = false;
            self.shift3.d.next = 0.into();
            self.scaled.d.next = 0.into();
            self.limit.d.next = 0.into();
            self.score.d.next = 0.into();
        }
        self.o_biased.next = self.biased.q.val();
        self.o_score.next = self.score.q.val();
    }
}
