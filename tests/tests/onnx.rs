//! Import and float reference against an independent ONNX runtime, and what import refuses.

use lcsim_golden::float::{self, Activations};
use lcsim_golden::model::{Layer, Network};
use lcsim_golden::onnx::proto::{GraphProto, ModelProto, NodeProto, TensorProto, attribute_type, data_type};
use lcsim_golden::onnx::{import, import_bytes};
use lcsim_tests::onnx_builder::{
    ClampForm, FcForm, Rng, Spec, Style, build, int, ints, mobile, network, tensor, value,
};
use lcsim_tests::repository;
use proptest::prelude::*;
use prost::Message;
use std::path::PathBuf;
use tract_onnx::prelude::{Framework, InferenceModelExt, IntoRunnable, Tensor, tvec};

/// Allowed difference, relative to the largest logit: rounding of another order of summation.
const TOLERANCE: f32 = 1e-4;

fn model_path(name: &str) -> PathBuf {
    repository("models").join(name)
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

fn assert_close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(1e-3f32, |m, v| m.max(v.abs()));
    for (f, e) in found.iter().zip(expected) {
        assert!((f - e).abs() <= tolerance * largest, "{found:?}, reference {expected:?}");
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
            let skipped = b.lnet.as_ref().is_some_and(|l| zero(l.name()));
            for g in &b.convs {
                assert_eq!(a.maps.iter().any(|(n, _)| *n == g.conv.name), !skipped, "{}", g.conv.name);
            }
            let cnets = b.convs.iter().filter_map(|g| g.gate.as_ref());
            assert!(cnets.into_iter().all(|c| a.scores.iter().any(|(n, _)| n == c.name()) != skipped));
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
        let blocks =
            net.layers.iter().filter_map(|l| if let Layer::Block(b) = l { Some(b.name.as_str()) } else { None });
        assert_eq!(blocks.collect::<Vec<_>>(), ["block1", "block2", "block3"]);
        for seed in 0..4 {
            let x = random_image(&net, seed);
            let a = float::run(&net, &x).expect("finite");
            assert_close(&a.logits, &reference(&bytes, &net, &x), TOLERANCE);
            assert_consistent(&net, &a);
            assert_eq!(a.scores.is_empty(), !gated);
            assert_eq!(a.macs == net.dense_macs(), !gated);
        }
    }
}

fn style() -> impl Strategy<Value = Style> {
    let fc = prop::sample::select(vec![FcForm::Gemm, FcForm::GemmTransposed, FcForm::MatMul, FcForm::Conv]);
    let clamp = prop::sample::select(vec![
        ClampForm::Attributes,
        ClampForm::Inputs,
        ClampForm::ReluMin,
        ClampForm::ReluClip,
        ClampForm::TwoClips,
    ]);
    (fc, clamp, any::<[bool; 7]>()).prop_map(
        |(fc, clamp, [norm, mean, own_pools, swap, score_first, softmax, max_pool])| Style {
            fc,
            clamp,
            norm,
            mean,
            own_pools,
            swap,
            score_first,
            softmax,
            max_pool,
        },
    )
}

