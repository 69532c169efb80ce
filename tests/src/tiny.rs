//! Small networks with chosen gate decisions, for cycle counts that are derived by hand.

use lcsim_spec::config::{ArrayConfig, GateConfig, MemoryConfig};
use lcsim_spec::{AcceleratorConfig, Block, Conv, Fc, Gate, GatedConv, InputSpec, Layer, QuantNetwork, Score, Shape};

/// A map's shape.
pub fn shape(channels: usize, height: usize, width: usize) -> Shape {
    Shape { channels, height, width }
}

/// `rows` x `cols` PEs, `macs` gate MACs, memories that are large enough.
pub fn array(rows: usize, cols: usize, macs: usize) -> AcceleratorConfig {
    AcceleratorConfig {
        name: "tiny".into(),
        clock_mhz: 100.0,
        array: ArrayConfig { rows, cols, accumulator_depth: 1024 },
        memory: MemoryConfig {
            stream_bytes: 1 << 14,
            scratch_bytes: 1 << 14,
            weight_bytes: 1 << 16,
            gate_weight_bytes: 1 << 12,
            image_bytes: 1 << 12,
            parameters: 256,
            gate_parameters: 256,
            instructions: 32,
            instruction_words: 1,
        },
        gate: GateConfig { macs, channels: 64 },
        dram: None,
    }
}

/// `k` x `k`, stride 1, same padding, with ReLU; every output is above 0.
pub fn conv(name: &str, input: Shape, channels: usize, k: usize) -> Conv {
    Conv {
        name: name.into(),
        input,
        output: Shape { channels, ..input },
        kernel: [k, k],
        stride: [1, 1],
        pad: [k / 2, k / 2],
        relu: true,
        depthwise: false,
        weights: vec![1; channels * input.channels * k * k],
        bias: vec![64 * 3; channels],
        // An accumulator step is 2^(14 - 18 - 2) = 1/64 of an output step.
        multiplier: vec![1 << 14; channels],
        shift: vec![2; channels],
    }
}

/// A gate on `input` that gives 1 where `open`, else 0, whatever it reads.
pub fn gate(name: &str, input: Shape, open: &[bool]) -> Gate {
    Gate::clamp_scale(fc(name, input, open), Score::ZERO)
}

fn fc(name: &str, input: Shape, open: &[bool]) -> Fc {
    Fc {
        name: name.into(),
        inputs: input.channels,
        outputs: open.len(),
        weights: vec![0; input.channels * open.len()],
        // 2^13 * 2^14 / 2^12 = 2^15, which is 1.0.
        bias: open.iter().map(|&o| if o { 1 << 13 } else { -1 }).collect(),
        multiplier: vec![1 << 14; open.len()],
        shift: vec![0; open.len()],
        pool_shift: 6,
    }
}

/// Two `k` x `k` convolutions with the given decisions; an empty mask is no gate.
pub fn block(input: Shape, middle: usize, k: usize, lnet: Option<bool>, masks: [&[bool]; 2]) -> Block {
    let first = conv("conv1", input, middle, k);
    let second = Conv { relu: false, ..conv("conv2", first.output, input.channels, k) };
    let gated = |name: &str, conv: Conv, mask: &[bool]| GatedConv {
        gate: (!mask.is_empty()).then(|| gate(name, conv.input, mask)),
        conv,
    };
    Block {
        name: "block".into(),
        lnet: lnet.map(|open| gate("lnet", input, &[open])),
        convs: vec![gated("cnet1", first, masks[0]), gated("cnet2", second, masks[1])],
        shortcut: None,
        relu: true,
    }
}

/// A stem, what follows it, and a classifier.
pub fn network(stem: Conv, rest: Vec<Layer>, classes: usize) -> QuantNetwork {
    let map = stem.output;
    let n = stem.input.channels;
    let input = InputSpec { shape: stem.input, mean: vec![0.0; n], std: vec![1.0; n], scale: 1.0 / 127.0 };
    let classifier = Fc { multiplier: vec![], shift: vec![], ..fc("head", map, &vec![true; classes]) };
    let layers = std::iter::once(Layer::Conv(stem)).chain(rest).collect();
    let net = QuantNetwork { name: "tiny".into(), input, layers, classifier, logit_scale: 1.0 };
    net.validate().expect("a valid network");
    net
}
