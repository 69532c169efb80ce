//! What the ONNX import refuses, and that the message names the place.

use lcsim_golden::Network;
use lcsim_golden::onnx::proto::{AttributeProto, ModelProto, NodeProto, TensorProto};
use lcsim_golden::onnx::{import, import_bytes};
use lcsim_tests::onnx_builder::{FcForm, Spec, Style, build, float, int, ints, mobile, network, value};
use prost::Message;
use std::path::Path;

/// Imports a model after a change, in a file called `changed.onnx`.
fn edited(mut model: ModelProto, change: impl FnOnce(&mut ModelProto)) -> Result<Network, lcsim_golden::Error> {
    change(&mut model);
    import_bytes(&model.encode_to_vec(), "changed.onnx")
}

/// The message about the plain model after a change.
#[track_caller]
fn refusal(parts: &[&str], change: impl FnOnce(&mut ModelProto)) {
    refusal_of(network(&Spec::SMALL, Style::PLAIN), parts, change);
}

#[track_caller]
fn refusal_of(model: ModelProto, parts: &[&str], change: impl FnOnce(&mut ModelProto)) {
    let message = edited(model, change).expect_err("must be refused").to_string();
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
    let bytes = build(&Spec::SMALL, Style::PLAIN);
    assert!(message(&bytes[..bytes.len() / 2]).contains("f.onnx: file: expected an ONNX model"));
    let missing = import(Path::new("absent.onnx")).expect_err("must be refused").to_string();
    assert!(missing.contains("absent.onnx: cannot read"), "{missing}");
    refusal(&["no graph"], |m| m.graph = None);
    refusal(&["operator set", "6"], |m| m.opset_import[0].version = Some(6));
}

#[test]
fn operators_that_are_not_understood() {
    refusal(&["`stem.relu`", "`Sigmoid`", "not supported"], |m| node(m, "stem.relu").op_type = Some("Sigmoid".into()));
    let pooling = |m: &mut ModelProto, op: &str, attributes: Vec<AttributeProto>| {
        let node = node(m, "stem.relu");
        (node.op_type, node.attribute) = (Some(op.into()), attributes);
    };
    let windows = || ints("kernel_shape", &[2, 2]);
    refusal(&["`stem.relu`", "kernel_shape", "none"], |m| pooling(m, "AveragePool", vec![]));
    refusal(&["`stem.relu`", "ceil_mode = 0, or strides that end with the map", "6 of 7 pixels"], |m| {
        pooling(m, "MaxPool", vec![windows(), ints("strides", &[7, 7]), int("ceil_mode", 1)])
    });
    refusal(&["`stem.relu`", "dilations = [1, 1]"], |m| {
        pooling(m, "MaxPool", vec![windows(), ints("dilations", &[2, 2])])
    });
    refusal(&["`stem.relu`", "kernel_shape", "none"], |m| pooling(m, "MaxPool", vec![]));
    refusal(&["`stem.relu`", "padding below the kernel"], |m| {
        pooling(m, "MaxPool", vec![windows(), ints("pads", &[2, 2, 0, 0])])
    });
    refusal(&["`stem`", "dilations = [1, 1]", "[2, 2]"], |m| {
        node(m, "stem").attribute.push(ints("dilations", &[2, 2]))
    });
    refusal(&["`classes`", "transA = 0", "1"], |m| node(m, "classes").attribute.push(int("transA", 1)));
    refusal(&["`stem`", "domain `com.example`"], |m| node(m, "stem").domain = Some("com.example".into()));
    refusal(&["`stem`", "pads"], |m| node(m, "stem").attribute[2].ints = vec![-1, 1, 1, 1]);
    refusal(&["`stem`", "padding below the kernel"], |m| node(m, "stem").attribute[2].ints = vec![9; 4]);
}

#[test]
fn convolutions_in_groups() {
    let in_groups = |of: i64| move |m: &mut ModelProto| node(m, "stem").attribute.push(int("group", of));
    for groups in [2, 0, -3, i64::MAX] {
        refusal(&["`stem`", "Conv", "group = 1, or 3 (depthwise)", &groups.to_string()], in_groups(groups));
    }
    refusal(&["`stem`", "dimensions [3, 1, height, width]"], in_groups(3));
    // Several outputs for each channel.
    refusal(&["`stem`", "dimensions [3, 1, height, width]", "[6, 1, 3, 3]"], |m| {
        in_groups(3)(m);
        let weights = initializer(m, "stem.weight");
        weights.dims = vec![6, 1, 3, 3];
        weights.float_data.resize(54, 0.5);
    });
    let by_conv = network(&Spec::SMALL, Style { fc: FcForm::Conv, ..Style::PLAIN });
    let weights = &by_conv.graph.as_ref().expect("a graph").initializer;
    let channels = weights.iter().find(|t| t.name() == "classes.weight").expect("the classifier").dims[1];
    refusal_of(by_conv, &["`classes`", "group = 1"], |m| {
        node(m, "classes").attribute.push(int("group", channels));
        let weights = initializer(m, "classes.weight");
        weights.dims = vec![channels, 1, 1, 1];
        weights.float_data.truncate(channels as usize);
        let bias = initializer(m, "classes.bias");
        bias.dims = vec![channels];
        bias.float_data.resize(channels as usize, 0.0);
    });
}

