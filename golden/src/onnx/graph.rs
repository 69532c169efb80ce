//! The checked graph: constants decoded, names resolved, nodes in order of execution.

use super::proto::{AttributeProto, GraphProto, ModelProto, NodeProto};
use super::tensor::{Data, Tensor};
use super::{MAX_ELEMENTS, MAX_WEIGHT, invalid, weigh};
use crate::Error;
use lcsim_spec::{Shape, file};
use prost::Message;
use std::collections::{HashMap, VecDeque};

/// Oldest operator set with today's broadcasting of Add and Mul.
const OLDEST_OPSET: i64 = 7;

/// A model file, decoded and checked as far as this needs no knowledge of LC-ResNets.
#[derive(Debug)]
pub(super) struct Graph {
    /// File, for messages.
    pub path: String,
    /// In order of execution, without Constant nodes.
    pub nodes: Vec<NodeProto>,
    /// Initializers and Constant nodes by name.
    pub tensors: HashMap<String, Tensor>,
    /// Name and shape of the image.
    pub input: (String, Shape),
    /// Name of the only output.
    pub output: String,
    /// Metadata of the model.
    pub metadata: HashMap<String, String>,
}

impl Graph {
    /// Decodes the bytes of a file.
    pub fn decode(bytes: &[u8], path: &str) -> Result<Graph, Error> {
        if bytes.is_empty() {
            return Err(invalid(path, "file", "an ONNX model", "an empty file"));
        }
        let (some, times) = MAX_WEIGHT;
        match weigh::model(bytes) {
            None => return Err(invalid(path, "file", "an ONNX model", "damaged or foreign bytes")),
            Some(weight) if weight > some + times * bytes.len() => {
                let expected =
                    format!("nodes, attributes and names that take at most {times} times its bytes and {some}");
                return Err(invalid(path, "file", expected, weight));
            }
            Some(_) => {}
        }
        let model = ModelProto::decode(bytes)
            .map_err(|e| invalid(path, "file", "an ONNX model", format!("damaged or foreign bytes ({e})")))?;
        let Some(graph) = model.graph else {
            return Err(invalid(path, "file", "an ONNX model", "no graph"));
        };
        let standard = |domain: &Option<String>| matches!(domain.as_deref(), None | Some("" | "ai.onnx"));
        let opset = model.opset_import.iter().find(|o| standard(&o.domain)).and_then(|o| o.version);
        if opset.is_none_or(|version| version < OLDEST_OPSET) {
            let found = opset.map_or("none".into(), |v| v.to_string());
            return Err(invalid(path, "operator set", format!("version {OLDEST_OPSET} or later"), found));
        }
        let mut tensors = HashMap::new();
        for t in &graph.initializer {
            let t = Tensor::decode(t, "", path)?;
            tensors.insert(t.name.clone(), t);
        }
        let input = only_input(&graph, &tensors, path)?;
        let [output] = &graph.output[..] else {
            return Err(invalid(path, "graph outputs", "1 (the logits)", graph.output.len()));
        };
        let output = output.name.clone().unwrap_or_default();
        let mut nodes = Vec::new();
        for node in graph.node {
            if !standard(&node.domain) {
                let hint = format!("domain `{}` is unknown", file::quoted(node.domain()));
                return Err(refuse(path, &node, hint));
            }
            if node.op_type() == "Constant" {
                let t = constant(&node, path)?;
                tensors.insert(t.name.clone(), t);
            } else {
                nodes.push(node);
            }
        }
        let nodes = in_order(nodes, &tensors, &input.0, path)?;
        let metadata = model.metadata_props.into_iter();
        let metadata = metadata.map(|p| (p.key.unwrap_or_default(), p.value.unwrap_or_default())).collect();
        Ok(Graph { path: path.into(), nodes, tensors, input, output, metadata })
    }

    /// An error at a node.
    pub fn invalid(&self, node: &NodeProto, expected: impl Into<String>, found: impl ToString) -> Error {
        invalid(&self.path, format!("node `{}` ({})", label(node), node.op_type()), expected, found)
    }

    /// A node whose operator is not understood where it is.
    pub fn refuse(&self, node: &NodeProto, hint: impl Into<String>) -> Error {
        refuse(&self.path, node, hint)
    }

    /// An integer attribute that must have the one supported value.
    pub fn fixed(&self, node: &NodeProto, name: &str, supported: i64) -> Result<(), Error> {
        match int(node, name) {
            Some(found) if found != supported => Err(self.invalid(node, format!("{name} = {supported}"), found)),
            _ => Ok(()),
        }
    }
}

/// A node's name, or the name of its output if it has none.
pub(super) fn label(node: &NodeProto) -> &str {
    match node.name() {
        "" => node.output.first().map_or("", String::as_str),
        name => name,
    }
}

/// An attribute.
pub(super) fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|a| a.name() == name)
}

/// An integer attribute.
pub(super) fn int(node: &NodeProto, name: &str) -> Option<i64> {
    // Protobuf writers may leave out a zero, so an attribute that is present without a value is 0.
    attribute(node, name).map(AttributeProto::i)
}

/// A float attribute.
pub(super) fn float(node: &NodeProto, name: &str) -> Option<f32> {
    attribute(node, name).map(AttributeProto::f)
}

/// An attribute of several integers.
pub(super) fn ints<'a>(node: &'a NodeProto, name: &str) -> Option<&'a [i64]> {
    attribute(node, name).map(|a| &a.ints[..])
}

