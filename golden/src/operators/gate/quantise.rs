//! Quantises gates and the classifier.

use crate::Error;
use crate::model::{Fc, Gate};
use crate::quantize::{Quantizer, Stream, multiplier, to_bias, to_i8, weight_scales};
use lcsim_spec as quant;
use lcsim_spec::number::{
    ACC_BOUND, MULTIPLIER_END, POOL_SHIFT_MAX, POOLED_BITS, SCORE_FRAC, SCORE_SHIFT, STEP_MULTIPLIER,
};
use lcsim_spec::operators::gate::pooled_max;
use lcsim_spec::require::layer;
use lcsim_spec::{Decision, Head};

/// Quantises a gate that reads the map `x`.
///
/// # Errors
/// [`Error::Invalid`] if no multiplier reaches the step of its scores.
pub(crate) fn gate(gate: &Gate, q: &Quantizer, x: Stream) -> Result<quant::Gate, Error> {
    let f = match &gate.head {
        Head::OneLayer(f) => f,
        Head::Absent { name, outputs } => {
            let head = Head::Absent { name: name.clone(), outputs: *outputs };
            return Ok(quant::Gate { head, decision: gate.decision });
        }
    };
    if let Decision::Step { at_zero } = gate.decision {
        return Ok(step(f, at_zero, q, x));
    }
    let (mut scaled, pooled_scale) = fc(f, x);
    let means = q.means(&f.name).unwrap_or_else(|| vec![0.0; f.inputs]);
    // The largest step of a score that a multiplier reaches. Weights of up to twice the resulting
    // range saturate.
    let unit = f64::from(1u32 << SCORE_FRAC);
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
        let step = if w_scale > 0.0 { w_scale * pooled_scale } else { (-f64::from(SCORE_FRAC)).exp2() };
        let (m, shift) = multiplier(step * unit, SCORE_SHIFT).unwrap_or((MULTIPLIER_END as u16 - 1, 0));
        let rounded: Vec<i8> = row.iter().map(|&w| to_i8(f64::from(w), w_scale)).collect();
        let lost = row.iter().zip(&rounded).map(|(&w, &q)| f64::from(w) - f64::from(q) * w_scale);
        let lost: f64 = lost.zip(&means).map(|(w, mean)| w * mean).sum();
        scaled.bias.push(to_bias(f64::from(f.bias[scaled.bias.len()]) + lost, step));
        scaled.weights.extend(rounded);
        scaled.multiplier.push(m);
        scaled.shift.push(shift);
    }
    Ok(quant::Gate { head: Head::OneLayer(scaled), decision: gate.decision })
}

/// Quantises the layer of a gate that decides by a step. Only the sign of its outputs counts.
fn step(f: &Fc, at_zero: bool, q: &Quantizer, x: Stream) -> quant::Gate {
    let (mut scaled, pooled_scale) = fc(f, x);
    let means = q.means(&f.name).unwrap_or_else(|| vec![0.0; f.inputs]);
    for ((row, w_scale), bias) in
        f.weights.chunks_exact(f.inputs).zip(weight_scales(&f.weights, f.outputs)).zip(&f.bias)
    {
        let step = if w_scale > 0.0 { w_scale * pooled_scale } else { (-f64::from(SCORE_FRAC)).exp2() };
        let rounded: Vec<i8> = row.iter().map(|&w| to_i8(f64::from(w), w_scale)).collect();
        let lost = row.iter().zip(&rounded).map(|(&w, &q)| f64::from(w) - f64::from(q) * w_scale);
        let lost: f64 = lost.zip(&means).map(|(w, mean)| w * mean).sum();
        // Integers from 0 on are those above -1.
        scaled.bias.push(to_bias(f64::from(*bias) + lost, step) + i32::from(at_zero));
        scaled.weights.extend(rounded);
        scaled.multiplier.push(STEP_MULTIPLIER);
        scaled.shift.push(0);
    }
    quant::Gate { head: Head::OneLayer(scaled), decision: Decision::Step { at_zero: false } }
}

/// Quantises the classifier `f`, which reads the map `x`. Also returns the real value of one step
/// of a logit.
///
/// # Errors
/// [`Error::Invalid`] if it has no weight.
pub(crate) fn classifier(f: &Fc, q: &Quantizer, x: Stream) -> Result<(quant::Fc, f64), Error> {
    let (mut scaled, pooled_scale) = fc(f, x);
    let w_scale = weight_scales(&f.weights, 1).fold(0.0, f64::max);
    if w_scale <= 0.0 {
        return Err(q.bad(layer(&f.name), "a weight other than 0", "none"));
    }
    scaled.weights = f.weights.iter().map(|&w| to_i8(f64::from(w), w_scale)).collect();
    scaled.bias = f.bias.iter().map(|&b| to_bias(f64::from(b), w_scale * pooled_scale)).collect();
    Ok((scaled, w_scale * pooled_scale))
}

/// Makes the quantised form of `f` without numbers. Also returns the real value of one step of its
/// pooled inputs.
fn fc(f: &Fc, x: Stream) -> (quant::Fc, f64) {
    let pixels = x.shape.pixels();
    // Weights of any size up to 127 must leave half of the accumulator's range for the bias.
    let fits = |s: &u8| {
        let max = pooled_max(pixels, *s);
        max < 1 << POOLED_BITS && max * 127 * (f.inputs as i64) < ACC_BOUND / 2
    };
    let pool_shift = (0..=POOL_SHIFT_MAX).find(fits).unwrap_or(POOL_SHIFT_MAX);
    let (name, weights, bias, multiplier, shift) = (f.name.clone(), vec![], vec![], vec![], vec![]);
    let q = quant::Fc { name, inputs: f.inputs, outputs: f.outputs, weights, bias, multiplier, shift, pool_shift };
    (q, x.scale * f64::from(pool_shift).exp2() / pixels as f64)
}
