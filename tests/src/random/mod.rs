//! Random networks, images and accelerators, as proptest strategies that shrink towards small ones.

mod accelerator;
mod gate;
mod rng;

pub use accelerator::{accelerator, accelerator_with_dram, cramped, starved};
pub use gate::{Openness, given};
pub use rng::Rng;

use gate::{deepen, gate};
use lcsim_spec::number::{MULTIPLIER_MIN, REQUANT_SHIFT};
use lcsim_spec::operators::average_pool::AveragePool;
use lcsim_spec::{
    Block, Conv, Fc, GatedConv, Head, InputSpec, Layer, MaxPool, Pool, Pooling, QuantNetwork, Shape, Windows,
};
use proptest::prelude::*;

/// A block to be built.
#[derive(Debug, Clone)]
pub struct BlockPlan {
    channels: Vec<usize>,
    kernels: Vec<usize>,
    stride: usize,
    projection: bool,
    lnet: Option<Openness>,
    cnets: Vec<Option<Openness>>,
    /// The second of three convolutions reads each channel alone.
    depthwise: bool,
}

/// A network to be built.
#[derive(Debug, Clone)]
pub struct Plan {
    image: Shape,
    stem: (usize, usize, usize),
    second: Option<usize>,
    /// Window and stride of a pooling behind the stem.
    pooling: Option<(usize, usize, Pooling)>,
    /// The second plain convolution reads each channel alone.
    depthwise: bool,
    /// Gates may have two layers.
    deep: bool,
    relu: bool,
    blocks: Vec<BlockPlan>,
    classes: usize,
    seed: u64,
}

fn openness() -> impl Strategy<Value = Option<Openness>> {
    prop_oneof![
        1 => Just(None),
        1 => Just(Some(Openness::Open)),
        3 => Just(Some(Openness::Mixed)),
        1 => Just(Some(Openness::Closed)),
    ]
}

fn lnet_openness() -> impl Strategy<Value = Option<Openness>> {
    prop_oneof![1 => Just(None), 2 => Just(Some(Openness::Open)), 2 => Just(Some(Openness::Mixed)), 1 => Just(Some(Openness::Closed))]
}

fn kernel() -> impl Strategy<Value = usize> {
    prop_oneof![1 => Just(1usize), 3 => Just(3usize), 1 => Just(5usize)]
}

fn block() -> impl Strategy<Value = BlockPlan> {
    (2usize..=3).prop_flat_map(|n| {
        let channels = prop::collection::vec(1usize..=11, n);
        let kernels = prop::collection::vec(kernel(), n);
        let cnets = prop::collection::vec(openness(), n);
        (channels, kernels, 1usize..=2, any::<bool>(), lnet_openness(), cnets).prop_map(
            |(channels, kernels, stride, projection, lnet, cnets)| BlockPlan {
                channels,
                kernels,
                stride,
                projection,
                lnet,
                cnets,
                depthwise: false,
            },
        )
    })
}

/// Networks of a stem, sometimes a second plain convolution, and up to three blocks.
pub fn plan() -> impl Strategy<Value = Plan> {
    let image = (1usize..=5, 1usize..=7, 1usize..=7);
    let blocks = prop::collection::vec(block(), 0..=3);
    let second = prop::option::weighted(0.2, 1usize..=9);
    let stem = (1usize..=11, kernel(), 1usize..=2);
    (image, stem, second, any::<bool>(), blocks, 1usize..=11, any::<u64>()).prop_map(
        |((channels, height, width), stem, second, relu, blocks, classes, seed)| Plan {
            image: Shape { channels, height, width },
            stem,
            second,
            pooling: None,
            depthwise: false,
            deep: false,
            relu,
            blocks,
            classes,
            seed,
        },
    )
}

/// Networks of [`plan`], some of them with a pooling behind the stem, some with depthwise
/// convolutions, and some with gates of two layers.
pub fn any_plan() -> impl Strategy<Value = Plan> {
    let average = (any::<bool>(), any::<bool>())
        .prop_map(|(counts_padding, relu)| Pooling::Average(AveragePool { counts_padding, relu }));
    let pooling = prop_oneof![Just(Pooling::Max(MaxPool)), average];
    let pooling = prop::option::of((1usize..=4, 1usize..=3, pooling));
    (plan(), pooling, any::<bool>(), any::<bool>()).prop_map(|(plan, pooling, depthwise, deep)| {
        let mut plan = Plan { pooling, deep, ..plan };
        for block in plan.blocks.iter_mut().filter(|b| depthwise && b.channels.len() == 3) {
            (block.depthwise, block.channels[1]) = (true, block.channels[0]);
            (block.cnets[0], block.cnets[1]) = (None, None);
        }
        plan.depthwise = depthwise;
        plan
    })
}

impl Plan {
    /// What the smallest of the shipped accelerators, ice40-2x1, holds: a gated block of two
    /// channels on 8x8 pixels.
    pub fn small(seed: u64) -> Self {
        let gate = Some(Openness::Mixed);
        let block = BlockPlan {
            channels: vec![2, 2],
            kernels: vec![3, 3],
            stride: 1,
            projection: false,
            lnet: gate,
            cnets: vec![gate, gate],
            depthwise: false,
        };
        let image = Shape { channels: 1, height: 8, width: 8 };
        Self {
            image,
            stem: (2, 3, 1),
            second: None,
            pooling: None,
            depthwise: false,
            deep: false,
            relu: true,
            blocks: vec![block],
            classes: 4,
            seed,
        }
    }

