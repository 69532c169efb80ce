//! Affine maps of channels, clamps and steps. They are what elementwise operators do to a vector.

use lcsim_spec::{Decision, Score};

/// `factor * x + offset`, for each channel.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Affine {
    /// One factor for each channel.
    pub factor: Vec<f64>,
    /// One offset for each channel.
    pub offset: Vec<f64>,
}

impl Affine {
    /// The map that changes nothing.
    pub fn identity(channels: usize) -> Affine {
        Affine { factor: vec![1.0; channels], offset: vec![0.0; channels] }
    }

    /// The map that only multiplies.
    pub fn scale(factor: Vec<f64>) -> Affine {
        Affine { offset: vec![0.0; factor.len()], factor }
    }

    /// The map that only adds.
    pub fn shift(offset: Vec<f64>) -> Affine {
        Affine { factor: vec![1.0; offset.len()], offset }
    }

    /// Applies `next` to the result of this map.
    pub fn then(&self, next: &Affine) -> Affine {
        let factor = self.factor.iter().zip(&next.factor).map(|(a, b)| a * b).collect();
        let offset = self.offset.iter().zip(next.factor.iter().zip(&next.offset)).map(|(o, (f, p))| o * f + p);
        Affine { offset: offset.collect(), factor }
    }

    /// Whether it changes nothing.
    pub fn is_identity(&self) -> bool {
        self.factor.iter().all(|f| *f == 1.0) && self.is_linear()
    }

    /// Whether it only multiplies.
    pub fn is_linear(&self) -> bool {
        self.offset.iter().all(|o| *o == 0.0)
    }

    /// The factor, if all channels have the same one.
    pub fn uniform(&self) -> Option<f64> {
        let first = *self.factor.first()?;
        self.factor.iter().all(|f| *f == first).then_some(first)
    }

    /// The first channel whose factor or offset is not finite.
    pub fn infinite(&self) -> Option<usize> {
        self.factor.iter().zip(&self.offset).position(|(f, o)| !(f.is_finite() && o.is_finite()))
    }
}

/// `max(low, min(high, factor * x + offset))`, for each output. Any chain of affine maps, ReLUs,
/// clips, minima and maxima has this form. With a step it is `high` where `factor * x + offset` is
/// above 0, and `low` elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Clamped {
    /// The affine map before the clamp.
    pub affine: Affine,
    /// Lower bounds.
    pub low: Vec<f64>,
    /// Upper bounds.
    pub high: Vec<f64>,
    /// For a step: whether 0 counts as above 0.
    pub step: Option<Vec<bool>>,
}

impl Clamped {
    /// The clamp that changes nothing.
    pub fn identity(outputs: usize) -> Clamped {
        let bound = |b| vec![b; outputs];
        Clamped {
            affine: Affine::identity(outputs),
            low: bound(f64::NEG_INFINITY),
            high: bound(f64::INFINITY),
            step: None,
        }
    }

    /// Applies an affine map to the result. A negative factor exchanges the bounds; a factor of 0
    /// removes them.
    pub fn then(&self, next: &Affine) -> Clamped {
        let affine = if self.step.is_some() { self.affine.clone() } else { self.affine.then(next) };
        let mut after = Clamped { affine, ..self.clone() };
        for (i, (&factor, &offset)) in next.factor.iter().zip(&next.offset).enumerate() {
            // 0 times infinity would not be a number.
            let moved = |bound: f64| if factor == 0.0 { offset } else { bound * factor + offset };
            let (low, high) = (moved(self.low[i]), moved(self.high[i]));
            (after.low[i], after.high[i]) = if factor < 0.0 { (high, low) } else { (low, high) };
            if let (Some(step), true) = (&mut after.step, factor < 0.0) {
                (after.affine.factor[i], after.affine.offset[i]) = (-after.affine.factor[i], -after.affine.offset[i]);
                step[i] = !step[i];
            }
        }
        after
    }

    /// 1 where the result is above `bound`, and 0 elsewhere. `at_bound` says whether the bound
    /// itself counts as above. Returns `None` if the result is always on one side.
    pub fn above(&self, bound: &[f64], at_bound: bool) -> Option<Clamped> {
        // A bound below the lowest value, or at the highest one, tells nothing apart.
        let tells = |((low, high), bound): ((&f64, &f64), &f64)| match at_bound {
            true => low < bound && bound <= high,
            false => low <= bound && bound < high,
        };
        let outputs = bound.len();
        let (low, high) = (vec![0.0; outputs], vec![1.0; outputs]);
        let step = self.step.clone().unwrap_or_else(|| vec![at_bound; outputs]);
        let affine = match self.step {
            Some(_) => self.affine.clone(),
            None => self.affine.then(&Affine::shift(bound.iter().map(|bound| -bound).collect())),
        };
        let all = self.low.iter().zip(&self.high).zip(bound).all(tells);
        all.then_some(Clamped { affine, low, high, step: Some(step) })
    }

