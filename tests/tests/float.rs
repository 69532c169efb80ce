//! The float reference on networks small enough to follow by hand.

use lcsim_golden::float::{normalize, run};
use lcsim_golden::model::{Block, Conv, Fc, Gate, GatedConv, Layer, Network};
use lcsim_spec::{Score, Shape};

/// Two channels of one row of two pixels, everywhere in the network.
const MAP: Shape = Shape { channels: 2, height: 1, width: 2 };
/// A 1x1 convolution that swaps the channels.
const SWAP: [f32; 4] = [0.0, 1.0, 1.0, 0.0];

fn conv(name: &str, weights: [f32; 4], bias: f32, relu: bool) -> Conv {
    Conv {
        name: name.into(),
        input: MAP,
        output: MAP,
        kernel: [1, 1],
        stride: [1, 1],
        pad: [0, 0],
        relu: relu.then_some(f32::INFINITY),
        depthwise: false,
        weights: weights.to_vec(),
        bias: vec![bias; 2],
    }
}

/// A gate whose scores do not depend on its input.
fn gate(name: &str, scores: &[f32]) -> Option<Gate> {
    let (outputs, bias) = (scores.len(), scores.to_vec());
    let fc = Fc { name: name.into(), inputs: 2, outputs, weights: vec![0.0; 2 * outputs], bias };
    Some(Gate::clamp_scale(fc, Score::ZERO))
}

/// A stem that passes the image on, one block, and the two pooled channels as logits.
fn net(lnet: f32, first: [f32; 2], last: [f32; 2], projection: bool) -> Network {
    let convs = vec![
        GatedConv { conv: conv("c0", SWAP, -1.0, true), gate: gate("g0", &first) },
        GatedConv { conv: conv("c1", [1.0, 0.0, 1.0, 1.0], 0.0, false), gate: gate("g1", &last) },
    ];
    let shortcut = projection.then(|| conv("p", [-1.0, 0.0, 0.0, 1.0], 0.0, false));
    let block = Block { name: "b".into(), lnet: gate("l", &[lnet]), convs, shortcut, relu: true };
    let net = Network {
        name: "hand".into(),
        input: MAP,
        mean: vec![0.0, 0.2],
        std: vec![1.0, 0.5],
        layers: vec![Layer::Conv(conv("stem", [1.0, 0.0, 0.0, 1.0], 0.0, true)), Layer::Block(block)],
        classifier: Fc {
            name: "fc".into(),
            inputs: 2,
            outputs: 2,
            weights: vec![1.0, 0.0, 0.0, 1.0],
            bias: vec![0.0; 2],
        },
    };
    net.validate("hand").expect("consistent");
    net
}

const IMAGE: [f32; 4] = [1.0, 3.0, 2.0, -4.0];
/// The stem and the classifier.
const OUTSIDE: u64 = 8 + 4;

fn maps(net: &Network) -> Vec<(String, Vec<f32>)> {
    run(net, &IMAGE).expect("finite").maps
}

fn named(maps: &[(&str, [f32; 4])]) -> Vec<(String, Vec<f32>)> {
    maps.iter().map(|(n, v)| (n.to_string(), v.to_vec())).collect()
}

#[test]
fn partial_scores() {
    let net = net(0.5, [0.5, 0.0], [1.0, 2.0], false);
    let a = run(&net, &IMAGE).expect("finite");
    // c0: swapped minus 1 = [1, -1 | 0, 2], halved and dead; c1 of relu [0.5, 0 | 0, 0] = [0.5, 0 |
    // 0.5, 0], times L.
    let expected = [("stem", IMAGE), ("c0", [0.5, -0.5, 0.0, 0.0]), ("c1", [1.25, 3.0, 2.25, 0.0])];
    assert_eq!(a.maps, named(&expected));
    let scores = [("l", vec![0.5]), ("g0", vec![0.5, 0.0]), ("g1", vec![1.0, 1.0])];
    assert_eq!(a.scores, scores.map(|(n, s)| (n.to_owned(), s)));
    assert_eq!(a.logits, [2.125, 1.125]);
    assert_eq!(a.class(), 0);
    // Two pixels: both inputs to one live channel, which both outputs read.
    assert_eq!(a.macs, OUTSIDE + 2 * 2 + 2 * 2);
    assert_eq!(net.dense_macs(), OUTSIDE + 8 + 8);
}

