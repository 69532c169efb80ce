//! What is said of networks that other people write: what it is, and what to write instead.

use crate::bad_onnx::first_weight;
use crate::{arg, lcsim, refused, repository};
use lcsim_golden::onnx::proto::{GraphProto, NodeProto};
use lcsim_tests::onnx_builder::{Spec, Style, int, ints, network, node, tensor, value, whole};
use prost::Message;
use std::fs;
use std::path::{Path, PathBuf};

/// A small network after a change, as a file.
fn changed(folder: &Path, change: impl FnOnce(&mut GraphProto)) -> PathBuf {
    let mut model = network(&Spec::SMALL, Style::PLAIN);
    change(model.graph.as_mut().expect("a graph"));
    let path = folder.join("changed.onnx");
    fs::write(&path, model.encode_to_vec()).expect("written");
    path
}

#[track_caller]
fn refused_after(parts: &[&str], change: impl FnOnce(&mut GraphProto)) {
    let folder = tempfile::tempdir().expect("folder");
    let path = changed(folder.path(), change);
    refused(&["run", "--images", "1", "--model", arg(&path)], &[&["changed.onnx"], parts].concat());
}

fn of<'a>(graph: &'a mut GraphProto, name: &str) -> &'a mut NodeProto {
    graph.node.iter_mut().find(|n| n.name() == name).expect("a node of the small network")
}

/// Puts nodes behind the value `name`: what read it reads `end`.
fn behind(graph: &mut GraphProto, name: &str, end: &str, nodes: Vec<NodeProto>) {
    graph.node.iter_mut().flat_map(|n| &mut n.input).filter(|i| *i == name).for_each(|i| *i = end.into());
    graph.node.extend(nodes);
}

/// The clamped score of the first gate.
fn score(graph: &GraphProto) -> String {
    graph.node.iter().map(NodeProto::name).find(|n| n.ends_with(".score")).expect("a gate").to_owned()
}

#[test]
fn a_step_behind_a_clamp_is_the_threshold_and_a_step_alone_decides() {
    let compared = |end: fn(&str) -> NodeProto| {
        move |graph: &mut GraphProto| {
            let z = score(graph);
            graph.initializer.extend([tensor("t", &[], vec![0.2]), tensor("zero", &[], vec![0.0])]);
            let step = node("Greater", &[&z, "t"], "step", vec![]);
            let cast = node("Cast", &["step"], "mask", vec![int("to", 1)]);
            behind(graph, &z, "end", vec![step, cast, end(&z)]);
        }
    };
    let threshold = ["`step`: `Greater` of a score", "`--threshold 0.2`", "leave the comparison out of the graph"];
    refused_after(&threshold, compared(|z| node("Where", &["step", z, "zero"], "end", vec![])));
    refused_after(&threshold, compared(|z| node("Mul", &[z, "mask"], "end", vec![])));
    let folder = tempfile::tempdir().expect("folder");
    let path = changed(folder.path(), compared(|_| node("Identity", &["mask"], "end", vec![])));
    let output = lcsim(&["check", arg(&path)]).assert().get_output().clone();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("1 L-Net, 3 C-Nets") && !text.contains("`Greater`"), "{text}");
    let exponential = ["`step`: `Exp` of a score", "not simulated"];
    refused_after(&exponential, |graph| {
        let z = score(graph);
        behind(graph, &z, "step", vec![node("Exp", &[&z], "step", vec![])]);
    });
}

#[test]
fn activations_are_no_gates() {
    let silu = |graph: &mut GraphProto| {
        let x = of(graph, "stem.relu").input[0].clone();
        of(graph, "stem.relu").op_type = Some("Sigmoid".into());
        behind(graph, "stem.relu", "silu", vec![]);
        graph.node.push(node("Mul", &[&x, "stem.relu"], "silu", vec![]));
    };
    let parts = ["`stem.relu`: `Sigmoid`", "SiLU, x * sigmoid(x), is an activation that is not simulated", "nn.ReLU6"];
    refused_after(&parts, silu);
    // The product is no problem of its own.
    let folder = tempfile::tempdir().expect("folder");
    let path = changed(folder.path(), silu);
    let output = lcsim(&["check", arg(&path)]).assert().code(2).get_output().clone();
    assert!(!String::from_utf8_lossy(&output.stdout).contains("`Mul`"), "{output:?}");
    let others = [
        ("Swish", "SiLU, x * sigmoid(x), is an activation"),
        ("HardSwish", "Hardswish, x * hardsigmoid(x), is an activation"),
        ("LeakyRelu", "this is an activation"),
        ("HardSigmoid", "this, of a map, is an activation"),
    ];
    for (op, part) in others {
        refused_after(&[&format!("`{op}`"), part], |graph| of(graph, "stem.relu").op_type = Some(op.into()));
    }
}

