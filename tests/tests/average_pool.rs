//! Average pooling from ONNX to integers: against an independent runtime, in a file and back, and
//! what is refused.

use lcsim_golden::model::{Layer, Network};
use lcsim_golden::onnx::import_bytes;
use lcsim_golden::onnx::proto::{AttributeProto, ModelProto, NodeProto};
use lcsim_golden::{container, float, integer, quantize};
use lcsim_spec::operators::average_pool::AveragePool;
use lcsim_spec::{Pool, Pooling};
use lcsim_tests::onnx_builder::{
    FcForm, Rng, Spec, Style, float as real, int, ints, network, node, tensor, text, whole,
};
use prost::Message;
use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, Tensor, tvec};

/// Allowed difference of the floats, relative to the largest logit.
const TOLERANCE: f32 = 1e-4;
/// Bound on the error of an integer logit, over the largest |logit|: the worst here has 0.0081.
const LOGIT_ERROR: f32 = 0.02;

const SPEC: Spec = Spec { size: [9, 8], ..Spec::SMALL };

/// A network with `nodes` behind its stem: they read `x`, or `raw` before its ReLU, and write `y`.
fn behind_the_stem(nodes: Vec<NodeProto>) -> ModelProto {
    let mut model = network(&SPEC, Style::PLAIN);
    let graph = model.graph.as_mut().expect("a graph");
    graph.node.iter_mut().flat_map(|n| &mut n.input).filter(|i| *i == "stem.relu").for_each(|i| *i = "y".into());
    let relu = graph.node.iter_mut().find(|n| n.name() == "stem.relu").expect("the stem's ReLU");
    (relu.input[0], relu.output[0]) = ("raw".into(), "x".into());
    graph.node.iter_mut().find(|n| n.name() == "stem").expect("the stem").output[0] = "raw".into();
    graph.node.extend(nodes);
    graph.initializer.push(whole("zeros", &[8], vec![0, 0, 1, 0, 0, 0, 2, 1]));
    graph.initializer.push(tensor("one", &[], vec![1.0]));
    model
}

fn average(x: &str, attributes: &[AttributeProto]) -> NodeProto {
    node("AveragePool", &[x], "y", attributes.to_vec())
}

fn images(net: &Network, seed: u64, count: usize) -> Vec<Vec<u8>> {
    let mut rng = Rng::new(seed);
    (0..count).map(|_| (0..net.input.len()).map(|_| rng.bits() as u8).collect()).collect()
}

fn assert_close(what: &str, found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len(), "{what}");
    let largest = expected.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    let far = found.iter().zip(expected).any(|(f, e)| (f - e).abs() > tolerance * largest);
    assert!(!far, "{what}: {found:?}, expected {expected:?}");
}

/// Imports a model, holds its floats against an independent runtime, its integers against the
/// floats, and its file against itself; gives its network.
fn checked(what: &str, model: &ModelProto) -> Network {
    let bytes = model.encode_to_vec();
    let net = import_bytes(&bytes, "average.onnx").unwrap_or_else(|e| panic!("{what}: {e}"));
    let reference = tract_onnx::onnx().model_for_read(&mut &bytes[..]).expect("readable by the reference");
    let reference = reference.into_optimized().expect("understood by the reference").into_runnable().expect("runnable");
    let quantized = quantize::quantize(&net, &images(&net, 1, 32)).expect("quantised");
    let file = container::save(&quantized).expect("valid");
    assert_eq!(container::load_bytes(&file, "file").expect("read again"), quantized, "{what}");
    let shape = [1, net.input.channels, net.input.height, net.input.width];
    for image in images(&net, 2, 4) {
        let x = float::normalize(&net, &image);
        let logits = float::run(&net, &x).expect("finite").logits;
        let input = Tensor::from_shape(&shape, &x).expect("the image's shape");
        let expected = reference.run(tvec!(input.into())).expect("runs in the reference");
        let expected: Vec<f32> = expected[0].to_plain_array_view::<f32>().expect("floats").iter().copied().collect();
        assert_close(what, &logits, &expected, TOLERANCE);
        let trace = integer::run(&quantized, &quantized.input.quantize_image(&image), integer::Mode::Gated);
        let integers: Vec<f32> = trace.logits.iter().map(|&l| l as f32 * quantized.logit_scale).collect();
        assert_close(&format!("{what}, in integers"), &integers, &logits, LOGIT_ERROR);
    }
    net
}

fn pools(net: &Network) -> Vec<&Pool> {
    net.layers.iter().filter_map(|l| if let Layer::Pool(p) = l { Some(p) } else { None }).collect()
}