fn refuse(path: &str, node: &NodeProto, hint: impl Into<String>) -> Error {
    let [node, op] = [label(node), node.op_type()].map(file::quoted);
    Error::Operator { path: path.into(), node, op, hint: hint.into() }
}

/// The one input that is no initializer, with its static shape.
fn only_input(graph: &GraphProto, tensors: &HashMap<String, Tensor>, path: &str) -> Result<(String, Shape), Error> {
    let inputs: Vec<_> = graph.input.iter().filter(|i| !tensors.contains_key(i.name())).collect();
    let [input] = inputs[..] else {
        return Err(invalid(path, "graph inputs", "1 (the image)", inputs.len()));
    };
    let item = format!("input `{}`", input.name());
    let shape = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref()).and_then(|t| t.shape.as_ref());
    let dims = shape.map_or(&[][..], |s| &s.dim);
    let [batch, channels, height, width] = dims else {
        return Err(invalid(path, item, "4 dimensions (batch, channels, height, width)", dims.len()));
    };
    if batch.dim_value.is_some_and(|n| n != 1) {
        return Err(invalid(path, item, "dimension 0 (batch) = 1 or symbolic", batch.dim_value()));
    }
    let mut sizes = [0; 3];
    for (i, (dim, what)) in [(channels, "channels"), (height, "height"), (width, "width")].into_iter().enumerate() {
        let size = dim.dim_value.and_then(|n| usize::try_from(n).ok()).filter(|n| (1..=MAX_ELEMENTS).contains(n));
        let Some(size) = size else {
            let found = match (dim.dim_value, dim.dim_param()) {
                (Some(n), _) => n.to_string(),
                (None, "") => "an unknown size".into(),
                (None, symbol) => format!("the symbolic size `{symbol}`"),
            };
            return Err(invalid(path, item, format!("dimension {} ({what}) static and positive", i + 1), found));
        };
        sizes[i] = size;
    }
    let [channels, height, width] = sizes;
    let shape = Shape { channels, height, width };
    if elements(&sizes).is_none() {
        return Err(invalid(path, item, format!("at most {MAX_ELEMENTS} elements"), shape));
    }
    Ok((input.name().into(), shape))
}

/// The product of sizes, if it is within bounds.
pub(super) fn elements(sizes: &[usize]) -> Option<usize> {
    sizes.iter().try_fold(1usize, |n, &s| n.checked_mul(s)).filter(|&n| n <= MAX_ELEMENTS)
}

/// The value of a Constant node.
fn constant(node: &NodeProto, path: &str) -> Result<Tensor, Error> {
    let name = node.output.first().map_or("", String::as_str);
    let found = node.attribute.iter().find_map(|a| match a.name() {
        "value" => a.t.as_ref().map(|t| Tensor::decode(t, name, path)),
        "value_float" => Some(Ok(Tensor::new(name, vec![], Data::Float(vec![a.f()])))),
        "value_floats" => Some(Ok(Tensor::new(name, vec![a.floats.len()], Data::Float(a.floats.clone())))),
        "value_int" => Some(Ok(Tensor::new(name, vec![], Data::Int(vec![a.i()])))),
        "value_ints" => Some(Ok(Tensor::new(name, vec![a.ints.len()], Data::Int(a.ints.clone())))),
        _ => None,
    });
    let mut tensor = found.unwrap_or_else(|| Err(refuse(path, node, "a tensor, floats or integers are understood")))?;
    // Readers know the constant by the node's output, whatever the tensor inside is called.
    tensor.name = name.into();
    Ok(tensor)
}

/// Sorts the nodes topologically.
fn in_order(
    nodes: Vec<NodeProto>,
    tensors: &HashMap<String, Tensor>,
    input: &str,
    path: &str,
) -> Result<Vec<NodeProto>, Error> {
    let mut writer = HashMap::new();
    for (i, node) in nodes.iter().enumerate() {
        for output in node.output.iter().filter(|o| !o.is_empty()) {
            if writer.insert(output.as_str(), i).is_some() || tensors.contains_key(output) || output == input {
                return Err(invalid(path, format!("value `{output}`"), "one definition", "several"));
            }
        }
    }
    let mut waits = vec![0usize; nodes.len()];
    let mut readers = vec![Vec::new(); nodes.len()];
    for (i, node) in nodes.iter().enumerate() {
        for name in node.input.iter().filter(|n| !n.is_empty()) {
            if let Some(&w) = writer.get(name.as_str()) {
                waits[i] += 1;
                readers[w].push(i);
            } else if !tensors.contains_key(name) && name != input {
                let item = format!("node `{}` ({})", label(node), node.op_type());
                return Err(invalid(path, item, format!("input `{name}` defined"), "no such tensor or value"));
            }
        }
    }
    let mut ready: VecDeque<usize> = (0..nodes.len()).filter(|&i| waits[i] == 0).collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(i) = ready.pop_front() {
        order.push(i);
        for &r in &readers[i] {
            waits[r] -= 1;
            if waits[r] == 0 {
                ready.push_back(r);
            }
        }
    }
    if let Some(stuck) = waits.iter().position(|&w| w > 0) {
        let item = format!("node `{}` ({})", label(&nodes[stuck]), nodes[stuck].op_type());
        return Err(invalid(path, item, "a graph without cycles", "a cycle at or before this node"));
    }
    let mut nodes: Vec<_> = nodes.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|i| nodes[i].take()).collect())
}
