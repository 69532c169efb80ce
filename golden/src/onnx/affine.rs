//! Factors and offsets of channels, and the bounds of a clamp: what elementwise operators do to a
//! vector.

/// `factor * x + offset`, for each channel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Affine {
    /// Of each channel.
    pub factor: Vec<f64>,
    /// Of each channel.
    pub offset: Vec<f64>,
}

impl Affine {
    /// Leaves everything as it is.
    pub fn identity(channels: usize) -> Affine {
        Affine { factor: vec![1.0; channels], offset: vec![0.0; channels] }
    }

    /// Multiplies alone.
    pub fn scale(factor: Vec<f64>) -> Affine {
        Affine { offset: vec![0.0; factor.len()], factor }
    }

    /// Adds alone.
    pub fn shift(offset: Vec<f64>) -> Affine {
        Affine { factor: vec![1.0; offset.len()], offset }
    }

    /// This, and `next` of the result.
    pub fn then(&self, next: &Affine) -> Affine {
        let factor = self.factor.iter().zip(&next.factor).map(|(a, b)| a * b).collect();
        let offset = self.offset.iter().zip(next.factor.iter().zip(&next.offset)).map(|(o, (f, p))| o * f + p);
        Affine { offset: offset.collect(), factor }
    }

    /// Whether it leaves everything as it is.
    pub fn is_identity(&self) -> bool {
        self.factor.iter().all(|f| *f == 1.0) && self.is_linear()
    }

    /// Whether it only multiplies.
    pub fn is_linear(&self) -> bool {
        self.offset.iter().all(|o| *o == 0.0)
    }

    /// The one factor of all channels.
    pub fn uniform(&self) -> Option<f64> {
        let first = *self.factor.first()?;
        self.factor.iter().all(|f| *f == first).then_some(first)
    }

    /// The first channel whose factor or offset is not finite.
    pub fn infinite(&self) -> Option<usize> {
        self.factor.iter().zip(&self.offset).position(|(f, o)| !(f.is_finite() && o.is_finite()))
    }
}

/// `max(low, min(high, factor * x + offset))`, for each output: what any chain of affine maps,
/// ReLUs, clips, minima and maxima is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clamped {
    /// Before the clamp.
    pub affine: Affine,
    /// Lower bounds.
    pub low: Vec<f64>,
    /// Upper bounds.
    pub high: Vec<f64>,
}

impl Clamped {
    /// Leaves everything as it is.
    pub fn identity(outputs: usize) -> Clamped {
        let bound = |b| vec![b; outputs];
        Clamped { affine: Affine::identity(outputs), low: bound(f64::NEG_INFINITY), high: bound(f64::INFINITY) }
    }

    /// This, and an affine map of the result. A negative factor turns the bounds round; a factor of
    /// 0 leaves none.
    pub fn then(&self, next: &Affine) -> Clamped {
        let mut after = Clamped { affine: self.affine.then(next), ..self.clone() };
        for (i, (&factor, &offset)) in next.factor.iter().zip(&next.offset).enumerate() {
            // 0 times infinity is no number.
            let moved = |bound: f64| if factor == 0.0 { offset } else { bound * factor + offset };
            let (low, high) = (moved(self.low[i]), moved(self.high[i]));
            (after.low[i], after.high[i]) = if factor < 0.0 { (high, low) } else { (low, high) };
        }
        after
    }

    /// This, and not below `bound`.
    pub fn at_least(&self, bound: &[f64]) -> Clamped {
        self.bounded(f64::max, bound)
    }

    /// This, and not above `bound`.
    pub fn at_most(&self, bound: &[f64]) -> Clamped {
        self.bounded(f64::min, bound)
    }

    fn bounded(&self, pick: impl Fn(f64, f64) -> f64, bound: &[f64]) -> Clamped {
        let both = |v: &[f64]| v.iter().zip(bound).map(|(v, b)| pick(*v, *b)).collect();
        Clamped { affine: self.affine.clone(), low: both(&self.low), high: both(&self.high) }
    }

    /// Whether nothing is clamped.
    pub fn is_free(&self) -> bool {
        self.low.iter().all(|b| *b == f64::NEG_INFINITY) && self.high.iter().all(|b| *b == f64::INFINITY)
    }

