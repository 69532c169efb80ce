//! Networks without a trained model: the shapes of published ones, and gates that decide at given
//! rates. For timing studies: weights are 0, and cycles and energy do not depend on them.
//!
//! ResNets for ImageNet are those of He et al., "Deep Residual Learning for Image Recognition"
//! (2016), with the stride of a Bottleneck on its 3x3 convolution, as torchvision has them; those
//! for CIFAR are of the same paper, with projections as shortcuts.

mod layers;
mod mobilenet;

use crate::block;
use layers::{conv, fc, gate, input_spec};
use lcsim_spec::{
    Block, Fc, Gate, GateDecision, GatedConv, Layer, MaxPool, Pool, Pooling, QuantNetwork, Score, Shape, Windows,
};

/// Names that [`network`] knows.
pub const NAMES: [&str; 9] =
    ["resnet8", "resnet20", "resnet32", "resnet56", "resnet18", "resnet34", "resnet50", "resnet101", MOBILENET];

const MOBILENET: &str = "mobilenet_v2";

/// The kind of a network's blocks.
struct Plan {
    image: Shape,
    /// Channels, kernel and stride of the stem, and whether max pooling follows.
    stem: (usize, usize, usize, bool),
    /// Blocks of each stage.
    stages: &'static [usize],
    /// Channels of the first stage; each of the others has twice as many.
    width: usize,
    /// Channels of a block's output for each of its width; 1 is a BasicBlock.
    expansion: usize,
    classes: usize,
}

const CIFAR: Shape = Shape { channels: 3, height: 32, width: 32 };
const IMAGENET: Shape = Shape { channels: 3, height: 224, width: 224 };

/// Whether the network `name` is for images of ImageNet's size.
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

/// The network `name`, an L-Net on each block with a shortcut, with `channel_gates` a C-Net on each
/// convolution of those as well (none on a depthwise one, nor on the one before it); nothing if no
/// network has that name.
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
    /// Probability that a block runs: one for all blocks, or one for each.
    pub blocks: Vec<f64>,
    /// Probability that a C-Net keeps a channel.
    pub channels: f64,
    /// The same seed gives the same decisions.
    pub seed: u64,
}

/// What the gates of `net` decide for image number `image`, drawn independently at `rates`; those
/// of a skipped branch are absent if `skipping`.
pub fn decisions(net: &QuantNetwork, rates: &Rates, image: u64, skipping: bool) -> Vec<GateDecision> {
    let mut gates = vec![];
    for (index, block) in net.layers.iter().filter_map(block::of).enumerate() {
        // Each block draws from numbers of its own, so that what is skipped changes no other
        // decision.
        let mut random = Random::new(&[rates.seed, image, index as u64]);
        let mut draw = |gate: &Gate, rate: f64| GateDecision {
            gate: gate.name().into(),
            scores: (0..gate.head.output().outputs)
                .map(|_| if random.below(rate) { Score::ONE } else { Score::ZERO })
                .collect(),
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

    /// Parameters of convolutions and classifier, and multiply-accumulates, as torchvision's
    /// documentation gives them (without batch norms and biases; "GFLOPS" there are
    /// multiply-accumulates).
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