#[test]
fn windows_behind_a_convolution() {
    let kernel = |k: i64| ints("kernel_shape", &[k; 2]);
    let stride = |s: i64| ints("strides", &[s; 2]);
    let (pads, counts) = (ints("pads", &[1; 4]), int("count_include_pad", 1));
    let pad = node("Pad", &["x", "zeros"], "padded", vec![]);
    let same = |way| text("auto_pad", way);
    let forms = [
        ("plain", vec![average("x", &[kernel(2), stride(2)])], false, true),
        ("counts nothing", vec![average("x", &[kernel(2), counts.clone()])], false, true),
        ("left out", vec![average("x", &[kernel(3), stride(2), pads.clone()])], false, true),
        ("counted", vec![average("x", &[kernel(3), stride(2), pads.clone(), counts.clone()])], true, true),
        ("upper", vec![average("x", &[kernel(2), stride(2), same("SAME_UPPER")])], false, true),
        ("lower", vec![average("x", &[kernel(3), stride(2), same("SAME_LOWER"), counts.clone()])], true, true),
        ("uneven", vec![average("x", &[ints("kernel_shape", &[3, 2]), ints("pads", &[2, 0, 0, 1])])], false, true),
        ("ceil", vec![average("x", &[ints("kernel_shape", &[3, 2]), stride(2), int("ceil_mode", 1)])], false, true),
        ("ceil drops", vec![average("x", &[kernel(2), stride(2), pads.clone(), int("ceil_mode", 1)])], false, true),
        ("Pad", vec![pad.clone(), average("padded", &[kernel(3), stride(2)])], true, true),
        ("Pad and pads", vec![pad, average("padded", &[kernel(4), pads.clone(), counts.clone()])], true, true),
        ("linear", vec![average("raw", &[kernel(3), pads.clone()])], false, false),
        ("a ReLU behind it", vec![average("raw", &[kernel(3), pads]), node("Relu", &["y"], "z", vec![])], false, true),
    ];
    for (what, mut nodes, counts_padding, relu) in forms {
        if nodes.last().is_some_and(|last| last.op_type() == "Relu") {
            let last = nodes.len() - 1;
            (nodes[last - 1].output[0], nodes[last].input[0], nodes[last].output[0]) =
                ("averaged".into(), "averaged".into(), "y".into());
        }
        let net = checked(what, &behind_the_stem(nodes));
        let [pool] = pools(&net)[..] else { panic!("{what}: {:?}", net.layers) };
        assert_eq!(pool.pooling, Pooling::Average(AveragePool { counts_padding, relu }), "{what}");
    }
}

/// The block behind the poolings adds to their map, so it has to know that this has a ReLU.
#[test]
fn a_relu_is_known_behind_two_poolings() {
    let kernel = [ints("kernel_shape", &[3, 3]), ints("pads", &[1; 4])];
    for first in ["MaxPool", "AveragePool"] {
        let front = node(first, &["x"], "front", kernel.to_vec());
        let net = checked(first, &behind_the_stem(vec![front, average("front", &kernel)]));
        let relus: Vec<bool> = pools(&net).iter().map(|p| p.pooling.room().relu(true)).collect();
        assert_eq!(relus, [true, true], "{first}");
    }
}

#[test]
fn a_factor_folds_into_the_convolution_in_front() {
    let kernel = [ints("kernel_shape", &[3, 3]), ints("pads", &[1; 4])];
    let mut average = average("raw", &kernel);
    (average.name, average.output[0]) = (Some("averaged".into()), "averaged".into());
    let net = checked("offset", &behind_the_stem(vec![average, node("Add", &["averaged", "one"], "y", vec![])]));
    assert_eq!(pools(&net).len(), 1);
}

/// A network whose last map is averaged by `pool` and read by two 1x1 convolutions.
fn global(pool: NodeProto) -> ModelProto {
    let mut model = network(&SPEC, Style { fc: FcForm::Conv, ..Style::PLAIN });
    let graph = model.graph.as_mut().expect("a graph");
    let at = graph.node.iter().position(|n| n.name() == "head.pool").expect("the classifier's average");
    let last = graph.node[at].input[0].clone();
    graph.node[at] = NodeProto { input: vec![last], ..pool };
    let weights = graph.initializer.iter().find(|t| t.name() == "classes.weight").expect("weights");
    let channels = weights.dims[1] as usize;
    let mut rng = Rng::new(5);
    let mut random = |count: usize| (0..count).map(|_| rng.float()).collect::<Vec<f32>>();
    let (weights, bias) = (random(6 * channels), random(6));
    graph.initializer.extend([tensor("h.weight", &[6, channels, 1, 1], weights), tensor("h.bias", &[6], bias)]);
    graph.initializer.retain(|t| t.name() != "classes.weight");
    graph.initializer.push(tensor("classes.weight", &[5, 6, 1, 1], random(30)));
    graph.node.push(node("Conv", &["head.pool", "h.weight", "h.bias"], "h", vec![]));
    graph.node.push(node("Relu", &["h"], "h.relu", vec![]));
    graph.node.iter_mut().find(|n| n.name() == "classes").expect("the classifier").input[0] = "h.relu".into();
    model
}

