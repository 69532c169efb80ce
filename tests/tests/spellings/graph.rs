//! Changes of a graph.

use lcsim_golden::onnx::proto::{GraphProto, NodeProto, StringStringEntryProto, TensorProto};
use lcsim_tests::onnx_builder::{node, tensor, value};

/// The names of the nodes that `pick` takes.
pub fn names(graph: &GraphProto, pick: impl Fn(&NodeProto) -> bool) -> Vec<String> {
    let found: Vec<String> = graph.node.iter().filter(|n| pick(n)).map(|n| n.name().to_owned()).collect();
    assert!(!found.is_empty(), "no such node");
    found
}

/// The names of the nodes of an operator.
pub fn of_op(graph: &GraphProto, op: &str) -> Vec<String> {
    names(graph, |n| n.op_type() == op)
}

/// The gates' clamps.
pub fn scores(graph: &GraphProto) -> Vec<String> {
    names(graph, |n| n.name().ends_with(".score"))
}

/// The node of that name.
pub fn at<'g>(graph: &'g mut GraphProto, name: &str) -> &'g mut NodeProto {
    graph.node.iter_mut().find(|n| n.name() == name).expect("a node of the plain form")
}

/// The constant of that name.
pub fn constant<'g>(graph: &'g mut GraphProto, name: &str) -> &'g mut TensorProto {
    graph.initializer.iter_mut().find(|t| t.name() == name).expect("a constant of the plain form")
}

/// Puts nodes in place of one; the last of them writes what it wrote.
pub fn replace(graph: &mut GraphProto, name: &str, nodes: Vec<NodeProto>) {
    let place = graph.node.iter().position(|n| n.name() == name).expect("a node of the plain form");
    graph.node.splice(place..=place, nodes);
}

/// Puts nodes in front of input `i` of a node; they read `before` and the last writes `after`, by
/// these names in `nodes`.
pub fn in_front(graph: &mut GraphProto, name: &str, i: usize, make: impl FnOnce(&str) -> Vec<NodeProto>) {
    let place = graph.node.iter().position(|n| n.name() == name).expect("a node of the plain form");
    let nodes = make(&graph.node[place].input[i].clone());
    graph.node[place].input[i] = nodes.last().expect("nodes").output[0].clone();
    graph.node.splice(place..place, nodes);
}

/// Puts nodes behind a node; they read its name with `.raw` behind it, and the last writes what it
/// wrote.
pub fn behind(graph: &mut GraphProto, name: &str, nodes: Vec<NodeProto>) {
    let place = graph.node.iter().position(|n| n.name() == name).expect("a node of the plain form");
    let raw = format!("{name}.raw");
    (graph.node[place].name, graph.node[place].output[0]) = (Some(raw.clone()), raw);
    graph.node.splice(place + 1..place + 1, nodes);
}

/// A float constant, under its name.
pub fn add(graph: &mut GraphProto, name: &str, dims: &[usize], values: Vec<f32>) {
    if !graph.initializer.iter().any(|t| t.name() == name) {
        graph.initializer.push(tensor(name, dims, values));
    }
}

/// A further output.
pub fn add_output(graph: &mut GraphProto, name: &str) {
    graph.output.push(value(name, &[Some(1), None]));
}

/// Metadata or a tensor's place.
pub fn entries(pairs: &[(&str, &str)]) -> Vec<StringStringEntryProto> {
    let entry = |&(k, v): &(&str, &str)| StringStringEntryProto { key: Some(k.into()), value: Some(v.into()) };
    pairs.iter().map(entry).collect()
}

/// Subtracts the mean from the image and divides by the deviation.
pub fn normalise(graph: &mut GraphProto, mean: &[f32], std: &[f32]) {
    add(graph, "mu", &[1, 3, 1, 1], mean.to_vec());
    add(graph, "sd", &[3, 1, 1], std.to_vec());
    for n in &mut graph.node {
        n.input.iter_mut().filter(|i| *i == "image").for_each(|i| *i = "normal".into());
    }
    let nodes = [node("Sub", &["image", "mu"], "centered", vec![]), node("Div", &["centered", "sd"], "normal", vec![])];
    graph.node.splice(0..0, nodes);
}