#[test]
fn clips_that_no_map_can_have() {
    let clip = |node: &mut NodeProto, min: f32, max: f32| {
        node.op_type = Some("Clip".into());
        node.attribute = vec![float("min", min), float("max", max)];
    };
    for (min, max) in [(-1.0, 6.0), (0.5, 6.0), (0.0, 0.0), (0.0, -1.0), (0.0, f32::NAN)] {
        let found = format!("{min} and {max}");
        refusal(&["`stem.relu`", "bounds 0 and above 0", &found], |m| clip(node(m, "stem.relu"), min, max));
    }
    refusal(&["`stem.relu`", "bounds 0 and above 0", "none and none"], |m| {
        node(m, "stem.relu").op_type = Some("Clip".into());
    });
    refusal(&["`block0.add`", "a plain ReLU or none behind an addition", "a clip to 0..6"], |m| {
        clip(node(m, "block0.out"), 0.0, 6.0);
    });
    let model = network(&Spec::SMALL, Style::PLAIN);
    let nodes = &model.graph.as_ref().expect("a graph").node;
    let kept = nodes.iter().map(NodeProto::name).find(|n| n.ends_with(".kept00")).expect("a gated inner convolution");
    let relu = kept.replace(".kept00", ".relu0");
    refusal(&["a score in front of the clip", "a score behind a clip to 0..6"], |m| clip(node(m, &relu), 0.0, 6.0));
    let pooled = network(&Spec::SMALL, Style { max_pool: true, ..Style::PLAIN });
    refusal_of(pooled, &["`stem.pool`", "ReLU in front of the max pooling"], |m| {
        let mut behind = node(m, "stem.relu").clone();
        clip(&mut behind, 0.0, 6.0);
        (behind.input[0], behind.output[0], behind.name) = ("stem.pool".into(), "behind".into(), None);
        let nodes = &mut m.graph.as_mut().expect("a graph").node;
        nodes.iter_mut().flat_map(|n| &mut n.input).filter(|i| *i == "stem.pool").for_each(|i| *i = "behind".into());
        nodes.push(behind);
    });
    // The stream of the first block begins at a clipped map, which it adds to.
    let blocks = mobile(&Spec { seed: 5, blocks: 4, ..Spec::SMALL }, Style::PLAIN, 6.0);
    let nodes = &blocks.graph.as_ref().expect("a graph").node;
    let add = nodes.iter().find(|n| n.op_type() == "Add").expect("a residual block").clone();
    refusal_of(blocks, &["ReLU of the input: expected a plain one, or a projection", "a clip to 0..6"], |m| {
        let mut behind = node(m, &add.input[1]).clone();
        clip(&mut behind, 0.0, 6.0);
        (behind.input, behind.output, behind.name) = (vec![add.input[1].clone()], vec!["behind".into()], None);
        let nodes = &mut m.graph.as_mut().expect("a graph").node;
        nodes.iter_mut().flat_map(|n| &mut n.input).filter(|i| **i == add.input[1]).for_each(|i| *i = "behind".into());
        nodes.push(behind);
    });
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
fn biases_that_do_not_fit() {
    let mut model = network(&Spec::SMALL, Style { fc: FcForm::MatMul, ..Style::PLAIN });
    let bias = initializer(&mut model, "classes.bias");
    (bias.dims, bias.float_data) = (vec![4], vec![0.0; 4]);
    let message = import_bytes(&model.encode_to_vec(), "m").expect_err("must be refused").to_string();
    assert!(
        message.contains(
            "`classes.biased` (Add): expected one number, or one for each of 5 channels of [1, 5], found [4]"
        ),
        "{message}"
    );
    refusal(&["`classes`", "a bias of 5 elements"], |m| {
        let bias = initializer(m, "classes.bias");
        (bias.dims, bias.float_data) = (vec![4], vec![0.0; 4]);
    });
    refusal(&["tensor `stem.bias`", "elements"], |m| {
        let bias = initializer(m, "stem.bias");
        (bias.dims, bias.float_data) = (vec![1], vec![0.0]);
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
    let model = network(&Spec::SMALL, Style::PLAIN);
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
    refusal(&[&lnet, "clamped to -1..1", "a score clamped to 0..1"], |m| {
        initializer(m, &format!("{lnet}.min")).float_data = vec![-1.0];
    });
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
