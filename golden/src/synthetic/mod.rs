//! Networks without a trained model, for studies of timing: the shapes of published networks, and
//! gates that decide at random with given rates. All weights are 0, and cycles and energy do not
//! depend on them.
//!
//! The ResNets for ImageNet are those of He et al., "Deep Residual Learning for Image Recognition"
//! (2016). As in torchvision, the stride of a Bottleneck is on its 3x3 convolution. The ResNets for
//! CIFAR are from the same paper, with projections as shortcuts.
//!
//! ```
//! use lcsim_golden::synthetic::{Rates, decisions, network};
//!
//! let net = network("resnet8", false).ok_or("no such network")?; // 3 blocks with an L-Net each
//! let rates = Rates { blocks: vec![0.0, 1.0, 1.0], channels: 1.0, seed: 1 };
//! let found = decisions(&net, &rates, 0, true);
//! let live: Vec<usize> = found.iter().map(|gate| gate.live().count()).collect();
//! assert_eq!(live, [0, 1, 1], "every image skips the first block");
//! # Ok::<(), &str>(())
//! ```

mod layers;
mod mobilenet;

use crate::block;
use layers::{conv, fc, gate, input_spec};
use lcsim_spec::{
    Block, Fc, Gate, GateDecision, GatedConv, Layer, MaxPool, Pool, Pooling, QuantNetwork, Score, Shape, Windows,
};

/// The names that [`network`] knows.
pub const NAMES: [&str; 9] =
    ["resnet8", "resnet20", "resnet32", "resnet56", "resnet18", "resnet34", "resnet50", "resnet101", MOBILENET];

const MOBILENET: &str = "mobilenet_v2";

/// The plan of a network.
struct Plan {
    image: Shape,
    /// Channels, kernel and stride of the stem, and whether max pooling follows it.
    stem: (usize, usize, usize, bool),
    /// The number of blocks in each stage.
    stages: &'static [usize],
    /// The channels of the first stage. Each further stage has twice as many.
    width: usize,
    /// How many times wider the output of a block is than its branch. 1 stands for a BasicBlock.
    expansion: usize,
    classes: usize,
}

const CIFAR: Shape = Shape { channels: 3, height: 32, width: 32 };
const IMAGENET: Shape = Shape { channels: 3, height: 224, width: 224 };

/// Whether the images of the network `name` have ImageNet's size.
pub fn is_for_imagenet(name: &str) -> bool {
    name == MOBILENET || plan(name).is_some_and(|plan| plan.image == IMAGENET)
}

fn plan(name: &str) -> Option<Plan> {
    let cifar = |stages| Plan { image: CIFAR, stem: (16, 3, 1, false), stages, width: 16, expansion: 1, classes: 10 };
    let imagenet = |stages, expansion| Plan {
        image: IMAGENET,
        stem: (64, 7, 2, true),
        stages,
        width: 64,
        expansion,
        classes: 1000,
    };
    Some(match name {
        "resnet8" => cifar(&[1, 1, 1]),
        "resnet20" => cifar(&[3, 3, 3]),
        "resnet32" => cifar(&[5, 5, 5]),
        "resnet56" => cifar(&[9, 9, 9]),
        "resnet18" => imagenet(&[2, 2, 2, 2], 1),
        "resnet34" => imagenet(&[3, 4, 6, 3], 1),
        "resnet50" => imagenet(&[3, 4, 6, 3], 4),
        "resnet101" => imagenet(&[3, 4, 23, 3], 4),
        _ => return None,
    })
}

/// Makes the network `name`. Each block with a shortcut has an L-Net. With `channel_gates`, each
/// convolution of such a block also has a C-Net, except depthwise convolutions and those before
/// them. Returns `None` if the name is unknown.
pub fn network(name: &str, channel_gates: bool) -> Option<QuantNetwork> {
    if name == MOBILENET {
        return Some(mobilenet::network(IMAGENET, channel_gates));
    }
    let plan = plan(name)?;
    let (channels, kernel, stride, pooled) = plan.stem;
    let stem = conv("stem", plan.image, channels, kernel, stride, true);
    let mut map = stem.output;
    let mut layers = vec![Layer::Conv(stem)];
    if pooled {
        let output = Shape { channels, height: halved(map.height), width: halved(map.width) };
        let (kernel, stride, pad) = ([3, 3], [2, 2], [1, 1]);
        let windows = Windows { input: map, output, kernel, stride, pad };
        layers.push(Layer::Pool(Pool { name: "maxpool".into(), windows, pooling: Pooling::Max(MaxPool) }));
        map = output;
    }
    for (stage, blocks) in plan.stages.iter().enumerate() {
        for index in 0..*blocks {
            let stride = if stage > 0 && index == 0 { 2 } else { 1 };
            let name = format!("stage{}.block{}", stage + 1, index + 1);
            let block = block(&name, map, plan.width << stage, plan.expansion, stride, channel_gates);
            map = block.convs.last().map_or(map, |g| g.conv.output);
            layers.push(Layer::Block(block));
        }
    }
    let classifier = Fc { multiplier: vec![], shift: vec![], ..fc("classifier", map, plan.classes) };
    let (name, input) = (format!("{name} (synthetic)"), input_spec(plan.image));
    Some(QuantNetwork { name, input, layers, classifier, logit_scale: 1.0 })
}

fn halved(size: usize) -> usize {
    size.div_ceil(2)
}

