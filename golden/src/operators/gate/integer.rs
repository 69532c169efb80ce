//! Computes gates and the classifier in integers.

use crate::integer::{Map, Run, narrow};
use lcsim_spec::number::SCORE_SHIFT;
use lcsim_spec::{Decision, Fc, Gate, GateDecision, Head, Score, given};

/// Computes the scores of a gate that reads the map `x`.
pub(crate) fn scores(gate: &Gate, run: &mut Run, x: &Map) -> Vec<Score> {
    let outputs = match &gate.head {
        Head::OneLayer(fc) => Some((fc, accumulators(fc, x))),
        Head::TwoLayers(layers) => {
            let [first, second] = &**layers;
            let hidden = accumulators(first, x).into_iter().enumerate();
            let hidden = hidden.map(|(o, t)| i32::from(score(t, first, o, Score::ZERO).to_bits()));
            Some((second, connected(second, &rounded(hidden, second.pool_shift))))
        }
        Head::Absent { .. } => None,
    };
    let scores: Vec<Score> = match (gate.decision, outputs) {
        (Decision::ClampScale { threshold }, Some((fc, t))) => {
            t.iter().enumerate().map(|(o, &t)| score(t, fc, o, threshold)).collect()
        }
        (Decision::Step { .. }, Some((_, t))) => {
            t.iter().map(|&t| if t > 0 { Score::ONE } else { Score::ZERO }).collect()
        }
        _ => given::scores(run.given, gate.name()).to_vec(),
    };
    run.trace.gates.push(GateDecision { gate: gate.name().into(), scores: scores.clone() });
    scores
}

/// Computes the outputs of `f` from the pooled map `x`. The outputs of the classifier are the
/// logits.
pub(crate) fn accumulators(f: &Fc, x: &Map) -> Vec<i32> {
    connected(f, &pooled(x, f.pool_shift))
}

/// Computes the outputs of `f` from its inputs.
fn connected(f: &Fc, x: &[i32]) -> Vec<i32> {
    let rows = f.weights.chunks_exact(f.inputs);
    rows.zip(&f.bias).map(|(w, &b)| b + w.iter().zip(x).map(|(&w, &x)| i32::from(w) * x).sum::<i32>()).collect()
}

/// Adds up each channel as its readers see it, and rounds the sum to 15 bits.
fn pooled(x: &Map, shift: u8) -> Vec<i32> {
    let values = x.read();
    let sums = values.chunks_exact(x.shape.pixels()).map(|c| c.iter().map(|&v| i32::from(v)).sum::<i32>());
    rounded(sums, shift)
}

/// Shifts right and rounds.
fn rounded(numbers: impl Iterator<Item = i32>, shift: u8) -> Vec<i32> {
    numbers.map(|number| (number + (1 << shift >> 1)) >> shift).collect()
}

/// Computes the score from the accumulator of a gate's output.
fn score(t: i32, gate: &Fc, output: usize, threshold: Score) -> Score {
    let product = narrow(t, gate.shift[output]) * i32::from(gate.multiplier[output]);
    let scaled = (product + (1 << (SCORE_SHIFT - 1))) >> SCORE_SHIFT;
    let score = Score::from_bits(scaled.clamp(0, i32::from(Score::ONE.to_bits())) as u16);
    if score < threshold { Score::ZERO } else { score }
}
