//! Quantises gates and the classifier.

use crate::Error;
use crate::model::{Fc, Gate};
use crate::quantize::{Quantizer, Stream, multiplier, to_bias, to_i8, weight_scales};
use lcsim_spec as quant;
use lcsim_spec::number::{
    ACC_BOUND, MULTIPLIER_END, POOL_SHIFT_MAX, POOLED_BITS, SCORE_FRAC, SCORE_SHIFT, STEP_MULTIPLIER,
};
use lcsim_spec::operators::gate::Reads;
use lcsim_spec::require::layer;
use lcsim_spec::{Decision, Head};

/// Quantises a gate that reads the map `x`.
///
/// # Errors
/// [`Error::Invalid`] if no multiplier reaches the step of its scores.
pub(crate) fn gate(gate: &Gate, q: &Quantizer, x: Stream) -> Result<quant::Gate, Error> {
    let mut decision = gate.decision;
    let mut last = |f: &Fc, inputs: Inputs| match gate.decision {
        Decision::Step { at_zero } => {
            decision = Decision::Step { at_zero: false };
            Ok(step(f, inputs, at_zero, q))
        }
        Decision::ClampScale { .. } | Decision::Given => scores(f, inputs, 1.0, q),
    };
    let head = match &gate.head {
        Head::OneLayer(f) => Head::OneLayer(last(f, Inputs::of(x))?),
        Head::TwoLayers(layers) => {
            let [first, second] = &**layers;
            // Twice the largest output that the calibration saw, as other images may have a larger
            // one. 15 bits leave enough of them below it.
            let one = Some(2.0 * q.largest(&second.name)).filter(|one| *one > 0.0).unwrap_or(1.0);
            let hidden = scores(first, Inputs::of(x), one, q)?;
            let scale = one / f64::from(1u32 << SCORE_FRAC);
            let inputs = Inputs { reads: Reads::Layer(first.outputs), scale };
            Head::TwoLayers(Box::new([hidden, last(second, inputs)?]))
        }
        Head::Absent { name, outputs } => Head::Absent { name: name.clone(), outputs: *outputs },
    };
    Ok(quant::Gate { head, decision })
}

/// The inputs of a fully connected layer, and their scale.
#[derive(Clone, Copy)]
struct Inputs {
    reads: Reads,
    /// The real value of one step of an input.
    scale: f64,
}

impl Inputs {
    /// The pool sums of the map `x`.
    fn of(x: Stream) -> Self {
        Self { reads: Reads::Map(x.shape), scale: x.scale / x.shape.pixels() as f64 }
    }
}

/// A row of weights as integers.
struct Row {
    weights: Vec<i8>,
    /// The mean effect of their rounding on the output.
    lost: f64,
}

impl Row {
    fn new(row: &[f32], scale: f64, means: &[f64]) -> Self {
        let weights: Vec<i8> = row.iter().map(|&w| to_i8(f64::from(w), scale)).collect();
        let lost = row.iter().zip(&weights).map(|(&w, &q)| f64::from(w) - f64::from(q) * scale);
        Self { lost: lost.zip(means).map(|(w, mean)| w * mean).sum(), weights }
    }
}

