//! Import and float reference against an independent ONNX runtime, and what import refuses.

use lcsim_golden::float::{self, Activations};
use lcsim_golden::model::{Layer, Network};
use lcsim_golden::onnx::proto::{ModelProto, NodeProto, TensorProto, attribute_type, data_type};
use lcsim_golden::onnx::{import, import_bytes};
use lcsim_tests::onnx_builder::{ClampForm, FcForm, Rng, Spec, Style, build, int, ints, network, value};
use proptest::prelude::*;
use prost::Message;
use std::path::PathBuf;
use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, Tensor, tvec};

/// Allowed difference, relative to the largest logit: rounding of another order of summation.
const TOLERANCE: f32 = 1e-4;

const PLAIN: Style = Style {
    fc: FcForm::Gemm,
    clamp: ClampForm::Inputs,
    norm: false,
    mean: false,
    own_pools: false,
    swap: false,
    score_first: false,
    softmax: false,
};
const SPEC: Spec = Spec { seed: 7, blocks: 2, depth: 2, size: [8, 8] };

fn model_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../models").join(name)
}

/// The independent runtime's output.
fn reference(bytes: &[u8], net: &Network, x: &[f32]) -> Vec<f32> {
    let model = tract_onnx::onnx().model_for_read(&mut &bytes[..]).expect("readable by the reference");
    let model = model.into_optimized().expect("understood by the reference").into_runnable().expect("runnable");
    let shape = [1, net.input.channels, net.input.height, net.input.width];
    let input = Tensor::from_shape(&shape, x).expect("the image's shape");
    let result = model.run(tvec!(input.into())).expect("runs in the reference");
    result[0].to_plain_array_view::<f32>().expect("floats").iter().copied().collect()
}

fn assert_close(found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= TOLERANCE * largest, "{found:?}, reference {expected:?}");
    }
}

fn random_image(net: &Network, seed: u64) -> Vec<f32> {
    let mut rng = Rng::new(seed);
    let image: Vec<u8> = (0..net.input.len()).map(|_| rng.bits() as u8).collect();
    float::normalize(net, &image)
}

/// What must hold of the activations of any network.
fn assert_consistent(net: &Network, a: &Activations) {
    let order: Vec<&str> = net.convs().map(|c| c.name.as_str()).collect();
    let mut rest = order.iter();
    for (name, map) in &a.maps {
        assert!(rest.any(|n| n == name), "{name} out of order");
        let conv = net.convs().find(|c| c.name == *name).expect("a convolution of the network");
        assert_eq!(map.len(), conv.output.len());
    }
    assert!(a.scores.iter().flat_map(|(_, s)| s).all(|s| (0.0..=1.0).contains(s)));
    assert!(a.macs <= net.dense_macs());
    let zero = |name: &str| a.scores.iter().any(|(n, s)| n == name && s == &[0.0]);
    for layer in &net.layers {
        if let Layer::Block(b) = layer {
            let skipped = b.lnet.as_ref().is_some_and(|l| zero(&l.name));
            for g in &b.convs {
                assert_eq!(a.maps.iter().any(|(n, _)| *n == g.conv.name), !skipped, "{}", g.conv.name);
            }
            let cnets = b.convs.iter().filter_map(|g| g.gate.as_ref());
            assert!(cnets.into_iter().all(|c| a.scores.iter().any(|(n, _)| *n == c.name) != skipped));
        }
    }
}

#[test]
fn trained_models_equal_the_reference() {
    for (file, gated) in [("resnet8-lcnet.onnx", true), ("resnet8-dense.onnx", false)] {
        let path = model_path(file);
        let net = import(&path).expect("a supported model");
        let bytes = std::fs::read(&path).expect("readable");
        assert_eq!(net.name, file.trim_end_matches(".onnx"));
        assert_eq!(net.layers.len(), 4);
        for seed in 0..4 {
            let x = random_image(&net, seed);
            let a = float::run(&net, &x);
            assert_close(&a.logits, &reference(&bytes, &net, &x));
            assert_consistent(&net, &a);
            assert_eq!(a.scores.is_empty(), !gated);
            assert_eq!(a.macs == net.dense_macs(), !gated);
        }
    }
}

