//! Random numbers for weights.

/// A small deterministic generator for weights: their values need no shrinking, their shapes do.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The same seed gives the same values.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `low..=high`.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        low + (self.bits() % (high - low + 1) as u64) as i64
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.range(0, from.len() as i64 - 1) as usize]
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: i64) -> bool {
        self.range(1, n) == 1
    }

    /// In `-bound..=bound`, all magnitudes alike, every eighth one of the extremes or 0.
    pub fn within(&mut self, bound: i64) -> i64 {
        if self.once_in(8) {
            return self.pick(&[-bound, 1 - bound, 0, bound - 1, bound]).clamp(-bound, bound);
        }
        let magnitude = bound >> self.range(0, i64::from(bound.max(1).ilog2()));
        self.range(-magnitude, magnitude)
    }

    /// An `i8`, every fourth one of the extremes or 0.
    pub fn int8(&mut self) -> i8 {
        match self.range(0, 15) {
            0 => i8::MIN,
            1 => i8::MAX,
            2 | 3 => 0,
            _ => self.range(-128, 127) as i8,
        }
    }
}