/// Quantises a layer whose outputs become scores. The score 1.0 is an output of `one`.
///
/// # Errors
/// [`Error::Invalid`] if no multiplier reaches the step of its scores.
fn scores(f: &Fc, inputs: Inputs, one: f64, q: &Quantizer) -> Result<quant::Fc, Error> {
    let (mut scaled, pooled_scale) = fc(f, inputs);
    let means = q.means(&f.name).unwrap_or_else(|| vec![0.0; f.inputs]);
    // The largest step of a score that a multiplier reaches. Weights of up to twice the resulting
    // range saturate.
    let unit = f64::from(1u32 << SCORE_FRAC) / one;
    let limit = f64::from(MULTIPLIER_END - 1) / f64::from(1u32 << SCORE_SHIFT) / unit;
    for (row, w_scale) in f.weights.chunks_exact(f.inputs).zip(weight_scales(&f.weights, f.outputs)) {
        let most = limit / pooled_scale;
        if w_scale > 2.0 * most {
            let expected = format!("a score step below {:.1} / 2^{SCORE_FRAC}", 2.0 * limit * unit);
            let found = format!("{:.1} / 2^{SCORE_FRAC}", w_scale * pooled_scale * unit);
            return Err(q.bad(layer(&f.name), &expected, &found));
        }
        let w_scale = w_scale.min(most);
        // A constant gate. With a step of 2^-SCORE_FRAC, its bias has the resolution of its score.
        let step = if w_scale > 0.0 { w_scale * pooled_scale } else { 1.0 / unit };
        let (m, shift) = multiplier(step * unit, SCORE_SHIFT).unwrap_or((MULTIPLIER_END as u16 - 1, 0));
        let Row { weights, lost } = Row::new(row, w_scale, &means);
        scaled.bias.push(to_bias(f64::from(f.bias[scaled.bias.len()]) + lost, step));
        scaled.weights.extend(weights);
        scaled.multiplier.push(m);
        scaled.shift.push(shift);
    }
    Ok(scaled)
}

/// Quantises a layer whose outputs decide by a step. Only the sign of its outputs counts.
fn step(f: &Fc, inputs: Inputs, at_zero: bool, q: &Quantizer) -> quant::Fc {
    let (mut scaled, pooled_scale) = fc(f, inputs);
    let means = q.means(&f.name).unwrap_or_else(|| vec![0.0; f.inputs]);
    let rows = f.weights.chunks_exact(f.inputs).zip(weight_scales(&f.weights, f.outputs));
    for ((row, w_scale), bias) in rows.zip(&f.bias) {
        let step = if w_scale > 0.0 { w_scale * pooled_scale } else { (-f64::from(SCORE_FRAC)).exp2() };
        let Row { weights, lost } = Row::new(row, w_scale, &means);
        // Integers from 0 on are those above -1.
        scaled.bias.push(to_bias(f64::from(*bias) + lost, step) + i32::from(at_zero));
        scaled.weights.extend(weights);
        scaled.multiplier.push(STEP_MULTIPLIER);
        scaled.shift.push(0);
    }
    scaled
}

/// Quantises the classifier `f`, which reads the map `x`. Also returns the real value of one step
/// of a logit.
///
/// # Errors
/// [`Error::Invalid`] if it has no weight.
pub(crate) fn classifier(f: &Fc, q: &Quantizer, x: Stream) -> Result<(quant::Fc, f64), Error> {
    let (mut scaled, pooled_scale) = fc(f, Inputs::of(x));
    let w_scale = weight_scales(&f.weights, 1).fold(0.0, f64::max);
    if w_scale <= 0.0 {
        return Err(q.bad(layer(&f.name), "a weight other than 0", "none"));
    }
    scaled.weights = f.weights.iter().map(|&w| to_i8(f64::from(w), w_scale)).collect();
    scaled.bias = f.bias.iter().map(|&b| to_bias(f64::from(b), w_scale * pooled_scale)).collect();
    Ok((scaled, w_scale * pooled_scale))
}

/// Makes the quantised form of `f` without numbers. Also returns the real value of one step of its
/// inputs, after they are shifted.
fn fc(f: &Fc, inputs: Inputs) -> (quant::Fc, f64) {
    // Weights of any size up to 127 must leave half of the accumulator's range for the bias.
    let fits = |s: &u8| {
        let max = inputs.reads.most(*s);
        max < 1 << POOLED_BITS && max * 127 * (f.inputs as i64) < ACC_BOUND / 2
    };
    let pool_shift = (0..=POOL_SHIFT_MAX).find(fits).unwrap_or(POOL_SHIFT_MAX);
    let (name, weights, bias, multiplier, shift) = (f.name.clone(), vec![], vec![], vec![], vec![]);
    let q = quant::Fc { name, inputs: f.inputs, outputs: f.outputs, weights, bias, multiplier, shift, pool_shift };
    (q, inputs.scale * f64::from(pool_shift).exp2())
}
