//! The checked graph: constants are decoded, names are resolved, and nodes are in the order of
//! execution.

use super::external::Files;
use super::fault::invalid;
use super::limits::{MAX_ELEMENTS, MAX_WEIGHT};
use super::proto::{AttributeProto, GraphProto, ModelProto, NodeProto, data_type};
use super::tensor::{Data, Tensor};
use super::weigh;
use crate::Error;
use lcsim_spec::{Shape, file};
use prost::Message;
use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

/// The oldest operator set in which Add and Mul broadcast as they do today.
const OLDEST_OPSET: i64 = 7;

/// A model file that is decoded and checked, as far as this needs no knowledge of LC-Nets.
#[derive(Debug)]
pub(crate) struct Graph {
    /// The path of the file, for messages.
    pub path: String,
    /// The nodes in the order of execution, without Constant nodes.
    pub nodes: Vec<NodeProto>,
    /// Initializers and the values of Constant nodes, by name.
    pub tensors: HashMap<String, Rc<Tensor>>,
    /// The image.
    pub input: Image,
    /// The names of the outputs, at least one.
    pub outputs: Vec<String>,
    /// Metadata of the model.
    pub metadata: HashMap<String, String>,
}

/// The input of a graph.
#[derive(Debug)]
pub(crate) struct Image {
    /// Its name.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// Whether the channels are the last dimension. Otherwise they are the second.
    pub channels_last: bool,
    /// Whether pixels are bytes from 0 to 255. Otherwise they are numbers from 0 to 1.
    pub bytes: bool,
    /// The error of its batch size, if it has one. The nodes can be checked nevertheless.
    pub batch: Option<Error>,
}

impl Graph {
    /// Decodes the bytes of a file.
    pub fn decode(bytes: &[u8], path: &str) -> Result<Graph, Error> {
        if bytes.is_empty() {
            return Err(invalid(path, "file", "an ONNX model", "an empty file"));
        }
        // The first eight bytes of a safetensors file are the length of its header, which is JSON.
        if bytes.get(8) == Some(&b'{') {
            let found = "a .safetensors file, which holds a network that is quantised already";
            return Err(invalid(path, "file", "an ONNX model", found));
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
        let mut files = Files::beside(path);
        for t in &graph.initializer {
            let t = Tensor::decode(t, "", &mut files, path)?;
            let item = format!("tensor `{}`", t.name);
            if tensors.insert(t.name.clone(), Rc::new(t)).is_some() {
                return Err(invalid(path, item, "one definition", "several"));
            }
        }
        let input = only_input(&graph, &tensors, path)?;
        let outputs: Vec<String> = graph.output.iter().map(|o| o.name().to_owned()).collect();
        if outputs.is_empty() {
            return Err(invalid(path, "graph outputs", "1 or more, one of them the logits", 0));
        }
        let mut nodes = Vec::new();
        for node in graph.node {
            if !standard(&node.domain) {
                let found = format!("of domain `{}`", file::quoted(node.domain()));
                return Err(refuse(path, &node, found, "export with the standard operators of ONNX alone"));
            }
            let mut names = HashSet::new();
            if let Some(twice) = node.attribute.iter().find(|a| !names.insert(a.name())) {
                let item = format!("node `{}` ({})", label(&node), node.op_type());
                return Err(invalid(path, item, format!("attribute `{}` once", twice.name()), "several"));
            }
            if node.op_type() == "Constant" {
                let t = constant(&node, &mut files, path)?;
                tensors.insert(t.name.clone(), Rc::new(t));
            } else {
                nodes.push(node);
            }
        }
        let nodes = in_order(nodes, &tensors, &input.name, path)?;
        let metadata = model.metadata_props.into_iter();
        let metadata = metadata.map(|p| (p.key.unwrap_or_default(), p.value.unwrap_or_default())).collect();
        Ok(Graph { path: path.into(), nodes, tensors, input, outputs, metadata })
    }

    /// Makes an error about a node.
    pub fn invalid(&self, node: &NodeProto, expected: impl Into<String>, found: impl ToString) -> Error {
        invalid(&self.path, format!("node `{}` ({})", label(node), node.op_type()), expected, found)
    }

    /// Makes the error for an operator that is not understood in its place: `found` is its operand,
    /// and `instead` is what to write instead.
    pub fn refuse(&self, node: &NodeProto, found: impl Into<String>, instead: impl Into<String>) -> Error {
        refuse(&self.path, node, found, instead)
    }

    /// Checks that an integer attribute has the only supported value.
    pub fn fixed(&self, node: &NodeProto, name: &str, supported: i64) -> Result<(), Error> {
        match int(node, name) {
            Some(found) if found != supported => Err(self.invalid(node, format!("{name} = {supported}"), found)),
            _ => Ok(()),
        }
    }
}

/// The name of a node, or the name of its output if it has none.
pub(crate) fn label(node: &NodeProto) -> &str {
    match node.name() {
        "" => node.output.first().map_or("", String::as_str),
        name => name,
    }
}

/// Finds an attribute.
pub(crate) fn attribute<'a>(node: &'a NodeProto, name: &str) -> Option<&'a AttributeProto> {
    node.attribute.iter().find(|a| a.name() == name)
}

