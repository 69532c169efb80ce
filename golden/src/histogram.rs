//! The distribution of magnitudes, and the int8 scale that represents it best.

/// The number of bins. It is a power of two, so that doubling the range merges pairs of bins.
const BINS: usize = 2048;

/// Counts of magnitudes in equal bins from 0 to a power of two. This end grows with the largest
/// magnitude.
///
/// Merging is exact and commutative, so the result does not depend on the order in which threads
/// finish.
#[derive(Debug, Clone)]
pub struct Histogram {
    exponent: i32,
    bins: Vec<u64>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { exponent: -30, bins: vec![0; BINS] }
    }
}

impl Histogram {
    /// Counts finite magnitudes. Zeros need no range and are left out.
    pub fn add(&mut self, magnitudes: impl Iterator<Item = f32>) {
        for v in magnitudes.filter(|v| *v > 0.0 && v.is_finite()) {
            let v = f64::from(v);
            while v >= f64::from(self.exponent).exp2() {
                self.double();
            }
            let bin = v / f64::from(self.exponent).exp2() * BINS as f64;
            self.bins[(bin as usize).min(BINS - 1)] += 1;
        }
    }

    /// Adds the counts of another histogram.
    pub fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        while self.exponent < other.exponent {
            self.double();
        }
        while other.exponent < self.exponent {
            other.double();
        }
        self.bins.iter_mut().zip(&other.bins).for_each(|(a, b)| *a += b);
    }

    fn double(&mut self) {
        for i in 0..BINS / 2 {
            self.bins[i] = self.bins[2 * i] + self.bins[2 * i + 1];
        }
        self.bins[BINS / 2..].fill(0);
        self.exponent += 1;
    }

    /// The real value of one int8 step for which the mean square error is smallest. If nothing was
    /// counted, the scale reaches 1.
    pub fn best_scale(&self) -> f64 {
        let width = f64::from(self.exponent).exp2() / BINS as f64;
        let Some(top) = self.bins.iter().rposition(|&n| n > 0) else { return 1.0 / 127.0 };
        let candidates = (top / 4..=top).map(|clip| (clip + 1) as f64 * width / 127.0);
        let best = candidates.map(|scale| (self.error(scale, width), scale)).min_by(|a, b| a.0.total_cmp(&b.0));
        best.map_or(width, |(_, scale)| scale)
    }

    fn error(&self, scale: f64, width: f64) -> f64 {
        let square = |(i, &n): (usize, &u64)| {
            let v = (i as f64 + 0.5) * width;
            let q = (v / scale).round().min(127.0) * scale;
            n as f64 * (v - q) * (v - q)
        };
        self.bins.iter().enumerate().filter(|(_, n)| **n > 0).map(square).sum()
    }
}
