//! Computes a residual block in floats.

use crate::float::{Overflow, Run, finite};
use crate::model::Block;
use crate::operators::convolution::float::{convolve, relu};
use crate::operators::gate::float::scores;

/// Computes the block's output for the map `input`.
///
/// # Errors
/// Returns the first [`Overflow`].
pub(crate) fn run(b: &Block, run: &mut Run, input: Vec<f32>) -> Result<Vec<f32>, Overflow> {
    let lscore = match &b.lnet {
        Some(gate) => scores(gate, run, &input)?[0],
        None => 1.0,
    };
    let branch = (lscore > 0.0).then(|| branch(b, run, lscore, &input)).transpose()?;
    let mut sum = match &b.shortcut {
        Some(c) => {
            let y = convolve(c, &mut run.found, &input, [c.input.channels, c.output.channels])?;
            run.found.maps.push((c.name.clone(), y.clone()));
            y
        }
        None => input,
    };
    if let (Some(branch), Some(last)) = (branch, b.convs.last()) {
        sum.iter_mut().zip(branch).for_each(|(s, r)| *s += r);
        finite(&last.conv.name, &sum)?;
        run.found.maps.push((last.conv.name.clone(), sum.clone()));
    }
    relu(&mut sum, b.relu.then_some(f32::INFINITY));
    Ok(sum)
}

/// Computes the map that a branch adds to the shortcut, if the branch is not skipped.
fn branch(b: &Block, run: &mut Run, lscore: f32, input: &[f32]) -> Result<Vec<f32>, Overflow> {
    let mut x = input.to_vec();
    let mut live_in = b.convs.first().map_or(0, |g| g.conv.input.channels);
    for (i, g) in b.convs.iter().enumerate() {
        let is_last = i + 1 == b.convs.len();
        let mut scores = match &g.gate {
            Some(gate) => scores(gate, run, &x)?,
            None => vec![1.0; g.conv.output.channels],
        };
        let live = scores.iter().filter(|&&s| s > 0.0).count();
        if is_last {
            scores.iter_mut().for_each(|s| *s *= lscore);
        }
        x = convolve(&g.conv, &mut run.found, &x, [live_in, live])?;
        for (plane, &s) in x.chunks_exact_mut(g.conv.output.pixels()).zip(&scores) {
            // This assigns 0 instead of multiplying, because the channel is not computed, and a
            // product could be -0.
            plane.iter_mut().for_each(|v| *v = if s > 0.0 { *v * s } else { 0.0 });
        }
        if !is_last {
            run.found.maps.push((g.conv.name.clone(), x.clone()));
            relu(&mut x, g.conv.relu);
        }
        live_in = live;
    }
    Ok(x)
}
