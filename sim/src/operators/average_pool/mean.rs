//! The arithmetic of spec/src/operators/average_pool.rs. Both engines use it.

use crate::operators::pooling::Window;
use lcsim_spec::operators::average_pool::{AveragePool, RECIPROCAL_FRAC};

/// The number by which the sum of a window is divided.
pub(super) fn divisor(pool: &AveragePool, window: Window) -> usize {
    if pool.counts_padding { window.taps } else { window.inside }
}

/// Fraction bits of the reciprocal of `n`.
fn fraction(n: usize) -> u32 {
    RECIPROCAL_FRAC + n.next_power_of_two().ilog2()
}

/// Multiplies a sum by the reciprocal of `n`.
pub(super) fn scaled(sum: i64, n: usize) -> i64 {
    let n_wide = n as i64;
    sum * (((1 << fraction(n)) + n_wide / 2) / n_wide)
}

/// Rounds this product to an integer.
pub(super) fn rounded(product: i64, n: usize) -> i64 {
    (product + (1 << (fraction(n) - 1))) >> fraction(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_within_a_step_of_the_quotient_and_fits_a_byte() {
        for n in (1..=300).chain([4095, 4096, 4097, 50176, 65535, 65536]) {
            let wide = n as i64;
            for sum in [-128 * wide, -127 * wide - 1, -1, 0, 1, wide / 2, wide, 63 * wide + 1, 127 * wide] {
                let mean = rounded(scaled(sum, n), n);
                let exact = sum as f64 / n as f64;
                assert!((mean as f64 - exact).abs() <= 0.5 + 1.0 / 256.0, "{sum} / {n}: {mean}, {exact}");
                assert!(i8::try_from(mean).is_ok(), "{sum} / {n}: {mean}");
            }
        }
    }
}
