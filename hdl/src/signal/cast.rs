//! Changes of width. `#[hdl_gen]` writes a function whose name begins with `signed_bit_cast` as
//! Verilog's `$signed`, and one whose name begins with `bit_cast` as a change of width. rust-hdl's
//! own `signed_bit_cast` overflows on the most negative number.

use super::word::Word;
use rust_hdl_core::prelude::*;

/// Extends the sign of the lowest `from` bits of `x` to 64 bits.
fn extended(x: u64, from: usize) -> i64 {
    ((x << (64 - from)) as i64) >> (64 - from)
}

/// Extends the sign of `x`, or drops its highest bits. Both have at most 64 bits.
pub(crate) fn signed_bit_cast_to<const TO: usize, const FROM: usize>(x: Signed<FROM>) -> Signed<TO> {
    signed::<TO>(extended(extended(x.inner().to_u64(), FROM) as u64, TO))
}

/// Extends the highest bit of `x`.
pub(crate) fn signed_bit_cast_bits<const TO: usize, const FROM: usize>(x: Bits<FROM>) -> Bits<TO> {
    (extended(x.to_u64(), FROM) as u64 & (u64::MAX >> (64 - TO))).into()
}

/// Extends the highest bit of `x`.
pub(crate) fn signed_bit_cast_word<const TO: usize>(x: Word) -> Bits<TO> {
    (extended(x.value(), x.bits()) as u64 & (u64::MAX >> (64 - TO))).into()
}

/// Puts zeros before `x`, or drops its highest bits.
pub(crate) fn bit_cast_bits<const FROM: usize>(x: Bits<FROM>, width: usize) -> Word {
    Word::new(x.to_u64(), width)
}

/// Puts zeros before `x`, or drops its highest bits.
pub(crate) fn bit_cast_word(x: Word, width: usize) -> Word {
    Word::new(x.value(), width)
}

/// Puts zeros before `x`, or drops its highest bits.
pub(crate) fn bit_cast_to_bits<const TO: usize>(x: Word) -> Bits<TO> {
    (x.value() & (u64::MAX >> (64 - TO))).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_stays_and_high_bits_go() {
        for x in [-128i64, -127, -1, 0, 1, 127] {
            assert_eq!(signed_bit_cast_to::<16, 8>(signed::<8>(x)), signed::<16>(x));
            assert_eq!(signed_bit_cast_to::<8, 16>(signed::<16>(x + 256)), signed::<8>(x));
            assert_eq!(signed_bit_cast_word::<16>(Word::new(x as u64, 8)), bits::<16>(x as u64 & 0xffff));
            assert_eq!(signed_bit_cast_bits::<16, 8>(bits::<8>(x as u64 & 0xff)), bits::<16>(x as u64 & 0xffff));
        }
        assert_eq!(bit_cast_word(Word::new(9, 4), 3), Word::new(1, 3));
    }
}