    /// The network.
    ///
    /// # Panics
    /// If the plan gives a network that does not validate.
    pub fn build(&self) -> QuantNetwork {
        let mut rng = Rng::new(self.seed);
        let (channels, kernel, stride) = self.stem;
        let mut layers = vec![Layer::Conv(conv(&mut rng, "stem", self.image, channels, kernel, stride, self.relu))];
        if let Some(channels) = self.second {
            let input = output_of(&layers);
            let channels = if self.depthwise { input.channels } else { channels };
            let second = conv(&mut rng, "second", input, channels, 3, 1, self.relu);
            layers.push(Layer::Conv(if self.depthwise { alone(second) } else { second }));
        }
        let mut relu = self.relu;
        if let Some((kernel, stride, pooling)) = self.pooling {
            layers.push(Layer::Pool(pool(output_of(&layers), kernel, stride, pooling)));
            relu = pooling.room().relu(relu);
        }
        for (i, plan) in self.blocks.iter().enumerate() {
            let input = output_of(&layers);
            let mut block = build_block(&mut rng, &format!("b{i}"), plan, input, relu);
            if self.deep {
                deepen(&mut rng, &mut block, input);
            }
            relu = block.relu;
            layers.push(Layer::Block(block));
        }
        let map = output_of(&layers);
        let Head::OneLayer(head) = gate(&mut rng, "head", map, self.classes, Openness::Mixed).head else {
            unreachable!("it makes gates of one layer")
        };
        let classifier = Fc { multiplier: vec![], shift: vec![], ..head };
        let n = self.image.channels;
        let input = InputSpec { shape: self.image, mean: vec![0.5; n], std: vec![0.25; n], scale: 2.0 / 128.0 };
        let net = QuantNetwork { name: "random".into(), input, layers, classifier, logit_scale: 1.0 };
        net.validate().expect("a plan builds a valid network");
        net
    }

    /// An image for the network.
    pub fn image(&self) -> Vec<i8> {
        let mut rng = Rng::new(self.seed ^ 0x1111);
        (0..self.image.len()).map(|_| rng.int8()).collect()
    }
}

/// `relu` is the input's, which a block without projection keeps.
fn build_block(rng: &mut Rng, name: &str, plan: &BlockPlan, input: Shape, relu: bool) -> Block {
    let n = plan.channels.len();
    let mut channels = plan.channels.clone();
    let stride = if plan.projection { plan.stride } else { 1 };
    if !plan.projection {
        channels[n - 1] = input.channels;
    }
    let lnet = plan.lnet.map(|o| gate(rng, &format!("{name}.lnet"), input, 1, o));
    let mut convs: Vec<GatedConv> = Vec::new();
    for (i, &channels) in channels.iter().enumerate() {
        let map = convs.last().map_or(input, |g| g.conv.output);
        let stride = if i == 0 { stride } else { 1 };
        let relu = i + 1 < n && rng.range(0, 3) > 0;
        let gate = plan.cnets[i].map(|o| gate(rng, &format!("{name}.cnet{i}"), map, channels, o));
        let conv = conv(rng, &format!("{name}.conv{i}"), map, channels, plan.kernels[i], stride, relu);
        let conv = if plan.depthwise && i == 1 { alone(conv) } else { conv };
        convs.push(GatedConv { conv, gate });
    }
    let shortcut =
        plan.projection.then(|| conv(rng, &format!("{name}.shortcut"), input, channels[n - 1], 1, stride, false));
    let relu = if plan.projection { rng.range(0, 3) > 0 } else { relu };
    Block { name: name.into(), lnet, convs, shortcut, relu }
}

fn output_of(layers: &[Layer]) -> Shape {
    match &layers[layers.len() - 1] {
        Layer::Conv(c) => c.output,
        Layer::Block(b) => b.convs[b.convs.len() - 1].conv.output,
        Layer::Pool(p) => p.windows.output,
    }
}

/// The depthwise convolution of the same shape.
fn alone(mut conv: Conv) -> Conv {
    conv.depthwise = true;
    conv.weights.truncate(conv.output.channels * conv.taps());
    conv
}

fn pool(input: Shape, kernel: usize, stride: usize, pooling: Pooling) -> Pool {
    let pad = kernel / 2;
    // The last window begins inside the map.
    let size = |n: usize| (n + pad - 1) / stride + 1;
    let output = Shape { height: size(input.height), width: size(input.width), ..input };
    let windows = Windows { input, output, kernel: [kernel; 2], stride: [stride; 2], pad: [pad; 2] };
    Pool { name: "pool".into(), windows, pooling }
}

fn conv(rng: &mut Rng, name: &str, input: Shape, channels: usize, k: usize, stride: usize, relu: bool) -> Conv {
    let pad = k / 2;
    let size = |n: usize| (n + 2 * pad - k) / stride + 1;
    let output = Shape { channels, height: size(input.height), width: size(input.width) };
    let fan_in = input.channels * k * k;
    // A multiplier that spreads typical accumulators over the int8 range, sometimes far beyond it.
    let spread = (fan_in as f64).sqrt() * 64.0 * 64.0 / 64.0 * f64::from(rng.range(1, 8) as u32) / 4.0;
    let shift = ((f64::from(MULTIPLIER_MIN) * spread).log2() - f64::from(REQUANT_SHIFT)).max(0.0) as u8;
    Conv {
        name: name.into(),
        input,
        output,
        kernel: [k, k],
        stride: [stride, stride],
        pad: [pad, pad],
        relu,
        depthwise: false,
        weights: (0..channels * fan_in).map(|_| rng.int8()).collect(),
        bias: (0..channels).map(|_| rng.range(-20_000, 20_000) as i32).collect(),
        multiplier: (0..channels).map(|_| rng.range(1 << 14, (1 << 15) - 1) as u16).collect(),
        shift: (0..channels).map(|_| shift).collect(),
    }
}