#[test]
fn a_classifier_of_two_layers_is_no_gate() {
    let second = |graph: &mut GraphProto| {
        graph.initializer.push(tensor("second.weight", &[5, 5], vec![0.1; 25]));
        let relu = node("Relu", &["classes"], "between", vec![]);
        let layer = node("Gemm", &["between", "second.weight"], "second", vec![]);
        behind(graph, "classes", "second", vec![]);
        graph.node.extend([relu, layer]);
    };
    refused_after(&["`second`", "`classes`", "classifiers of two layers are not simulated"], second);
}

#[test]
fn equal_problems_stand_once_and_stay_apart_in_json() {
    let folder = tempfile::tempdir().expect("folder");
    let mut names = vec![];
    let path = changed(folder.path(), |graph| {
        for node in graph.node.iter_mut().filter(|n| n.name().ends_with(".score")) {
            (node.op_type, names) = (Some("Tanh".into()), [&names[..], &[node.name().to_owned()]].concat());
            node.input.truncate(1);
        }
    });
    assert!(names.len() > 1);
    let more = format!("; and {} more such: `", names.len() - 1);
    let all: Vec<&str> = names.iter().take(8).map(String::as_str).chain([&more[..]]).collect();
    refused(&["run", "--images", "1", "--model", arg(&path)], &all);
    let output = lcsim(&["check", arg(&path)]).assert().code(2).get_output().clone();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains(&more) && text.matches("`Tanh`").count() == 1, "{text}");
    let problems = problems(&path);
    assert_eq!(problems.len(), names.len());
    let named = |name: &String| problems.iter().any(|p| p.contains(&format!("`{name}`")));
    assert!(names.iter().all(named), "{problems:?}");
}

/// What `lcsim check --json` says is in the way.
fn problems(path: &Path) -> Vec<String> {
    let output = lcsim(&["check", "--json", "-", arg(path)]).assert().code(2).get_output().clone();
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    found["problems"].as_array().expect("a list").iter().map(|p| p.as_str().expect("text").to_owned()).collect()
}

#[test]
fn each_block_tells_its_own_problem() {
    let folder = tempfile::tempdir().expect("folder");
    let mut sums = vec![];
    let path = changed(folder.path(), |graph| {
        graph.initializer.extend([tensor("low", &[], vec![0.0]), tensor("high", &[], vec![3.0])]);
        sums = graph.node.iter().map(NodeProto::name).filter(|n| n.ends_with(".add")).map(str::to_owned).collect();
        for sum in &sums {
            let end = format!("{sum}.end");
            behind(graph, sum, &end, vec![node("Clip", &[sum, "low", "high"], &end, vec![])]);
        }
    });
    assert_eq!(sums.len(), 2);
    let problems = problems(&path);
    assert_eq!(problems.len(), 2, "{problems:?}");
    for (sum, problem) in sums.iter().zip(&problems) {
        assert!(problem.contains(sum.as_str()) && problem.contains("a clip to 0..3"), "{sum}: {problem}");
    }
}

#[test]
fn a_batch_hides_no_operator() {
    let folder = tempfile::tempdir().expect("folder");
    let path = changed(folder.path(), |graph| {
        graph.input[0] = value("image", &[2, 3, 8, 8].map(Some));
        let z = score(graph);
        behind(graph, &z, "sine", vec![node("Sin", &[&z], "sine", vec![])]);
    });
    let problems = problems(&path);
    assert!(problems[0].contains("dimension 0 (batch)") && problems[1].contains("`Sin`"), "{problems:?}");
    assert_eq!(problems.len(), 2, "{problems:?}");
}

