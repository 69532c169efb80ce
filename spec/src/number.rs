//! Number formats, and the constants that fix every rounding. The section "Numbers" of
//! docs/microarchitecture.md describes them in words.
//!
//! | what | format |
//! |---|---|
//! | weights, activations | `i8`, symmetric; activations stored *before* their ReLU, readers apply it |
//! | accumulator, bias | `i32`; `|acc| + |bias| < 2^30` is checked when a network is loaded |
//! | multiplier | 15 bits in `u16`, normalised to `[2^14, 2^15)` unless it is 0 |
//! | score | [`Score`], unsigned, 1 integer and 15 fraction bits; 1.0 = `0x8000`, 0 = skip |
//! | pooled value | 15 bits: `(sum + half) >> pool_shift` |
//!
//! Requantisation of an accumulator `t` (bias added), multiplier `m`, shift `s`:
//! `u = sat16((t + 2^(s-1)) >> s)`, `y = (u * m + 2^17) >> 18`, then residual add and saturation to
//! `i8`. All right shifts are arithmetic; rounding is half up (towards plus infinity).
//!
//! ```
//! use lcsim_spec::number::{SCORE_FRAC, nearest_score};
//!
//! let score = nearest_score(0.25).ok_or("outside [0, 1]")?;
//! assert_eq!(score.to_bits(), 1 << (SCORE_FRAC - 2));
//! assert_eq!(nearest_score(1.5), None);
//! # Ok::<(), &str>(())
//! ```

/// A gate's score, from 0 to 1. It scales what is computed; 0 skips it.
pub type Score = fixed::types::U1F15;

/// Rounds a number to the nearest score. Returns `None` if the number is outside `[0, 1]`.
pub fn nearest_score(number: f64) -> Option<Score> {
    let bits = |n: f64| (n * f64::from(Score::ONE.to_bits())).round() as u16;
    (0.0..=1.0).contains(&number).then(|| Score::from_bits(bits(number)))
}

/// Fraction bits of a [`Score`]; folding a score into a multiplier is `(m * score + 2^14) >> 15`.
pub const SCORE_FRAC: u32 = 15;
/// Right shift after the multiplication in the requantise stage.
pub const REQUANT_SHIFT: u32 = 18;
/// Right shift after the multiplication in the gate unit's score stage.
pub const SCORE_SHIFT: u32 = 12;
/// The multiplier of a gate that decides by a step. Its shift is 0.
pub const STEP_MULTIPLIER: u16 = (MULTIPLIER_END - 1) as u16;
/// The score stage makes this of 1 with [`STEP_MULTIPLIER`], before the step: 8 of 2^15. Of 0 it
/// makes 0, so all sums above 0 reach this score, and no others.
pub const STEP_LEAST: Score =
    Score::from_bits(((STEP_MULTIPLIER as u32 + (1 << (SCORE_SHIFT - 1))) >> SCORE_SHIFT) as u16);
/// Smallest normalised multiplier.
pub const MULTIPLIER_MIN: u16 = 1 << 14;
/// One past the largest multiplier.
pub const MULTIPLIER_END: u32 = 1 << 15;
/// Largest first shift of a requantisation (5 bits in hardware).
pub const SHIFT_MAX: u8 = 31;
/// Largest shift of a pool sum (4 bits in hardware): it brings the sum of 2^22 bytes down to
/// [`POOLED_BITS`].
pub const POOL_SHIFT_MAX: u8 = 15;
/// Width of a pooled value in bits (it enters a signed 16-bit multiplier port).
pub const POOLED_BITS: u32 = 15;
/// Bound on `|acc| + |bias|` of every convolution and fully connected layer.
pub const ACC_BOUND: i64 = 1 << 30;
