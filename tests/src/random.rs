//! Random networks, images and accelerators, as proptest strategies that shrink towards small ones.

use lcsim_spec::config::{ArrayConfig, DramConfig, GateConfig, MemoryConfig, Prefetch};
use lcsim_spec::number::{MULTIPLIER_MIN, POOLED_BITS, REQUANT_SHIFT, STEP_MULTIPLIER};
use lcsim_spec::operators::average_pool::AveragePool;
use lcsim_spec::operators::gate::pooled_max;
use lcsim_spec::schedule::{Capacity, Program, ScheduleError, Shortage};
use lcsim_spec::{
    AcceleratorConfig, Block, Conv, Decision, Fc, Gate, GateDecision, GatedConv, Head, InputSpec, Layer, MaxPool, Pool,
    Pooling, QuantNetwork, Score, Shape, Windows,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A small deterministic generator for weights: their values need no shrinking, their shapes do.
#[derive(Debug, Clone)]
pub struct Rng(u64);

impl Rng {
    /// The same seed gives the same values.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// SplitMix64.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in `low..=high`.
    pub fn range(&mut self, low: i64, high: i64) -> i64 {
        low + (self.bits() % (high - low + 1) as u64) as i64
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.range(0, from.len() as i64 - 1) as usize]
    }

    /// True once in `n` times.
    pub fn once_in(&mut self, n: i64) -> bool {
        self.range(1, n) == 1
    }

    /// In `-bound..=bound`, all magnitudes alike, every eighth one of the extremes or 0.
    pub fn within(&mut self, bound: i64) -> i64 {
        if self.once_in(8) {
            return self.pick(&[-bound, 1 - bound, 0, bound - 1, bound]).clamp(-bound, bound);
        }
        let magnitude = bound >> self.range(0, i64::from(bound.max(1).ilog2()));
        self.range(-magnitude, magnitude)
    }

    /// An `i8`, every fourth one of the extremes or 0.
    pub fn int8(&mut self) -> i8 {
        match self.range(0, 15) {
            0 => i8::MIN,
            1 => i8::MAX,
            2 | 3 => 0,
            _ => self.range(-128, 127) as i8,
        }
    }
}

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

/// Accelerators of [`accelerator`] with a DRAM.
pub fn accelerator_with_dram() -> impl Strategy<Value = AcceleratorConfig> {
    let prefetch = prop_oneof![Just(Prefetch::Gated), Just(Prefetch::Speculative)];
    (accelerator(), 1usize..=40, 8usize..=90, 1usize..=70, prefetch).prop_map(
        |(config, bytes_per_cycle, latency_cycles, burst_bytes, prefetch)| {
            let dram = DramConfig { bytes_per_cycle, latency_cycles, burst_bytes, prefetch };
            AcceleratorConfig { dram: Some(dram), ..config }
        },
    )
}

/// An accelerator with a DRAM whose memories hold of `net` no more than they must: filters of two
/// tiles if `filters`, the weights of a gate if `gates`.
pub fn starved(net: &QuantNetwork, mut config: AcceleratorConfig, filters: bool, gates: bool) -> AcceleratorConfig {
    let (cols, macs) = (config.array.cols, config.gate.macs);
    if filters {
        let tiles = net.convs().map(|c| 2 * c.taps() * c.fan_in() * cols);
        config.memory.weight_bytes = tiles.max().unwrap_or(cols);
    }
    if gates {
        let all = net.gates().flat_map(|(gate, _)| gate.head.layers()).chain([&net.classifier]);
        let words = all.map(|fc| fc.inputs * fc.outputs.next_multiple_of(macs));
        config.memory.gate_weight_bytes = words.max().unwrap_or(macs);
    }
    config
}

/// The same with so many bytes for residual stream, maps inside blocks and the image that waits, or
/// as few more as `net` needs with those.
///
/// # Panics
/// If `net` does not fit, whatever these sizes.
pub fn cramped(
    net: &QuantNetwork,
    mut config: AcceleratorConfig,
    [stream, scratch, image]: [usize; 3],
) -> AcceleratorConfig {
    let memory = &mut config.memory;
    (memory.stream_bytes, memory.scratch_bytes, memory.image_bytes) = (stream, scratch, image);
    memory.instructions = 1 << 16;
    match Program::new(net, &config) {
        Ok(_) => {}
        Err(ScheduleError::Capacity(misfit)) => {
            for Shortage { capacity, needed, .. } in misfit.shortages {
                assert!(matches!(capacity, Capacity::Stream | Capacity::Scratch), "{} is too small", capacity.key());
                *capacity.of(&mut config) = needed;
            }
        }
        Err(other) => panic!("{other}"),
    }
    config
}

/// Accelerators from 1x1 to 16x16 with memories that hold any network of [`plan`].
pub fn accelerator() -> impl Strategy<Value = AcceleratorConfig> {
    let depth = prop_oneof![1usize..=9, Just(64)];
    let words = prop_oneof![3 => Just(1), 1 => 2usize..=32];
    // Taps of a rest share folds on arrays of powers of two only.
    let power = || prop_oneof![Just(2usize), Just(4), Just(8), Just(16)];
    let shape = prop_oneof![2 => (1usize..=16, 1usize..=16), 1 => (power(), power())];
    (shape, depth, 1usize..=9, words).prop_map(|((rows, cols), depth, macs, words)| AcceleratorConfig {
        name: format!("{rows}x{cols}"),
        clock_mhz: 100.0,
        array: ArrayConfig { rows, cols, accumulator_depth: depth },
        memory: MemoryConfig {
            stream_bytes: 1 << 16,
            scratch_bytes: 1 << 16,
            weight_bytes: 1 << 20,
            gate_weight_bytes: 1 << 16,
            image_bytes: 1 << 14,
            parameters: 1 << 9,
            gate_parameters: 1 << 9,
            instructions: 64,
            instruction_words: words,
        },
        gate: GateConfig { macs, channels: 16 },
        dram: None,
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

fn gate(rng: &mut Rng, name: &str, map: Shape, outputs: usize, openness: Openness) -> Gate {
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
fn deepen(rng: &mut Rng, block: &mut Block, input: Shape) {
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
