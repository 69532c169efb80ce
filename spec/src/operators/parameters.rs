//! Weights, biases, multipliers and shifts, which convolutions and fully connected layers share.

use crate::number::{ACC_BOUND, MULTIPLIER_END, SHIFT_MAX};
use crate::require::{NetworkError, within};

/// Checks the largest possible accumulator, the multiplier and the shift of each output.
pub(super) fn check_ranges(
    item: &str,
    w: &[i8],
    x_max: i64,
    bias: &[i32],
    m: &[u16],
    s: &[u8],
) -> Result<(), NetworkError> {
    let fan_in = w.len() / bias.len().max(1);
    for (o, &b) in bias.iter().enumerate() {
        let bound: i64 = w[o * fan_in..(o + 1) * fan_in].iter().map(|&w| i64::from(w).abs() * x_max).sum();
        let bound = bound + i64::from(b).abs();
        if bound >= ACC_BOUND {
            let expected = format!("below {ACC_BOUND}");
            return Err(NetworkError::new(item, "largest |accumulator| + |bias|", expected, bound));
        }
    }
    let (multiplier, shift) = (m.iter().max().copied().unwrap_or(0), s.iter().max().copied().unwrap_or(0));
    within(item, "largest multiplier", 0..=MULTIPLIER_END as usize - 1, &[usize::from(multiplier)])?;
    within(item, "largest shift", 0..=usize::from(SHIFT_MAX), &[usize::from(shift)])
}
