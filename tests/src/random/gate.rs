//! Random gates: of one layer and of two, that clamp, that decide by a step, and that take scores
//! which come with the image.

use super::rng::Rng;
use lcsim_spec::number::{POOLED_BITS, STEP_MULTIPLIER};
use lcsim_spec::operators::gate::pooled_max;
use lcsim_spec::{Block, Decision, Fc, Gate, GateDecision, Head, Layer, QuantNetwork, Score, Shape};
use std::collections::BTreeSet;

/// How open a block's gates are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// All scores are 0.
    Closed,
    /// Scores on both sides of 0.
    Mixed,
    /// All scores are 1.
    Open,
}

pub(super) fn gate(rng: &mut Rng, name: &str, map: Shape, outputs: usize, openness: Openness) -> Gate {
    let pool_shift = (0..16).find(|s| pooled_max(map.pixels(), *s) < 1 << POOLED_BITS).unwrap_or(15);
    let spread = 64 * pooled_max(map.pixels(), pool_shift) * map.channels as i64 / 4;
    let bias = |rng: &mut Rng| match openness {
        Openness::Closed => -(1 << 29),
        Openness::Open => 1 << 29,
        Openness::Mixed => rng.range(-spread, spread) as i32,
    };
    let fc = Fc {
        name: name.into(),
        inputs: map.channels,
        outputs,
        weights: (0..outputs * map.channels).map(|_| rng.int8()).collect(),
        bias: (0..outputs).map(|_| bias(rng)).collect(),
        multiplier: (0..outputs).map(|_| rng.range(1 << 14, (1 << 15) - 1) as u16).collect(),
        shift: (0..outputs).map(|_| ((spread as f64).log2() as u8).saturating_sub(11)).collect(),
        pool_shift,
    };
    let threshold = Score::from_bits(rng.pick(&[0, 0, 1, 1 << 13, 1 << 15]));
    match rng.once_in(3) {
        true => step(fc),
        false => Gate::clamp_scale(fc, threshold),
    }
}

/// Gives some gates of a block that reads a map of shape `input` a second layer.
pub(super) fn deepen(rng: &mut Rng, block: &mut Block, input: Shape) {
    let maps = block.convs.iter().map(|g| g.conv.input).collect::<Vec<_>>();
    let cnets = block.convs.iter_mut().zip(maps).map(|(g, map)| (&mut g.gate, map));
    for (gate, map) in std::iter::once((&mut block.lnet, input)).chain(cnets) {
        if rng.once_in(2) {
            *gate = gate.take().map(|gate| deepened(rng, gate, map));
        }
    }
}

/// Puts a layer in front of the one of `gate`, which reads a map of shape `map`.
fn deepened(rng: &mut Rng, gate: Gate, map: Shape) -> Gate {
    let Head::OneLayer(last) = gate.head else { return gate };
    let hidden = rng.range(1, 9) as usize;
    let fc = self::gate(rng, &format!("{}.first", last.name), map, hidden, Openness::Mixed).head;
    let Head::OneLayer(mut first) = fc else { unreachable!("it makes gates of one layer") };
    first.multiplier = (0..hidden).map(|_| rng.range(1 << 14, (1 << 15) - 1) as u16).collect();
    let shift = first.shift[0].max(3);
    first.shift = vec![shift; hidden];
    let pool_shift = rng.range(1, 6) as u8;
    let spread = 64 * (1 << (15 - pool_shift)) * hidden as i64 / 4;
    let bias =
        |rng: &mut Rng, before: i32| if before.abs() == 1 << 29 { before } else { rng.range(-spread, spread) as i32 };
    let last = Fc {
        inputs: hidden,
        weights: (0..last.outputs * hidden).map(|_| rng.int8()).collect(),
        bias: last.bias.iter().map(|before| bias(rng, *before)).collect(),
        pool_shift,
        ..last
    };
    Gate { head: Head::TwoLayers(Box::new([first, last])), ..gate }
}

/// A gate of this layer that decides by a step.
fn step(fc: Fc) -> Gate {
    let (multiplier, shift) = (vec![STEP_MULTIPLIER; fc.outputs], vec![0; fc.outputs]);
    Gate { head: Head::OneLayer(Fc { multiplier, shift, ..fc }), decision: Decision::Step { at_zero: false } }
}

/// Makes some gates of `net` take scores that come with the image, also where there was no gate.
/// Returns such scores.
pub fn given(net: &mut QuantNetwork, seed: u64) -> Vec<GateDecision> {
    let mut rng = Rng::new(seed);
    let mut wanted = BTreeSet::new();
    for layer in &net.layers {
        let Layer::Block(b) = layer else { continue };
        if rng.once_in(2) {
            wanted.insert(b.name.clone());
        }
        for (i, g) in b.convs.iter().enumerate() {
            // A depthwise convolution has an entry for each channel.
            let depthwise = b.convs[i..b.convs.len().min(i + 2)].iter().any(|g| g.conv.depthwise);
            if !depthwise && rng.once_in(2) {
                wanted.insert(g.conv.name.clone());
            }
        }
    }
    lcsim_spec::given::give(&mut net.layers, |target| wanted.contains(target));
    let mut score = |_| match rng.range(0, 3) {
        0 => Score::ZERO,
        1 => Score::ONE,
        _ => Score::from_bits(rng.range(0, 0x8000) as u16),
    };
    let gates = net.gates().filter(|(gate, _)| gate.decision == Decision::Given);
    gates
        .map(|(gate, _)| GateDecision {
            gate: gate.name().into(),
            scores: (0..gate.outputs()).map(&mut score).collect(),
        })
        .collect()
}
