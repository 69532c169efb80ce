//! Quantises a residual block.

use crate::Error;
use crate::model::{Block, Conv};
use crate::operators::convolution::quantise::conv;
use crate::operators::gate::quantise::gate;
use crate::quantize::{Quantizer, Stream};
use lcsim_spec as quant;
use lcsim_spec::require::block;

/// Quantises the block that reads the map `input`. Returns it with its output map. `followers` are
/// the convolutions of later layers that update this map in place.
///
/// # Errors
/// The errors of its gates, and [`Error::Invalid`] if it has no convolution.
pub(crate) fn quantise(
    b: &Block,
    followers: &[&Conv],
    q: &Quantizer,
    input: Stream,
) -> Result<(quant::Block, Stream), Error> {
    let (mut x, mut convs) = (input, Vec::new());
    let (last, early) = b.convs.split_last().ok_or_else(|| q.bad(block(&b.name), "a convolution", "none"))?;
    let lnet = b.lnet.as_ref().map(|g| gate(g, q, input)).transpose()?;
    for g in early {
        let gate = g.gate.as_ref().map(|g| gate(g, q, x)).transpose()?;
        let out = q.scale_of([&g.conv]);
        convs.push(quant::GatedConv { conv: conv(&g.conv, x.scale, out), gate });
        x = Stream { shape: g.conv.output, scale: out };
    }
    let out = match &b.shortcut {
        Some(s) => q.scale_of([s, &last.conv].into_iter().chain(followers.iter().copied())),
        None => input.scale,
    };
    let gate = last.gate.as_ref().map(|g| gate(g, q, x)).transpose()?;
    convs.push(quant::GatedConv { conv: conv(&last.conv, x.scale, out), gate });
    let shortcut = b.shortcut.as_ref().map(|s| conv(s, input.scale, out));
    let block = quant::Block { name: b.name.clone(), lnet, convs, shortcut, relu: b.relu };
    Ok((block, Stream { shape: last.conv.output, scale: out }))
}

/// The maps of the block, with the upper bound of the ReLU that readers of each map apply.
pub(crate) fn relus(b: &Block) -> Vec<(&str, Option<f32>)> {
    let last = b.convs.len() - 1;
    let branch = b.convs.iter().enumerate();
    let sum = b.relu.then_some(f32::INFINITY);
    let branch = branch.map(|(i, g)| (g.conv.name.as_str(), if i == last { sum } else { g.conv.relu }));
    branch.chain(b.shortcut.iter().map(|s| (s.name.as_str(), None))).collect()
}