#[test]
fn the_average_of_a_whole_map_inside_the_network() {
    let forms = [
        node("GlobalAveragePool", &["x"], "head.pool", vec![]),
        node("ReduceMean", &["x"], "head.pool", vec![ints("axes", &[2, 3]), int("keepdims", 1)]),
    ];
    for pool in forms {
        let what = pool.op_type().to_owned();
        let net = checked(&what, &global(pool));
        let [.., Layer::Pool(pool), Layer::Conv(hidden)] = &net.layers[..] else { panic!("{what}: {:?}", net.layers) };
        let [height, width] = [pool.windows.input.height, pool.windows.input.width];
        assert_eq!((pool.windows.kernel, pool.windows.output.pixels()), ([height, width], 1), "{what}");
        assert_eq!((hidden.output.channels, hidden.relu), (6, Some(f32::INFINITY)), "{what}");
    }
}

/// A network of 8x8 pixels with a projection of stride 2, in front of which stands `pool`.
fn shortcut(pool: &[AttributeProto]) -> ModelProto {
    let strided = |n: &NodeProto| {
        n.name().ends_with(".shortcut") && n.attribute.iter().any(|a| a.name() == "strides" && a.ints == [2, 2])
    };
    let nets = (0..1000).map(|seed| network(&Spec { seed, size: [8, 8], ..Spec::SMALL }, Style::PLAIN));
    let first = |model: &ModelProto| {
        let nodes = &model.graph.as_ref().expect("a graph").node;
        nodes.iter().find(|n| n.name().ends_with(".shortcut")).is_some_and(strided)
    };
    let mut model = nets.into_iter().find(first).expect("a projection of stride 2");
    let graph = model.graph.as_mut().expect("a graph");
    let projection = graph.node.iter_mut().find(|n| strided(n)).expect("found above");
    let x = std::mem::replace(&mut projection.input[0], "averaged".into());
    projection.attribute.retain(|a| a.name() != "strides");
    graph.node.push(node("AveragePool", &[&x], "averaged", pool.to_vec()));
    model
}

#[test]
fn in_front_of_a_projection_it_is_part_of_the_convolution() {
    let (stride, pads) = (ints("strides", &[2; 2]), ints("pads", &[1; 4]));
    for (kernel, more) in [(2, vec![]), (3, vec![pads, int("count_include_pad", 1)])] {
        let attributes = [vec![ints("kernel_shape", &[kernel; 2]), stride.clone()], more].concat();
        let net = checked("shortcut", &shortcut(&attributes));
        let shortcuts =
            net.layers.iter().filter_map(|l| if let Layer::Block(b) = l { b.shortcut.as_ref() } else { None });
        let kernels: Vec<_> = shortcuts.filter(|s| s.stride == [2, 2]).map(|s| s.kernel).collect();
        assert!(kernels.contains(&[kernel as usize; 2]), "{kernels:?}");
        assert_eq!(pools(&net).len(), 0);
    }
}

#[test]
fn what_cannot_be_computed_is_refused() {
    let refused = |model: &ModelProto, parts: &[&str]| {
        let message = import_bytes(&model.encode_to_vec(), "average.onnx").expect_err("refused").to_string();
        assert!(parts.iter().all(|part| message.contains(part)), "{message}");
    };
    let (kernel, pads) = (ints("kernel_shape", &[3, 3]), ints("pads", &[1; 4]));
    let pad = |attributes: Vec<&str>| node("Pad", &attributes, "padded", vec![]);
    refused(
        &behind_the_stem(vec![
            pad(vec!["x", "zeros"]),
            average("padded", &[ints("kernel_shape", &[4, 4]), pads.clone()]),
        ]),
        &["`y`", "padding that is left out, of a map padded with zeros, which count", "count_include_pad = 1"],
    );
    refused(
        &behind_the_stem(vec![pad(vec!["x", "zeros", "one"]), average("padded", std::slice::from_ref(&kernel))]),
        &["`y`", "`AveragePool` of a map padded with 1", "pad with 0"],
    );
    refused(&behind_the_stem(vec![average("x", &[])]), &["`y`", "kernel_shape"]);
    let ceil = [ints("kernel_shape", &[2, 2]), ints("strides", &[2, 2]), int("ceil_mode", 1)];
    refused(&behind_the_stem(vec![average("x", &ceil)]), &["`y`", "ceil_mode = 0"]);
    let ceil = [kernel.clone(), int("ceil_mode", 2)];
    refused(&behind_the_stem(vec![average("x", &ceil)]), &["`y`", "ceil_mode 0 or 1", "found 2"]);
    let counts = [kernel.clone(), pads.clone(), int("count_include_pad", 2)];
    refused(&behind_the_stem(vec![average("x", &counts)]), &["`y`", "count_include_pad = 0 or 1", "found 2"]);
    let mut averaged = average("x", std::slice::from_ref(&kernel));
    averaged.output[0] = "averaged".into();
    let clip = node("Clip", &["averaged"], "y", vec![real("min", 0.0), real("max", 2.0)]);
    let clipped = behind_the_stem(vec![averaged, clip]);
    refused(&clipped, &["(AveragePool)", "clips in front of the average pooling", "a clip to 0..2 behind it"]);
    let left_out = [kernel, pads, ints("strides", &[2, 2])];
    refused(&shortcut(&left_out), &["`averaged`", "in a residual block", "in front of a 1x1 convolution"]);
}