fn block(name: &str, input: Shape, width: usize, expansion: usize, stride: usize, channel_gates: bool) -> Block {
    let outputs = width * expansion;
    // (channels, kernel, stride)
    let branch = match expansion {
        1 => vec![(width, 3, stride), (outputs, 3, 1)],
        _ => vec![(width, 1, 1), (width, 3, stride), (outputs, 1, 1)],
    };
    let mut convs: Vec<GatedConv> = vec![];
    for (i, &(channels, kernel, stride)) in branch.iter().enumerate() {
        let map = convs.last().map_or(input, |g| g.conv.output);
        let last = i + 1 == branch.len();
        let gate = channel_gates.then(|| gate(&format!("{name}.cnet{}", i + 1), map, channels));
        convs.push(GatedConv {
            conv: conv(&format!("{name}.conv{}", i + 1), map, channels, kernel, stride, !last),
            gate,
        });
    }
    let same = input.channels == outputs && stride == 1;
    let shortcut = (!same).then(|| conv(&format!("{name}.shortcut"), input, outputs, 1, stride, false));
    Block { name: name.into(), lnet: Some(gate(&format!("{name}.lnet"), input, 1)), convs, shortcut, relu: true }
}

/// How often gates are open.
#[derive(Debug, Clone, PartialEq)]
pub struct Rates {
    /// The probability that a block runs: one for all blocks, or one for each.
    pub blocks: Vec<f64>,
    /// The probability that a C-Net keeps a channel.
    pub channels: f64,
    /// The same seed gives the same decisions.
    pub seed: u64,
}

/// Draws the decisions of the gates of `net` for image number `image`, independently of each other
/// and with `rates`. If `skipping`, the gates of a skipped branch have no entry.
pub fn decisions(net: &QuantNetwork, rates: &Rates, image: u64, skipping: bool) -> Vec<GateDecision> {
    let mut gates = vec![];
    for (index, block) in net.layers.iter().filter_map(block::of).enumerate() {
        // Each block has its own random numbers, so that a skipped gate changes no other decision.
        let mut random = Random::new(&[rates.seed, image, index as u64]);
        let mut draw = |gate: &Gate, rate: f64| GateDecision {
            gate: gate.name().into(),
            scores: (0..gate.outputs()).map(|_| if random.below(rate) { Score::ONE } else { Score::ZERO }).collect(),
        };
        let rate = rates.blocks.get(index).or(rates.blocks.last()).copied().unwrap_or(1.0);
        let lnet = block.lnet.as_ref().map(|gate| draw(gate, rate));
        let skipped = skipping && lnet.as_ref().is_some_and(|d| d.scores == [Score::ZERO]);
        gates.extend(lnet);
        if !skipped {
            gates.extend(block.convs.iter().filter_map(|g| g.gate.as_ref()).map(|gate| draw(gate, rates.channels)));
        }
    }
    gates
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Random(u64);

impl Random {
    fn new(seeds: &[u64]) -> Self {
        let mut random = Self(0);
        for seed in seeds {
            random.0 = random.next() ^ seed;
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, rate: f64) -> bool {
        ((self.next() >> 11) as f64) < rate * (1u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parameters of convolutions and classifier, and the multiply-accumulates, from
    /// torchvision's documentation. The parameters leave out batch norms and biases. What it calls
    /// "GFLOPS" are multiply-accumulates.
    #[test]
    fn networks_have_the_published_sizes() {
        for (name, parameters, giga_macs) in [
            ("resnet18", 11.68, 1.81),
            ("resnet34", 21.78, 3.66),
            ("resnet50", 25.50, 4.09),
            ("resnet101", 44.44, 7.80),
            ("mobilenet_v2", 3.47, 0.30),
        ] {
            let net = network(name, true).expect("known");
            net.validate().expect("consistent");
            let weights = net.convs().map(|c| c.weights.len()).sum::<usize>() + net.classifier.weights.len();
            assert!((weights as f64 / 1e6 - parameters).abs() < 0.02, "{name}: {weights} weights");
            assert!((net.dense_macs() as f64 / 1e9 - giga_macs).abs() < 0.03, "{name}: {} MACs", net.dense_macs());
        }
        assert!(NAMES.iter().all(|name| network(name, false).is_some_and(|net| net.validate().is_ok())));
    }

    #[test]
    fn gates_are_open_as_often_as_asked() {
        let net = network("resnet50", true).expect("known");
        let rates = Rates { blocks: vec![0.25, 0.75], channels: 0.5, seed: 7 };
        let (mut open, mut channels) = ([0u32; 2], [0usize; 2]);
        for image in 0..400 {
            let all = decisions(&net, &rates, image, false);
            for (block, d) in all.iter().filter(|d| d.gate.ends_with("lnet")).enumerate() {
                open[block.min(1)] += u32::from(d.scores[0] > Score::ZERO);
            }
            for d in all.iter().filter(|d| !d.gate.ends_with("lnet")) {
                channels = [channels[0] + d.live().count(), channels[1] + d.scores.len()];
            }
            let skipped = decisions(&net, &rates, image, true);
            assert!(
                skipped.len() < all.len() && skipped.iter().all(|d| all.contains(d)),
                "skipping changes no decision"
            );
        }
        assert!((f64::from(open[0]) / 400.0 - 0.25).abs() < 0.08, "{open:?}");
        assert!((f64::from(open[1]) / (400.0 * 15.0) - 0.75).abs() < 0.03, "{open:?}");
        assert!((channels[0] as f64 / channels[1] as f64 - 0.5).abs() < 0.01);
    }
}
