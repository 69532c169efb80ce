//! Computes a residual block in integers.

use crate::integer::{Map, Mode, Run};
use crate::operators::convolution::integer::{Keep, Target, convolve, layer};
use crate::operators::gate::integer::scores;
use lcsim_spec::{Block, Gate, Score};

/// Computes the block's output for the map `stream`.
pub(crate) fn run(b: &Block, run: &mut Run, stream: Map) -> Map {
    let lscore = b.lnet.as_ref().map_or(Score::ONE, |g| scores(g, run, &stream)[0]);
    let skipped = lscore == Score::ZERO && run.mode == Mode::Gated;
    let last = b.convs.len() - 1;
    let mut branch: Option<Map> = None;
    let mut live_in: Vec<usize> = (0..stream.shape.channels).collect();
    if !skipped {
        for g in &b.convs[..last] {
            let input = branch.as_ref().unwrap_or(&stream);
            let keep = keep(g.gate.as_ref(), run, input, g.conv.output.channels);
            branch = Some(convolve(&g.conv, run, input, &live_in, &keep, &Target::zeros(g.conv.output)));
            live_in = keep.live;
        }
    }
    let target = match &b.shortcut {
        Some(s) => {
            let raw = layer(s, run, &stream).stored;
            Target { base: raw.clone(), unchanged: raw }
        }
        None => Target { base: stream.read(), unchanged: stream.stored.clone() },
    };
    if skipped {
        return Map { shape: b.convs[last].conv.output, relu: b.relu, stored: target.unchanged };
    }
    let g = &b.convs[last];
    let input = branch.as_ref().unwrap_or(&stream);
    let keep = Keep { lscore, ..keep(g.gate.as_ref(), run, input, g.conv.output.channels) };
    let out = convolve(&g.conv, run, input, &live_in, &keep, &target);
    Map { relu: b.relu, ..out }
}

/// Evaluates the C-Net of a convolution that reads the map `x`. Returns the output channels that
/// the convolution computes.
fn keep(gate: Option<&Gate>, run: &mut Run, x: &Map, channels: usize) -> Keep {
    let mut keep = Keep::all(channels);
    if let Some(gate) = gate {
        keep.scores = scores(gate, run, x);
        if run.mode == Mode::Gated {
            keep.live.retain(|&c| keep.scores[c] > Score::ZERO);
        }
    }
    keep
}
