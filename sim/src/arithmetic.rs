//! The arithmetic of `spec/src/number.rs`, once for both engines, stage by stage.
//!
//! All right shifts are arithmetic; rounding is half up.

use lcsim_spec::Score;
use lcsim_spec::number::{REQUANT_SHIFT, SCORE_FRAC, SCORE_SHIFT};

/// Half of the last place that a shift drops.
#[inline(always)]
pub(crate) fn half(shift: u8) -> i32 {
    (1u32 << shift >> 1) as i32
}

/// A pool sum, brought down to the width of the gate unit's inputs.
#[inline(always)]
pub(crate) fn pooled(sum: i32, shift: u8) -> i32 {
    (sum + half(shift)) >> shift
}

/// An accumulator with its bias, brought down to 16 bits. Its magnitude is below 2^30, so that the
/// rounding cannot overflow.
#[inline(always)]
pub(crate) fn narrow(biased: i32, shift: u8) -> i32 {
    ((biased + half(shift)) >> shift).clamp(i16::MIN.into(), i16::MAX.into())
}

/// A column's multiplier, with the scores of its channel and its block.
pub(crate) fn scored(multiplier: u16, scores: [Score; 2]) -> u16 {
    let fold = |m: u16, s: Score| {
        let product = u32::from(m) * u32::from(s.to_bits());
        ((product + (1 << (SCORE_FRAC - 1))) >> SCORE_FRAC) as u16
    };
    scores.into_iter().fold(multiplier, fold)
}

/// Behind the requantise stage's multiplication.
#[inline(always)]
pub(crate) fn rescale(product: i32) -> i32 {
    (product + (1 << (REQUANT_SHIFT - 1))) >> REQUANT_SHIFT
}

/// Saturation in front of the residual addition: beyond 9 bits no residual brings the sum back into
/// 8, so that [`stored`] gives the same without it.
pub(crate) fn saturate(scaled: i32) -> i32 {
    scaled.clamp(-256, 255)
}

/// The stored value: the residual, or 0, is added.
#[inline(always)]
pub(crate) fn stored(scaled: i32, residual: i32) -> i8 {
    (scaled + residual).clamp(i8::MIN.into(), i8::MAX.into()) as i8
}

/// The score behind the gate unit's multiplication: in `[0, 1]`, and 0 below the threshold.
pub(crate) fn score(product: i32, threshold: Score) -> Score {
    let rounded = (product + (1 << (SCORE_SHIFT - 1))) >> SCORE_SHIFT;
    let score = Score::from_bits(rounded.clamp(0, Score::ONE.to_bits().into()) as u16);
    if score < threshold { Score::ZERO } else { score }
}