    /// The upper bound of the ReLU that it is, behind its affine map: nothing of that if nothing is
    /// clamped, and nothing at all if it is another clamp.
    pub fn relu(&self) -> Option<Option<f32>> {
        let max = self.high[0];
        let clips = self.low.iter().all(|low| *low == 0.0) && self.high.iter().all(|high| *high == max) && max > 0.0;
        if self.is_free() { Some(None) } else { clips.then_some(Some(max as f32)) }
    }

    /// The least lower and the largest upper bound.
    pub fn range(&self) -> (f64, f64) {
        let low = self.low.iter().copied().fold(f64::INFINITY, f64::min);
        (low, self.high.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    }

    /// As a score from 0 to 1 times a positive factor for each output: the affine map in front of
    /// the clamp, and the factors.
    pub fn score(&self) -> Option<(Affine, Vec<f64>)> {
        // Bounds that were multiplied and divided again, as in relu6(6 z) / 6, are 1 but for a
        // rounding.
        const NEAR: f64 = 1e-6;
        let within = |(&low, &high): (&f64, &f64)| low.abs() <= NEAR && high > NEAR && high.is_finite();
        self.low.iter().zip(&self.high).all(within).then(|| {
            let factors: Vec<f64> =
                self.high.iter().map(|&high| if (high - 1.0).abs() <= NEAR { 1.0 } else { high }).collect();
            let inverse = Affine::scale(factors.iter().map(|f| 1.0 / f).collect());
            (self.affine.then(&inverse), factors)
        })
    }
}

/// A fully connected layer between two affine maps, which fold into its weights: `weights` are
/// `[output][input]`.
pub(crate) fn folded(weights: &[f32], bias: &[f32], front: &Affine, behind: &Affine) -> (Vec<f32>, Vec<f32>) {
    let inputs = front.factor.len();
    if front.is_identity() && behind.is_identity() {
        return (weights.to_vec(), bias.to_vec());
    }
    let mut folded = Vec::with_capacity(weights.len());
    let mut biases = Vec::with_capacity(bias.len());
    for (o, row) in weights.chunks_exact(inputs.max(1)).enumerate() {
        let (factor, offset) = (behind.factor[o], behind.offset[o]);
        let shift: f64 = row.iter().zip(&front.offset).map(|(w, p)| f64::from(*w) * p).sum();
        folded.extend(row.iter().zip(&front.factor).map(|(w, f)| (f64::from(*w) * f * factor) as f32));
        biases.push(((f64::from(bias[o]) + shift) * factor + offset) as f32);
    }
    (folded, biases)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(c: &Clamped, x: f64) -> f64 {
        (c.affine.factor[0] * x + c.affine.offset[0]).min(c.high[0]).max(c.low[0])
    }

    #[test]
    fn chains_are_what_they_compute() {
        let one = || Affine { factor: vec![-1.0], offset: vec![1.0] };
        // 1 - relu(1 - relu(x))
        let twice = Clamped::identity(1).at_least(&[0.0]).then(&one()).at_least(&[0.0]).then(&one());
        // (hardtanh(2 x - 1) + 1) / 2
        let tanh = Clamped::identity(1).then(&Affine { factor: vec![2.0], offset: vec![-1.0] });
        let tanh = tanh.at_most(&[1.0]).at_least(&[-1.0]).then(&Affine { factor: vec![0.5], offset: vec![0.5] });
        for x in [-3.0, -0.1, 0.0, 0.4, 1.0, 7.0] {
            assert_eq!(run(&twice, x), x.clamp(0.0, 1.0));
            assert!((run(&tanh, x) - x.clamp(0.0, 1.0)).abs() < 1e-12);
        }
        assert_eq!(twice.score(), Some((Affine::identity(1), vec![1.0])));
        assert!(Clamped::identity(1).at_least(&[0.0]).score().is_none());
    }

    #[test]
    fn a_score_up_to_six_is_one_up_to_one_times_six() {
        let (affine, factors) = Clamped::identity(1).at_least(&[0.0]).at_most(&[6.0]).score().expect("a score");
        assert_eq!((affine, factors), (Affine::scale(vec![1.0 / 6.0]), vec![6.0]));
    }
}
