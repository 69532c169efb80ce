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
        Head::OneLayer(fc) => layer(fc, run, pool(fc, x))?,
        Head::TwoLayers(layers) => {
            let [first, second] = &**layers;
            let mut hidden = layer(first, run, pool(first, x))?;
            hidden.iter_mut().for_each(|h| *h = h.max(0.0));
            layer(second, run, hidden)?
        }
        Head::Absent { .. } => vec![],
    };
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

/// Computes the outputs of a gate's layer, and records its inputs.
///
/// # Errors
/// Fails if an output overflows. A clamp would hide this.
fn layer(fc: &Fc, run: &mut Run, inputs: Vec<f32>) -> Result<Vec<f32>, Overflow> {
    let outputs = connect(fc, &inputs);
    run.found.inputs.push((fc.name.clone(), inputs));
    finite(&fc.name, &outputs)?;
    Ok(outputs)
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