/// Imports a random network and compares it with the reference.
fn imported(bytes: &[u8], seed: u64, style: Style) -> (Network, Activations) {
    let net = import_bytes(bytes, "random.onnx").expect("a supported model");
    let x = random_image(&net, seed);
    let a = float::run(&net, &x).expect("finite");
    assert_consistent(&net, &a);
    let mut found = a.logits.clone();
    if style.softmax {
        let exp: Vec<f32> = found.iter().map(|l| l.exp()).collect();
        found = exp.iter().map(|e| e / exp.iter().sum::<f32>()).collect();
    }
    assert_close(&found, &reference(bytes, &net, &x), TOLERANCE);
    (net, a)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn random_networks_equal_the_reference(
        seed: u64, blocks in 1..4usize, depth in 2..4usize, size in [5..14usize, 5..14usize], style in style(),
    ) {
        let bytes = build(&Spec { seed, blocks, depth, size }, style);
        let (net, _) = imported(&bytes, seed, style);
        prop_assert_eq!(net.layers.len(), 1 + usize::from(style.max_pool) + blocks);
    }

    #[test]
    fn random_mobile_networks_equal_the_reference(
        seed: u64, blocks in 1..6usize, size in [5..14usize, 5..14usize], style in style(), max in 0.1f32..6.0,
    ) {
        let bytes = mobile(&Spec { seed, blocks, depth: 3, size }, style, max).encode_to_vec();
        let (net, a) = imported(&bytes, seed, style);
        prop_assert_eq!(net.convs().filter(|c| c.depthwise).count(), blocks);
        // All but the projections are clipped, and some of the stem's values lie on either side of
        // the bound or of 0.
        let clipped = net.convs().filter(|c| c.clip() == Some(max)).count();
        prop_assert_eq!(clipped + blocks, net.convs().count());
        prop_assert!(a.maps[0].1.iter().any(|v| !(0.0..=max).contains(v)));
    }

    #[test]
    fn damaged_files_never_panic(at in any::<prop::sample::Index>(), byte: u8, cut in any::<prop::sample::Index>()) {
        let mut bytes = build(&Spec::SMALL, Style::PLAIN);
        let (at, cut) = (at.index(bytes.len()), cut.index(bytes.len()));
        prop_assert!(import_bytes(&bytes[..cut], "cut").is_err());
        bytes[at] = byte;
        let _ = import_bytes(&bytes, "damaged");
    }
}

#[test]
fn the_way_of_writing_changes_nothing() {
    let plain = import_bytes(&build(&Spec::SMALL, Style::PLAIN), "m").expect("supported");
    assert_eq!((&plain.mean[..], &plain.std[..]), (&[0.5, 0.25, 0.5][..], &[0.5, 0.25, 1.0][..]));
    let other = Style { own_pools: true, swap: true, score_first: true, softmax: true, mean: true, ..Style::PLAIN };
    for style in [
        other,
        Style { clamp: ClampForm::ReluMin, ..Style::PLAIN },
        Style { clamp: ClampForm::ReluClip, ..Style::PLAIN },
        Style { clamp: ClampForm::TwoClips, ..Style::PLAIN },
        Style { clamp: ClampForm::Attributes, ..Style::PLAIN },
    ] {
        let net = import_bytes(&build(&Spec::SMALL, style), "m").expect("supported");
        assert_eq!(net.layers.len(), plain.layers.len());
        // The builder draws weights in the order of nodes, which these styles keep.
        assert_eq!(net.classifier.weights.len(), plain.classifier.weights.len());
        assert_eq!(net, plain);
    }
}

/// A block of one convolution without gates is a convolution. With a gate, it has no order of
/// steps: it writes to the map that it reads.
#[test]
fn blocks_of_one_convolution() {
    let (mut merged, mut refused) = (0, 0);
    for seed in 0..200 {
        let bytes = build(&Spec { seed, depth: 1, blocks: 1, ..Spec::SMALL }, Style::PLAIN);
        match import_bytes(&bytes, "m") {
            Ok(net) => {
                assert!(net.layers.iter().all(|layer| matches!(layer, Layer::Conv(_))), "{seed}");
                let x = random_image(&net, seed);
                assert_close(&float::run(&net, &x).expect("finite").logits, &reference(&bytes, &net, &x), TOLERANCE);
                merged += 1;
            }
            Err(error) => {
                let message = error.to_string();
                assert!(message.contains("convolutions of the branch: expected 2 or more"), "{message}");
                refused += 1;
            }
        }
    }
    assert!(merged > 3 && refused > 3, "{merged} merged, {refused} refused");
}