#[test]
fn skipped_branch() {
    let net_identity = net(0.0, [1.0; 2], [1.0; 2], false);
    let a = run(&net_identity, &IMAGE).expect("finite");
    assert_eq!(a.maps, named(&[("stem", IMAGE)]));
    assert_eq!(a.scores, [("l".to_owned(), vec![0.0])]);
    assert_eq!((a.logits, a.macs), (vec![2.0, 1.0], OUTSIDE));

    let net_projection = net(-3.0, [1.0; 2], [1.0; 2], true);
    let a = run(&net_projection, &IMAGE).expect("finite");
    assert_eq!(a.maps, named(&[("stem", IMAGE), ("p", [-1.0, -3.0, 2.0, 0.0])]));
    assert_eq!((a.logits, a.macs), (vec![0.0, 1.0], OUTSIDE + 8));
}

#[test]
fn dead_channels() {
    // All of the last convolution: its map is the unchanged shortcut, after the shortcut's own.
    let short = [-1.0, -3.0, 2.0, 0.0];
    let all = net(1.0, [1.0; 2], [0.0; 2], true);
    assert_eq!(maps(&all), named(&[("stem", IMAGE), ("c0", [1.0, -1.0, 0.0, 2.0]), ("p", short), ("c1", short)]));
    assert_eq!(run(&all, &IMAGE).expect("finite").macs, OUTSIDE + 8 + 8);
    // All of an inner one: a map of zeros, and nothing to multiply behind it.
    let inner = net(1.0, [0.0; 2], [1.0; 2], false);
    assert_eq!(maps(&inner)[1], ("c0".to_owned(), vec![0.0; 4]));
    assert_eq!(run(&inner, &IMAGE).expect("finite").macs, OUTSIDE);
}

#[test]
fn images_and_classes() {
    let net = net(1.0, [1.0; 2], [1.0; 2], false);
    assert_eq!(normalize(&net, &[0, 255, 51, 255]), [0.0, 1.0, 0.0, 1.6]);
    let mut a = run(&net, &IMAGE).expect("finite");
    a.logits = vec![1.0, 3.0, 3.0];
    assert_eq!(a.class(), 1);
}

#[test]
fn contradictions_are_named() {
    let message = |change: &dyn Fn(&mut Network)| {
        let mut net = net(1.0, [1.0; 2], [1.0; 2], true);
        change(&mut net);
        net.validate("hand.onnx").expect_err("must be refused").to_string()
    };
    assert!(message(&|n| n.mean.clear()).contains("hand.onnx: input: mean: expected 2, found 0"));
    let no_cnet = message(&|n| {
        let Layer::Block(b) = &mut n.layers[1] else { panic!("a block") };
        (b.convs[0].conv.depthwise, b.convs[0].conv.weights) = (true, vec![1.0; 2]);
    });
    assert!(no_cnet.contains("layer `c0`: C-Net: expected none on a depthwise convolution"), "{no_cnet}");
    assert!(
        message(&|n| n.layers.clear())
            .contains("network: first layer: expected a convolution outside any block, found none")
    );
    assert!(
        message(&|n| n.classifier.name = "p".into()).contains("layer `p`: name: expected a name of its own, found a ")
    );
    assert!(
        message(&|n| n.classifier.weights[1] = f32::NAN)
            .contains("layer `fc`: weights and biases: expected finite numbers, found NaN")
    );
    assert!(message(&|n| n.input.height = 9).contains("layer `stem`: input shape: expected 2x9x2, found 2x1x2"));
}
