//! Converts real numbers to integers with a scale.

use lcsim_spec::number::{ACC_BOUND, MULTIPLIER_END, MULTIPLIER_MIN, SHIFT_MAX};

/// The real value of one step of the weights, for each of `outputs` equal parts. 0 for a part in
/// which all weights are 0.
pub(crate) fn weight_scales(weights: &[f32], outputs: usize) -> impl Iterator<Item = f64> {
    let max = |part: &[f32]| part.iter().fold(0f32, |m, w| m.max(w.abs()));
    weights.chunks_exact(weights.len() / outputs).map(move |part| f64::from(max(part)) / 127.0)
}

/// Converts a weight.
pub(crate) fn to_i8(w: f64, scale: f64) -> i8 {
    if scale > 0.0 { (w / scale).round().clamp(-127.0, 127.0) as i8 } else { 0 }
}

/// Converts a bias to steps of the accumulator.
pub(crate) fn to_bias(b: f64, step: f64) -> i32 {
    let limit = (ACC_BOUND / 2 - 1) as f64;
    (b / step).round().clamp(-limit, limit) as i32
}

/// Finds the multiplier and the first shift for which `multiplier * 2^-(frac + shift)` is closest
/// to `real`. Returns `None` if `real` is not above 0 or too large. If `real` is too small, the
/// multiplier is 0.
pub(crate) fn multiplier(real: f64, frac: u32) -> Option<(u16, u8)> {
    if !(real.is_finite() && real > 0.0) {
        return None;
    }
    let base = real * f64::from(1u32 << frac);
    for shift in 0..=SHIFT_MAX {
        let m = (base * f64::from(1u32 << shift)).round();
        if m >= f64::from(MULTIPLIER_MIN) {
            return (m < f64::from(MULTIPLIER_END)).then_some((m as u16, shift));
        }
    }
    Some((0, 0))
}