/// Every encoding of a tensor's elements.
#[test]
fn encodings_of_weights() {
    let model = network(&Spec::SMALL, Style::PLAIN);
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
    let brain = encode(&|t| {
        if t.data_type == Some(data_type::FLOAT) {
            t.data_type = Some(data_type::BFLOAT16);
            // Rounded towards 0, which leaves clamps valid.
            t.int32_data = floats(t).iter().map(|v| (v.to_bits() >> 16) as i32).collect();
        }
    });
    assert_close(&brain.classifier.weights, &plain.classifier.weights, 0.01);
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
    let plain = import_bytes(&build(&Spec::SMALL, Style::PLAIN), "m").expect("supported");
    let found = edited(|m| {
        let graph = m.graph.as_mut().expect("a graph");
        for t in std::mem::take(&mut graph.initializer) {
            let mut attribute = int("value", 0);
            (attribute.i, attribute.r#type) = (None, Some(attribute_type::TENSOR));
            let output = vec![t.name().to_owned()];
            attribute.t = Some(Box::new(t));
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
    let mut model = network(&Spec::SMALL, Style::PLAIN);
    change(&mut model);
    import_bytes(&model.encode_to_vec(), "changed.onnx")
}

/// Forms of padding and of pooling that the builder does not draw, each against the reference.
#[test]
fn further_forms_equal_the_reference() {
    let check = |opset: i64, change: &dyn Fn(&mut GraphProto)| {
        let mut model = network(&Spec { size: [9, 8], ..Spec::SMALL }, Style::PLAIN);
        model.opset_import[0].version = Some(opset);
        change(model.graph.as_mut().expect("a graph"));
        let bytes = model.encode_to_vec();
        let net = import_bytes(&bytes, "form.onnx").expect("supported");
        let x = random_image(&net, 3);
        assert_close(&float::run(&net, &x).expect("finite").logits, &reference(&bytes, &net, &x), TOLERANCE);
    };
    for auto_pad in ["VALID", "SAME_UPPER", "SAME_LOWER"] {
        for stride in [1, 2] {
            check(13, &|g| {
                let stem = g.node.iter_mut().find(|n| n.name() == "stem").expect("the stem");
                let mut auto = int("auto_pad", 0);
                (auto.i, auto.s, auto.r#type) = (None, Some(auto_pad.into()), Some(attribute_type::STRING));
                stem.attribute = vec![ints("strides", &[stride; 2]), auto];
            });
        }
    }
    check(13, &|g| {
        let stem = g.node.iter_mut().find(|n| n.name() == "stem").expect("the stem");
        stem.attribute = vec![ints("strides", &[2, 1]), ints("pads", &[0, 2, 1, 0])];
    });
    // A second convolution outside the blocks, without ReLU.
    check(13, &|g| {
        let weights: Vec<f32> = (0..9).map(|i| 0.3 * (i as f32 - 3.0)).collect();
        g.initializer.push(tensor("pre.weight", &[3, 3, 1, 1], weights));
        let stem = g.node.iter_mut().find(|n| n.name() == "stem").expect("the stem");
        let mut pre = stem.clone();
        (stem.input[0], pre.attribute) = ("pre".into(), vec![]);
        (pre.name, pre.input, pre.output) = (None, vec!["image".into(), "pre.weight".into()], vec!["pre".into()]);
        g.node.push(pre);
    });
    // ReduceMean with its axes as input drops them, and so replaces the Flatten.
    check(18, &|g| {
        let data = vec![-2, 3];
        let axes =
            TensorProto { dims: vec![2], data_type: Some(data_type::INT64), int64_data: data, ..Default::default() };
        g.initializer.push(TensorProto { name: Some("axes".into()), ..axes });
        for node in &mut g.node {
            if node.op_type() == "GlobalAveragePool" {
                node.op_type = Some("ReduceMean".into());
                node.input.push("axes".into());
                node.attribute = vec![int("keepdims", 0)];
            } else if node.op_type() == "Flatten" {
                (node.op_type, node.attribute) = (Some("Identity".into()), vec![]);
            }
        }
    });
}
