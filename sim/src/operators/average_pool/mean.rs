//! The arithmetic of spec/src/operators/average_pool.rs. Both engines use it.

use crate::operators::pooling::Window;
use lcsim_spec::operators::average_pool::{AveragePool, RECIPROCAL_FRAC};

/// The number by which the sum of a window is divided.
pub(super) fn divisor(pool: &AveragePool, window: Window) -> usize {
    if pool.counts_padding { window.taps } else { window.inside }
}

/// The reciprocal of a divisor: `factor / 2^fraction`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reciprocal {
    factor: i64,
    fraction: u32,
}

impl Reciprocal {
    pub fn of(divisor: usize) -> Self {
        let fraction = RECIPROCAL_FRAC + divisor.next_power_of_two().ilog2();
        let divisor = divisor as i64;
        Self { factor: ((1 << fraction) + divisor / 2) / divisor, fraction }
    }

    /// Multiplies a sum by the reciprocal.
    pub fn scaled(self, sum: i64) -> i64 {
        sum * self.factor
    }

    /// Rounds this product to an integer.
    pub fn rounded(self, product: i64) -> i64 {
        (product + (1 << (self.fraction - 1))) >> self.fraction
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_is_within_a_step_of_the_quotient_and_fits_a_byte() {
        for n in (1..=300).chain([4095, 4096, 4097, 50176, 65535, 65536]) {
            let (wide, reciprocal) = (n as i64, Reciprocal::of(n));
            for sum in [-128 * wide, -127 * wide - 1, -1, 0, 1, wide / 2, wide, 63 * wide + 1, 127 * wide] {
                let mean = reciprocal.rounded(reciprocal.scaled(sum));
                let exact = sum as f64 / n as f64;
                assert!((mean as f64 - exact).abs() <= 0.5 + 1.0 / 256.0, "{sum} / {n}: {mean}, {exact}");
                assert!(i8::try_from(mean).is_ok(), "{sum} / {n}: {mean}");
            }
        }
    }
}
