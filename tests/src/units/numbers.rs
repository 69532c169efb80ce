//! Numbers for the models: random ones with extreme values, roundings and saturations.

use crate::random::Rng;

/// A multiplier of 15 bits, often an extreme one.
pub(super) fn multiplier(rng: &mut Rng) -> i64 {
    if rng.once_in(3) { rng.pick(&[0, 1, (1 << 14), (1 << 15) - 1]) } else { rng.range(0, (1 << 15) - 1) }
}

/// A shift of 5 bits, often an extreme one.
pub(super) fn shift(rng: &mut Rng) -> i64 {
    if rng.once_in(4) { rng.pick(&[0, 1, 30, 31]) } else { rng.range(0, 31) }
}

/// `(value + half) >> shift`.
pub(super) fn round(value: i64, shift: i64) -> i64 {
    (value + (1 << shift >> 1)) >> shift
}

/// Saturation to 16 bits.
pub(super) fn sat16(value: i64) -> i64 {
    value.clamp(i64::from(i16::MIN), i64::from(i16::MAX))
}

/// A sum that leaves somewhat more or less than 16 bits behind the shift.
pub(super) fn beyond16(rng: &mut Rng, shift: i64) -> i64 {
    let power = 1i64 << rng.range(15, 19);
    let below = if rng.once_in(2) { rng.range(0, 1) } else { rng.range(0, power / 2) };
    let value = rng.pick(&[-1, 1]) * (power - below);
    (value << shift) + rng.range(-1, 0)
}

/// A number whose product with an odd multiplier is half a step of `1 << shift`, or one less, and
/// some steps: where one in the last place decides.
pub(super) fn tie(rng: &mut Rng, multiplier: i64, shift: i64) -> i64 {
    let step = 1i64 << shift;
    // Newton's iteration for the inverse: each turn doubles the bits that are right.
    let inverse = (0..5).fold(1i64, |x, _| x * (2 - multiplier * x) % step);
    let number = (step / 2 - rng.range(0, 1)) * inverse % step;
    if number.abs() * 2 > step { number - step * number.signum() } else { number }
}
