//! Changes of width of signed numbers. `#[hdl_gen]` writes a function whose name begins with
//! `signed_bit_cast` as Verilog's `$signed`; rust-hdl's own overflows on the most negative number.

use rust_hdl_core::prelude::*;

/// Extends the sign of `x`, or drops its highest bits. Both have at most 64 bits.
pub(crate) fn signed_bit_cast_to<const TO: usize, const FROM: usize>(x: Signed<FROM>) -> Signed<TO> {
    let bits = x.inner().to_u64() << (64 - FROM);
    let number = (bits as i64) >> (64 - FROM);
    signed::<TO>((number << (64 - TO)) >> (64 - TO))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_stays_and_high_bits_go() {
        for x in [-128i64, -127, -1, 0, 1, 127] {
            assert_eq!(signed_bit_cast_to::<16, 8>(signed::<8>(x)), signed::<16>(x));
            assert_eq!(signed_bit_cast_to::<8, 16>(signed::<16>(x + 256)), signed::<8>(x));
        }
    }
}