fn style() -> impl Strategy<Value = Style> {
    let fc = prop::sample::select(vec![FcForm::Gemm, FcForm::GemmTransposed, FcForm::MatMul, FcForm::Conv]);
    let clamp = prop::sample::select(vec![ClampForm::Attributes, ClampForm::Inputs, ClampForm::ReluMin]);
    (fc, clamp, any::<[bool; 6]>()).prop_map(|(fc, clamp, [norm, mean, own_pools, swap, score_first, softmax])| Style {
        fc,
        clamp,
        norm,
        mean,
        own_pools,
        swap,
        score_first,
        softmax,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_networks_equal_the_reference(
        seed: u64, blocks in 1..4usize, depth in 1..4usize, size in [5..14usize, 5..14usize], style in style(),
    ) {
        let bytes = build(&Spec { seed, blocks, depth, size }, style);
        let net = import_bytes(&bytes, "random.onnx").expect("a supported model");
        prop_assert_eq!(net.layers.len(), 1 + blocks);
        let x = random_image(&net, seed);
        let a = float::run(&net, &x);
        assert_consistent(&net, &a);
        let mut found = a.logits.clone();
        if style.softmax {
            let exp: Vec<f32> = found.iter().map(|l| l.exp()).collect();
            found = exp.iter().map(|e| e / exp.iter().sum::<f32>()).collect();
        }
        assert_close(&found, &reference(&bytes, &net, &x));
    }

    #[test]
    fn damaged_files_never_panic(at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        let mut bytes = build(&SPEC, PLAIN);
        let (at, cut) = (at.index(bytes.len()), cut.index(bytes.len()));
        prop_assert!(import_bytes(&bytes[..cut], "cut").is_err());
        bytes[at] = byte;
        let _ = import_bytes(&bytes, "damaged");
    }
}

#[test]
fn the_way_of_writing_changes_nothing() {
    let plain = import_bytes(&build(&SPEC, PLAIN), "m").expect("supported");
    assert_eq!((&plain.mean[..], &plain.std[..]), (&[0.5, 0.25, 0.5][..], &[0.5, 0.25, 1.0][..]));
    let other = Style { own_pools: true, swap: true, score_first: true, softmax: true, mean: true, ..PLAIN };
    for style in [other, Style { clamp: ClampForm::ReluMin, ..PLAIN }, Style { clamp: ClampForm::Attributes, ..PLAIN }]
    {
        let net = import_bytes(&build(&SPEC, style), "m").expect("supported");
        assert_eq!(net.layers.len(), plain.layers.len());
        // The builder draws weights in the order of nodes, which these styles keep.
        assert_eq!(net.classifier.weights.len(), plain.classifier.weights.len());
        assert_eq!(net, plain);
    }
}

/// Every encoding of a tensor's elements.
#[test]
fn encodings_of_weights() {
    let model = network(&SPEC, PLAIN);
    let plain = import_bytes(&model.encode_to_vec(), "m").expect("supported");
    let encode = |convert: &dyn Fn(&mut TensorProto)| {
        let mut model = model.clone();
        model.graph.as_mut().expect("a graph").initializer.iter_mut().for_each(convert);
        import_bytes(&model.encode_to_vec(), "m").expect("supported")
    };
    let floats = |t: &mut TensorProto| std::mem::take(&mut t.float_data);
    let raw = encode(&|t| {
        if t.data_type == Some(data_type::FLOAT) {
            t.raw_data = Some(floats(t).iter().flat_map(|v| v.to_le_bytes()).collect());
        }
    });
    assert_eq!(raw, plain);
    let double = encode(&|t| {
        if t.data_type == Some(data_type::FLOAT) {
            t.data_type = Some(data_type::DOUBLE);
            t.raw_data = Some(floats(t).iter().flat_map(|&v| f64::from(v).to_le_bytes()).collect());
        }
    });
    assert_eq!(double, plain);
    let half = encode(&|t| {
        if t.data_type == Some(data_type::FLOAT) {
            t.data_type = Some(data_type::FLOAT16);
            // Only 0 and 1 are written exactly; they keep the clamps valid.
            let bits = |v: f32| if v == 1.0 { 0x3c00u16 } else { 0 };
            t.raw_data = Some(floats(t).iter().flat_map(|&v| bits(v).to_le_bytes()).collect());
        }
    });
    assert!(half.classifier.weights.iter().all(|&w| w == 0.0));
}

#[test]
fn constant_nodes_hold_weights_too() {
    let plain = import_bytes(&build(&SPEC, PLAIN), "m").expect("supported");
    let found = edited(|m| {
        let graph = m.graph.as_mut().expect("a graph");
        for t in std::mem::take(&mut graph.initializer) {
            let mut attribute = int("value", 0);
            (attribute.i, attribute.r#type) = (None, Some(attribute_type::TENSOR));
            let output = vec![t.name().to_owned()];
            attribute.t = Some(t);
            let node = NodeProto {
                output,
                op_type: Some("Constant".into()),
                attribute: vec![attribute],
                ..Default::default()
            };
            graph.node.push(node);
        }
        graph.input[0] = value("image", &[None, Some(3), Some(8), Some(8)]);
    });
    let mut found = found.expect("supported");
    found.name = "m".into();
    assert_eq!(found, plain);
}

/// Imports the plain model after a change, in a file called `changed.onnx`.
fn edited(change: impl FnOnce(&mut ModelProto)) -> Result<Network, lcsim_golden::Error> {
    let mut model = network(&SPEC, PLAIN);
    change(&mut model);
    import_bytes(&model.encode_to_vec(), "changed.onnx")
}

/// The message about the plain model after a change.
#[track_caller]
fn refusal(parts: &[&str], change: impl FnOnce(&mut ModelProto)) {
    let message = edited(change).expect_err("must be refused").to_string();
    for part in ["changed.onnx"].iter().chain(parts) {
        assert!(message.contains(part), "no `{part}` in: {message}");
    }
}

fn node<'a>(m: &'a mut ModelProto, name: &str) -> &'a mut NodeProto {
    let mut nodes = m.graph.as_mut().expect("a graph").node.iter_mut();
    nodes.find(|n| n.name() == name).expect("a node of the plain model")
}

fn initializer<'a>(m: &'a mut ModelProto, name: &str) -> &'a mut TensorProto {
    let mut tensors = m.graph.as_mut().expect("a graph").initializer.iter_mut();
    tensors.find(|t| t.name() == name).expect("a tensor of the plain model")
}

