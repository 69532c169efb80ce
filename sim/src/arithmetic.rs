//! The arithmetic of `spec/src/number.rs`, stage by stage. Both engines use it.
//!
//! All right shifts are arithmetic. Rounding is half up.

use lcsim_spec::Score;
use lcsim_spec::number::{REQUANT_SHIFT, SCORE_FRAC, SCORE_SHIFT};

/// Half of the smallest step that is left after the shift. Added before the shift, it rounds.
#[inline(always)]
pub(crate) fn half(shift: u8) -> i32 {
    (1u32 << shift >> 1) as i32
}

/// Reduces a pool sum to the width of the gate unit's inputs.
#[inline(always)]
pub(crate) fn pooled(sum: i32, shift: u8) -> i32 {
    (sum + half(shift)) >> shift
}

/// Reduces an accumulator with its bias to 16 bits. Its magnitude is below 2^30, so adding the
/// rounding constant cannot overflow.
#[inline(always)]
pub(crate) fn narrow(biased: i32, shift: u8) -> i32 {
    ((biased + half(shift)) >> shift).clamp(i16::MIN.into(), i16::MAX.into())
}

/// Multiplies a column's multiplier by the scores of its channel and its block.
pub(crate) fn scored(multiplier: u16, scores: [Score; 2]) -> u16 {
    let fold = |m: u16, s: Score| {
        let product = u32::from(m) * u32::from(s.to_bits());
        ((product + (1 << (SCORE_FRAC - 1))) >> SCORE_FRAC) as u16
    };
    scores.into_iter().fold(multiplier, fold)
}

/// Rounds and shifts the product of the requantise stage.
#[inline(always)]
pub(crate) fn rescale(product: i32) -> i32 {
    (product + (1 << (REQUANT_SHIFT - 1))) >> REQUANT_SHIFT
}

/// Saturates a value to 9 bits before the residual is added. A value beyond 9 bits gives the same
/// stored value: no residual can bring the sum back into 8 bits. [`stored`] therefore gives the
/// same result without this step.
pub(crate) fn saturate(scaled: i32) -> i32 {
    scaled.clamp(-256, 255)
}

/// Adds the residual, or 0, and saturates to the stored value.
#[inline(always)]
pub(crate) fn stored(scaled: i32, residual: i32) -> i8 {
    (scaled + residual).clamp(i8::MIN.into(), i8::MAX.into()) as i8
}

/// Turns the product of the gate unit's score stage into a score: in `[0, 1]`, and 0 below the
/// threshold.
pub(crate) fn score(product: i32, threshold: Score) -> Score {
    let rounded = (product + (1 << (SCORE_SHIFT - 1))) >> SCORE_SHIFT;
    let score = Score::from_bits(rounded.clamp(0, Score::ONE.to_bits().into()) as u16);
    if score < threshold { Score::ZERO } else { score }
}
