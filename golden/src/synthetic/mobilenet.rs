//! MobileNetV2 (Sandler et al., 2018), width 1. It has ReLU instead of ReLU6, because both saturate
//! in int8.

use super::layers::{conv, fc, gate, input_spec};
use lcsim_spec::{Block, Conv, Fc, GatedConv, Layer, QuantNetwork, Shape};

/// Expansion, output channels, number of blocks, and stride of the first block, from table 2 of the
/// paper.
const STAGES: [(usize, usize, usize, usize); 7] =
    [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

/// Makes the network. Each block with a shortcut has an L-Net. With `channel_gates`, the last
/// convolution of such a block also has a C-Net.
pub(super) fn network(image: Shape, channel_gates: bool) -> QuantNetwork {
    let stem = conv("stem", image, 32, 3, 2, true);
    let mut map = stem.output;
    let mut layers = vec![Layer::Conv(stem)];
    for (stage, &(expansion, channels, blocks, stride)) in STAGES.iter().enumerate() {
        for index in 0..blocks {
            let name = format!("stage{}.block{}", stage + 1, index + 1);
            let branch = branch(&name, map, expansion, channels, if index == 0 { stride } else { 1 });
            let input = map;
            map = branch.last().map_or(map, |c| c.output);
            if index == 0 {
                layers.extend(branch.into_iter().map(Layer::Conv));
            } else {
                layers.push(Layer::Block(residual(&name, input, branch, channel_gates)));
            }
        }
    }
    let head = conv("head", map, 1280, 1, 1, true);
    let classifier = Fc { multiplier: vec![], shift: vec![], ..fc("classifier", head.output, 1000) };
    layers.push(Layer::Conv(head));
    let name = "mobilenet_v2 (synthetic)".into();
    QuantNetwork { name, input: input_spec(image), layers, classifier, logit_scale: 1.0 }
}

/// The branch of a block: expansion, depthwise convolution, linear projection.
fn branch(name: &str, input: Shape, expansion: usize, channels: usize, stride: usize) -> Vec<Conv> {
    let mut all = vec![];
    let mut map = input;
    if expansion > 1 {
        all.push(conv(&format!("{name}.expand"), map, expansion * map.channels, 1, 1, true));
        map.channels *= expansion;
    }
    let mut depthwise = conv(&format!("{name}.depthwise"), map, map.channels, 3, stride, true);
    depthwise.depthwise = true;
    depthwise.weights.truncate(map.channels * depthwise.taps());
    let project = conv(&format!("{name}.project"), depthwise.output, channels, 1, 1, false);
    all.extend([depthwise, project]);
    all
}

fn residual(name: &str, input: Shape, branch: Vec<Conv>, channel_gates: bool) -> Block {
    let last = branch.len() - 1;
    let gated = |(i, conv): (usize, Conv)| {
        let gate =
            (channel_gates && i == last).then(|| gate(&format!("{name}.cnet"), conv.input, conv.output.channels));
        GatedConv { conv, gate }
    };
    Block {
        name: name.into(),
        lnet: Some(gate(&format!("{name}.lnet"), input, 1)),
        convs: branch.into_iter().enumerate().map(gated).collect(),
        shortcut: None,
        relu: false,
    }
}