#[test]
fn files_that_are_no_model() {
    let message = |bytes: &[u8]| import_bytes(bytes, "f.onnx").expect_err("must be refused").to_string();
    assert!(message(b"").contains("an empty file"));
    assert!(message(b"this is a text file\n").contains("f.onnx: file: expected an ONNX model"));
    let bytes = build(&SPEC, PLAIN);
    assert!(message(&bytes[..bytes.len() / 2]).contains("f.onnx: file: expected an ONNX model"));
    let missing = import(&model_path("absent.onnx")).expect_err("must be refused").to_string();
    assert!(missing.contains("absent.onnx: cannot read"), "{missing}");
    refusal(&["no graph"], |m| m.graph = None);
    refusal(&["operator set", "6"], |m| m.opset_import[0].version = Some(6));
}

#[test]
fn operators_that_are_not_understood() {
    refusal(&["`stem.relu`", "`Sigmoid`", "not supported"], |m| node(m, "stem.relu").op_type = Some("Sigmoid".into()));
    refusal(&["`stem.relu`", "`MaxPool`", "not supported"], |m| {
        let node = node(m, "stem.relu");
        node.op_type = Some("MaxPool".into());
        node.attribute = vec![ints("kernel_shape", &[2, 2])];
    });
    refusal(&["`stem`", "Conv", "group = 1", "3"], |m| node(m, "stem").attribute.push(int("group", 3)));
    refusal(&["`stem`", "dilations = [1, 1]", "[2, 2]"], |m| {
        node(m, "stem").attribute.push(ints("dilations", &[2, 2]))
    });
    refusal(&["`classes`", "transA = 0", "1"], |m| node(m, "classes").attribute.push(int("transA", 1)));
    refusal(&["`stem`", "domain `com.example`"], |m| node(m, "stem").domain = Some("com.example".into()));
    refusal(&["`stem`", "pads"], |m| node(m, "stem").attribute[2].ints = vec![-1, 1, 1, 1]);
    refusal(&["`stem`", "padding below the kernel"], |m| node(m, "stem").attribute[2].ints = vec![9; 4]);
}

#[test]
fn inputs_that_are_not_static() {
    for (i, what) in [(1, "channels"), (2, "height"), (3, "width")] {
        let mut dims = [Some(1), Some(3), Some(8), Some(8)];
        dims[i] = None;
        refusal(&["input `image`", &format!("dimension {i} ({what})"), "symbolic size `N`"], |m| {
            m.graph.as_mut().expect("a graph").input[0] = value("image", &dims);
        });
        dims[i] = Some(0);
        refusal(&["input `image`", &format!("dimension {i} ({what})"), "found 0"], |m| {
            m.graph.as_mut().expect("a graph").input[0] = value("image", &dims);
        });
        dims[i] = Some(i64::MAX);
        refusal(&["input `image`", &format!("dimension {i} ({what})")], |m| {
            m.graph.as_mut().expect("a graph").input[0] = value("image", &dims);
        });
    }
    refusal(&["input `image`", "batch", "4"], |m| {
        m.graph.as_mut().expect("a graph").input[0] = value("image", &[Some(4), Some(3), Some(8), Some(8)]);
    });
}