#[test]
fn sizes_of_the_image() {
    let sized = |dims: [i64; 4]| move |graph: &mut GraphProto| graph.input[0] = value("image", &dims.map(Some));
    refused_after(&["batch", "torch.rand(1, 3, 8, 8)", "dynamic_shapes", "found 4"], sized([4, 3, 8, 8]));
    refused_after(&["dimension 2 (height) static, from 1 to 268435456", "2147483648"], sized([1, 3, 1 << 31, 8]));
}

#[test]
fn operators_that_are_used_as_they_are_not_here() {
    let after_stem = |nodes: fn() -> Vec<NodeProto>| {
        move |graph: &mut GraphProto| {
            let mut added = nodes();
            graph.initializer.extend([
                whole("zeros", &[1], vec![0]),
                whole("ends", &[1], vec![-100]),
                whole("axes", &[1], vec![3]),
                whole("back", &[1], vec![-1]),
                whole("last", &[1], vec![-1]),
                whole("indices", &[2], vec![0, 1]),
                whole("beyond", &[1], vec![1000]),
                tensor("ones", &[1, 1, 8, 8], vec![1.0; 64]),
            ]);
            behind(graph, "stem.relu", "end", vec![]);
            added[0].input[0] = "stem.relu".into();
            graph.node.extend(added);
        }
    };
    refused_after(
        &["`Slice`", "negative step"],
        after_stem(|| vec![node("Slice", &["x", "last", "ends", "axes", "back"], "end", vec![])]),
    );
    refused_after(
        &["(Slice): expected steps that are not 0, found [0]"],
        after_stem(|| vec![node("Slice", &["x", "zeros", "ends", "axes", "zeros"], "end", vec![])]),
    );
    refused_after(
        &["`Gather` along axis 1 of"],
        after_stem(|| vec![node("Gather", &["x", "indices"], "end", vec![int("axis", 1)])]),
    );
    refused_after(
        &["(Gather): expected indices below", "found 1000"],
        after_stem(|| vec![node("Gather", &["x", "beyond"], "end", vec![int("axis", 1)])]),
    );
    refused_after(
        &["`Concat` with constant `ones`, which is not 0 everywhere"],
        after_stem(|| vec![node("Concat", &["x", "ones"], "end", vec![int("axis", 1)])]),
    );
    refused_after(
        &["`Concat` of several maps"],
        after_stem(|| vec![node("Concat", &["x", "stem.relu"], "end", vec![int("axis", 1)])]),
    );
    refused_after(
        &["`Div`", "only a constant may divide"],
        after_stem(|| vec![node("Div", &["x", "stem"], "end", vec![])]),
    );
    refused_after(
        &["(AveragePool): expected ceil_mode = 0, or strides that end with the map"],
        after_stem(|| {
            let windows = [ints("kernel_shape", &[2, 2]), ints("strides", &[7, 7]), int("ceil_mode", 1)];
            vec![node("AveragePool", &["x"], "end", windows.to_vec())]
        }),
    );
}

#[test]
fn a_network_that_overflows_is_told_with_layer_and_image() {
    let folder = tempfile::tempdir().expect("folder");
    let [path, out] = ["huge.onnx", "out.safetensors"].map(|name| folder.path().join(name));
    let mut bytes = fs::read(repository("models/resnet8-lcnet.onnx")).expect("shipped");
    first_weight(&mut bytes, 3e38);
    fs::write(&path, bytes).expect("written");
    let parts =
        ["huge.onnx: layer `block1.lnet.fc`: expected values that a float of 32 bits can hold", "inf", "(image "];
    refused(&["run", "--images", "1", "--model", arg(&path), "--dump", arg(&out)], &parts);
    refused(&["quantize", arg(&path), "--data", "cifar10-test", "--images", "2", "--out", arg(&out)], &parts);
    let quantised = repository("models/resnet8-lcnet.safetensors");
    refused(&["eval", arg(&path), "--quantized", arg(&quantised), "--data", "cifar10-test", "--images", "2"], &parts);
    assert!(!out.exists());
}
