//! Computes gates and the classifier in floats.

use crate::float::{Overflow, Run, finite};
use crate::model::{Fc, Gate};
use lcsim_spec::{Decision, Head, given};

/// Computes the scores of a gate that reads the map `x`.
///
/// # Errors
/// Returns its first [`Overflow`].
pub(crate) fn scores(gate: &Gate, run: &mut Run, x: &[f32]) -> Result<Vec<f32>, Overflow> {
    let mut scores = match &gate.head {
        Head::OneLayer(fc) => {
            let pooled = pool(fc, x);
            let outputs = connect(fc, &pooled);
            run.found.pooled.push(pooled);
            outputs
        }
        Head::Absent { .. } => {
            run.found.pooled.push(vec![]);
            vec![]
        }
    };
    // This check comes before the clamp, which would hide an infinity.
    finite(gate.name(), &scores)?;
    match gate.decision {
        // A float network has no threshold. Quantised ones get theirs later.
        Decision::ClampScale { .. } => scores.iter_mut().for_each(|s| *s = s.clamp(0.0, 1.0)),
        Decision::Step { at_zero } => {
            let open = |s: f32| s > 0.0 || (at_zero && s == 0.0);
            scores.iter_mut().for_each(|s| *s = if open(*s) { 1.0 } else { 0.0 });
        }
        Decision::Given => scores = given::scores(run.given, gate.name()).iter().map(|s| s.to_num()).collect(),
    }
    run.found.scores.push((gate.name().into(), scores.clone()));
    Ok(scores)
}

/// Averages each channel of the map `x` that `fc` reads.
pub(crate) fn pool(fc: &Fc, x: &[f32]) -> Vec<f32> {
    let pixels = x.len() / fc.inputs;
    x.chunks_exact(pixels).map(|plane| plane.iter().sum::<f32>() / pixels as f32).collect()
}

/// Computes the outputs of `fc` from pooled channels.
pub(crate) fn connect(fc: &Fc, x: &[f32]) -> Vec<f32> {
    let rows = fc.weights.chunks_exact(fc.inputs).zip(&fc.bias);
    rows.map(|(row, bias)| bias + row.iter().zip(x).map(|(w, x)| w * x).sum::<f32>()).collect()
}