#[test]
fn tensors_that_are_wrong() {
    for (bad, text) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
        refusal(&["tensor `stem.weight`", "finite", text], |m| initializer(m, "stem.weight").float_data[5] = bad);
    }
    refusal(&["tensor `stem.weight`", "external data"], |m| initializer(m, "stem.weight").data_location = Some(1));
    refusal(&["tensor `stem.weight`", "elements"], |m| initializer(m, "stem.weight").float_data.truncate(3));
    refusal(&["tensor `stem.weight`", "dimensions"], |m| initializer(m, "stem.weight").dims = vec![i64::MAX; 4]);
    refusal(&["tensor `stem.weight`", "dimensions"], |m| initializer(m, "stem.weight").dims[0] = -1);
    refusal(&["tensor `stem.weight`", "floating-point", "element type 2"], |m| {
        initializer(m, "stem.weight").data_type = Some(2);
    });
    refusal(&["`stem`", "input `gone`"], |m| node(m, "stem").input[1] = "gone".into());
    refusal(&["metadata `lcsim.std`", "3 positive numbers"], |m| {
        m.metadata_props[1].value = Some("[1.0, 0.0, 1.0]".into());
    });
}

#[test]
fn graphs_that_are_no_residual_network() {
    refusal(&["cycle"], |m| node(m, "stem").input[0] = "block0.out".into());
    refusal(&["output `stem.relu`", "classifier", "ReLU of a convolution"], |m| {
        m.graph.as_mut().expect("a graph").output[0].name = Some("stem.relu".into());
    });
    refusal(&["`block0.add`", "a branch with a convolution", "one map twice"], |m| {
        node(m, "block0.add").input = vec!["stem.relu".into(); 2];
    });
    // The Relu of the first block's end moves in front of its addition.
    refusal(&["no ReLU after the last convolution of a branch"], |m| {
        let branch = std::mem::replace(&mut node(m, "block0.add").input[0], "early".into());
        let relu = NodeProto {
            input: vec![branch],
            output: vec!["early".into()],
            op_type: Some("Relu".into()),
            ..Default::default()
        };
        m.graph.as_mut().expect("a graph").node.push(relu);
    });
    refusal(&["`head.pool`", "the average of a map"], |m| node(m, "head.pool").input[0] = "stem.weight".into());
    refusal(&["value `stem`", "one definition"], |m| {
        let copy = node(m, "stem").clone();
        m.graph.as_mut().expect("a graph").node.push(copy);
    });
}

/// The plain model has at least one gate of each kind, so each of these changes meets one.
#[test]
fn gates_that_are_none() {
    let model = network(&SPEC, PLAIN);
    let nodes = &model.graph.as_ref().expect("a graph").node;
    let first = |part: &str| {
        let name = nodes.iter().map(NodeProto::name).find(|n| n.contains(part) && n.ends_with(".score"));
        name.expect("a gate of this kind").trim_end_matches(".score").to_owned()
    };
    let (cnet, lnet) = (first("cnet1"), first("lnet"));
    refusal(&[&cnet, "C-Net", "on the image"], |m| {
        for t in &mut m.graph.as_mut().expect("a graph").initializer {
            if t.name() == format!("{cnet}.weight") {
                t.dims[1] = 3;
                t.float_data.resize(3 * t.dims[0] as usize, 0.5);
            }
        }
        let pool = node(m, &cnet).input[0].replace(".flat", ".pool");
        node(m, &pool).input[0] = "image".into();
    });
    refusal(&[&lnet, "bounds 0 and 1", "0 and 6"], |m| initializer(m, &format!("{lnet}.one")).float_data = vec![6.0]);
    refusal(&[&format!("{lnet}.score"), "clamp directly after"], |m| {
        let pooled = node(m, &lnet).input[0].clone();
        node(m, &format!("{lnet}.score")).input[0] = pooled;
    });
    refusal(&["a score clamped to 0..1"], |m| {
        let pooled = node(m, &lnet).input[0].replace(".flat", ".pool");
        let product = format!("{}.kept", lnet.trim_end_matches(".lnet"));
        let nodes = &mut m.graph.as_mut().expect("a graph").node;
        let mul = nodes.iter_mut().find(|n| n.name().starts_with(&product)).expect("a product");
        mul.input[1] = pooled;
    });
}