/// Reads an integer attribute.
pub(crate) fn int(node: &NodeProto, name: &str) -> Option<i64> {
    // Protobuf writers may leave out a zero, so an attribute without a value is 0.
    attribute(node, name).map(AttributeProto::i)
}

/// Reads a float attribute.
pub(crate) fn float(node: &NodeProto, name: &str) -> Option<f32> {
    attribute(node, name).map(AttributeProto::f)
}

/// Reads an attribute with several integers.
pub(crate) fn ints<'a>(node: &'a NodeProto, name: &str) -> Option<&'a [i64]> {
    attribute(node, name).map(|a| &a.ints[..])
}

/// Reads a text attribute. Empty if the node does not have it.
pub(crate) fn text(node: &NodeProto, name: &str) -> String {
    attribute(node, name).map_or(String::new(), |a| String::from_utf8_lossy(a.s()).into_owned())
}

fn refuse(path: &str, node: &NodeProto, found: impl Into<String>, instead: impl Into<String>) -> Error {
    let [node, op] = [label(node), node.op_type()].map(file::quoted);
    Error::Operator { path: path.into(), node, op, found: found.into(), instead: instead.into() }
}

/// Finds the only input that is no initializer, and its static shape.
fn only_input(graph: &GraphProto, tensors: &HashMap<String, Rc<Tensor>>, path: &str) -> Result<Image, Error> {
    let inputs: Vec<_> = graph.input.iter().filter(|i| !tensors.contains_key(i.name())).collect();
    let [input] = inputs[..] else {
        return Err(invalid(path, "graph inputs", "1 (the image)", inputs.len()));
    };
    let item = format!("input `{}`", input.name());
    let tensor_type = input.r#type.as_ref().and_then(|t| t.tensor_type.as_ref());
    let dims = tensor_type.and_then(|t| t.shape.as_ref()).map_or(&[][..], |s| &s.dim);
    let [batch, dims @ ..] = dims else {
        return Err(invalid(path, item, "4 dimensions (batch, channels, height, width)", 0));
    };
    if dims.len() != 3 {
        return Err(invalid(path, item, "4 dimensions (batch, channels, height, width)", dims.len() + 1));
    }
    let batch = batch.dim_value.filter(|n| *n != 1).map(|found| {
        let sizes: Vec<String> = dims.iter().map(|d| d.dim_value.map_or("N".into(), |n| n.to_string())).collect();
        let expected = format!(
            "dimension 0 (batch) = 1 or symbolic: export with one image, `torch.rand(1, {})`, or with `dynamic_shapes` \
             (`dynamic_axes`) for the batch",
            sizes.join(", ")
        );
        invalid(path, &item, expected, found)
    });
    let bytes = match tensor_type.and_then(|t| t.elem_type) {
        None | Some(data_type::FLOAT | data_type::FLOAT16 | data_type::BFLOAT16 | data_type::DOUBLE) => false,
        Some(data_type::UINT8) => true,
        Some(other) => return Err(invalid(path, item, "elements of floats or bytes", format!("element type {other}"))),
    };
    let channels_last = is_channels_last(graph, input.name());
    let names = if channels_last { ["height", "width", "channels"] } else { ["channels", "height", "width"] };
    let mut sizes = [0; 3];
    for (i, (dim, what)) in dims.iter().zip(names).enumerate() {
        let size = dim.dim_value.and_then(|n| usize::try_from(n).ok()).filter(|n| (1..=MAX_ELEMENTS).contains(n));
        let Some(size) = size else {
            let found = match (dim.dim_value, dim.dim_param()) {
                (Some(n), _) => n.to_string(),
                (None, "") => "an unknown size".into(),
                (None, symbol) => format!("the symbolic size `{symbol}`"),
            };
            let symbolic = dim.dim_value.is_none();
            let leave_out = if symbolic { ": leave it out of `dynamic_shapes` or `dynamic_axes`" } else { "" };
            let expected = format!("dimension {} ({what}) static, from 1 to {MAX_ELEMENTS}{leave_out}", i + 1);
            return Err(invalid(path, item, expected, found));
        };
        sizes[i] = size;
    }
    let [channels, height, width] = if channels_last { [sizes[2], sizes[0], sizes[1]] } else { sizes };
    let shape = Shape { channels, height, width };
    if elements(&sizes).is_none() {
        return Err(invalid(path, item, format!("at most {MAX_ELEMENTS} elements"), shape));
    }
    Ok(Image { name: input.name().into(), shape, channels_last, bytes, batch })
}