    /// Clamps the result to at least `bound`.
    pub fn at_least(&self, bound: &[f64]) -> Clamped {
        self.bounded(f64::max, bound)
    }

    /// Clamps the result to at most `bound`.
    pub fn at_most(&self, bound: &[f64]) -> Clamped {
        self.bounded(f64::min, bound)
    }

    fn bounded(&self, pick: impl Fn(f64, f64) -> f64, bound: &[f64]) -> Clamped {
        let both = |v: &[f64]| v.iter().zip(bound).map(|(v, b)| pick(*v, *b)).collect();
        Clamped { low: both(&self.low), high: both(&self.high), ..self.clone() }
    }

    /// Whether nothing is clamped.
    pub fn is_free(&self) -> bool {
        self.low.iter().all(|b| *b == f64::NEG_INFINITY) && self.high.iter().all(|b| *b == f64::INFINITY)
    }

    /// Describes the clamp as an affine map with or without a ReLU. The outer `None` stands for
    /// another kind of clamp, the inner one for no ReLU. The value is the upper bound of the ReLU.
    pub fn relu(&self) -> Option<Option<f32>> {
        let max = self.high[0];
        let clips = self.low.iter().all(|low| *low == 0.0) && self.high.iter().all(|high| *high == max) && max > 0.0;
        if self.is_free() { Some(None) } else { (clips && self.step.is_none()).then_some(Some(max as f32)) }
    }

    /// The smallest lower bound and the largest upper bound.
    pub fn range(&self) -> (f64, f64) {
        let low = self.low.iter().copied().fold(f64::INFINITY, f64::min);
        (low, self.high.iter().copied().fold(f64::NEG_INFINITY, f64::max))
    }

    /// Describes the clamp as a score from 0 to 1, times a positive factor for each output.
    pub fn score(&self) -> Option<Scored> {
        // If bounds were multiplied and divided again, as in relu6(6 z) / 6, they can differ from 1
        // by a rounding error.
        const NEAR: f64 = 1e-6;
        let within = |(&low, &high): (&f64, &f64)| low.abs() <= NEAR && high > NEAR && high.is_finite();
        let scaled = self.low.iter().zip(&self.high).all(within);
        let factors: Vec<f64> =
            self.high.iter().map(|&high| if (high - 1.0).abs() <= NEAR { 1.0 } else { high }).collect();
        let decision = match &self.step {
            None => Decision::ClampScale { threshold: Score::ZERO },
            Some(step) => {
                let at_zero = *step.first()?;
                step.iter().all(|s| *s == at_zero).then_some(Decision::Step { at_zero })?
            }
        };
        scaled.then(|| {
            let inverse = Affine::scale(factors.iter().map(|f| 1.0 / f).collect());
            let behind = if self.step.is_some() { self.affine.clone() } else { self.affine.then(&inverse) };
            Scored { behind, factors, decision }
        })
    }
}

/// A score, times a factor for each output.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scored {
    /// The affine map before the decision.
    pub behind: Affine,
    pub factors: Vec<f64>,
    pub decision: Decision,
}

/// Folds two affine maps into the weights of the fully connected layer between them. `weights` are
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
        let decision = Decision::ClampScale { threshold: Score::ZERO };
        assert_eq!(twice.score(), Some(Scored { behind: Affine::identity(1), factors: vec![1.0], decision }));
        assert!(Clamped::identity(1).at_least(&[0.0]).score().is_none());
    }

    #[test]
    fn a_score_up_to_six_is_one_up_to_one_times_six() {
        let score = Clamped::identity(1).at_least(&[0.0]).at_most(&[6.0]).score().expect("a score");
        assert_eq!((score.behind, score.factors), (Affine::scale(vec![1.0 / 6.0]), vec![6.0]));
    }

    #[test]
    fn steps_are_what_they_compute() {
        let negated = Affine { factor: vec![-1.0], offset: vec![1.0] };
        // x > 2, as relu(x) > 2 and as 1 - (x <= 2)
        let above = Clamped::identity(1).at_least(&[0.0]).above(&[2.0], false).expect("on both sides");
        let not = Clamped::identity(1).then(&Affine::scale(vec![-1.0])).above(&[-2.0], true).expect("on both sides");
        let twice = not.then(&negated);
        assert_eq!(above.score(), twice.score());
        let score = above.score().expect("a score");
        assert_eq!(score.decision, Decision::Step { at_zero: false });
        assert_eq!((score.behind.factor[0], score.behind.offset[0]), (1.0, -2.0));
        assert_eq!(not.score().expect("a score").decision, Decision::Step { at_zero: true });
        assert_eq!(above.above(&[0.5], false), Some(above.clone()), "a step of a step");
        assert!(above.relu().is_none() && !above.is_free());
        // These are always 1, or never.
        let clamped = Clamped::identity(1).at_least(&[0.0]).at_most(&[1.0]);
        assert!(clamped.above(&[1.0], false).is_none() && clamped.above(&[0.0], true).is_none());
        assert!(clamped.above(&[0.0], false).is_some() && clamped.above(&[1.0], true).is_some());
    }
}
