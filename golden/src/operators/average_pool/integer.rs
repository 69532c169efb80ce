//! Computes average pooling in integers: it multiplies with the reciprocal of the divisor.

use super::averages;
use crate::integer::Map;
use crate::operators::pooling::Integer;
use lcsim_spec::Windows;
use lcsim_spec::operators::average_pool::AveragePool;
use lcsim_spec::operators::average_pool::RECIPROCAL_FRAC;

impl Integer for AveragePool {
    fn infer(&self, windows: &Windows, x: &Map) -> Vec<i8> {
        averages(self, windows, &x.read(), average)
    }
}

fn average(sum: i32, divisor: usize) -> i8 {
    let frac = RECIPROCAL_FRAC + divisor.next_power_of_two().ilog2();
    let divisor = divisor as i64;
    let reciprocal = ((1i64 << frac) + divisor / 2) / divisor;
    ((i64::from(sum) * reciprocal + (1 << (frac - 1))) >> frac) as i8
}

#[cfg(test)]
mod tests {
    use super::*;
    use lcsim_spec::operators::average_pool::PIXELS_MAX;

    #[test]
    fn averages_are_rounded_quotients() {
        for divisor in [1, 2, 3, 4, 6, 9, 49, 1000, 12_544, 40_000, PIXELS_MAX] {
            let n = divisor as i32;
            // Both ends of the range, and sums around some quotients.
            for sum in
                [-128 * n, 127 * n].into_iter().chain((-9..9).flat_map(|q| [q * n, q * n + n / 3, q * n - n / 3]))
            {
                let exact = f64::from(sum) / f64::from(n);
                assert_eq!(f64::from(average(sum, divisor)), exact.round(), "{sum} / {n}");
            }
        }
        assert_eq!([average(1, 2), average(-1, 2), average(3, 6)], [1, 0, 1], "half goes up");
        // The reciprocal of 6 is rounded up, which moves a negative half below the half.
        assert_eq!(average(-3, 6), -1);
    }
}