/// Whether every reader of the image moves its last dimension to the second place, as exporters of
/// TensorFlow do.
fn is_channels_last(graph: &GraphProto, input: &str) -> bool {
    let mut readers = graph.node.iter().filter(|n| n.input.iter().any(|i| i == input)).peekable();
    readers.peek().is_some()
        && readers.all(|n| n.op_type() == "Transpose" && ints(n, "perm").is_some_and(|perm| perm == [0, 3, 1, 2]))
}

/// The product of sizes, if it is within the limits.
pub(crate) fn elements(sizes: &[usize]) -> Option<usize> {
    sizes.iter().try_fold(1usize, |n, &s| n.checked_mul(s)).filter(|&n| n <= MAX_ELEMENTS)
}

/// Reads the value of a Constant node.
fn constant(node: &NodeProto, files: &mut Files, path: &str) -> Result<Tensor, Error> {
    let name = node.output.first().map_or("", String::as_str);
    let found = node.attribute.iter().find_map(|a| match a.name() {
        "value" => a.t.as_ref().map(|t| Tensor::decode(t, name, files, path)),
        "value_float" => Some(Ok(Tensor::new(name, vec![], Data::Float(vec![a.f()])))),
        "value_floats" => Some(Ok(Tensor::new(name, vec![a.floats.len()], Data::Float(a.floats.clone())))),
        "value_int" => Some(Ok(Tensor::new(name, vec![], Data::Int(vec![a.i()])))),
        "value_ints" => Some(Ok(Tensor::new(name, vec![a.ints.len()], Data::Int(a.ints.clone())))),
        _ => None,
    });
    let unknown = || refuse(path, node, "without a number", "give it a tensor, floats or integers");
    let mut tensor = found.unwrap_or_else(|| Err(unknown()))?;
    // Readers use the name of the node's output, whatever the name of the tensor is.
    tensor.name = name.into();
    Ok(tensor)
}

/// Sorts the nodes topologically.
fn in_order(
    nodes: Vec<NodeProto>,
    tensors: &HashMap<String, Rc<Tensor>>,
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
