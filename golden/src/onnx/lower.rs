//! Nodes to what they mean here: constants, feature maps with their shapes, and vectors that began
//! as a pooled map.
//!
//! A node is read for what it computes. Whatever is only a way of writing it - a view, a constant
//! that is computed, an affine map that folds into its neighbour - leaves no trace, so that
//! [`super::recognize`] sees one form of each network.

use super::affine::Affine;
use super::graph::{Graph, ints};
use super::proto::NodeProto;
use super::tensor::{Data, Tensor};
use super::value::{Map, MapId, Op, Pixels, Score, Value};
use super::{MAX_ELEMENTS, fold, maps, shape, vectors};
use crate::Error;
use lcsim_spec::Shape;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Most elements that computed constants, factors and offsets may have in all, beyond those of the
/// file: nodes can share their tensors, so the file's size is no bound.
const MAX_COMPUTED: usize = 1 << 22;

/// All values of a graph.
#[derive(Debug)]
pub(super) struct Lowered<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// Feature maps; the first is the image.
    pub maps: Vec<Map>,
    /// Affine maps of channels, batch normalisations among them.
    pub affines: Vec<Rc<Affine>>,
    /// Scores.
    pub scores: Vec<Score>,
    /// Problems, with the index of the node, in the order of the graph.
    pub problems: Vec<(usize, Error)>,
    values: HashMap<&'a str, Value>,
    /// Outputs beside the first of their nodes, which mean nothing here.
    second: HashSet<&'a str>,
    known: HashMap<Op, MapId>,
    /// Scores by the bits of what they compute.
    pub known_scores: HashMap<Vec<u64>, usize>,
    /// Values that stand in for those of nodes without a meaning, and what is made of them
    /// element by element.
    guesses: HashSet<&'a str>,
    /// Elements that may still be computed.
    budget: usize,
}

/// Gives each value that an output needs its meaning. A node that has none is a problem; what
/// depends on it is left out.
pub(super) fn lower(graph: &Graph) -> Lowered<'_> {
    let mut values: HashMap<_, _> =
        graph.tensors.iter().map(|(n, t)| (n.as_str(), Value::Const(Rc::clone(t)))).collect();
    let shape = graph.input.shape;
    values.insert(&graph.input.name, Value::Map(Pixels::image(shape, graph.input.channels_last)));
    let file: usize = graph.tensors.values().filter_map(|t| t.data.len()).sum();
    let mut low = Lowered {
        graph,
        maps: vec![Map { op: Op::Input, shape }],
        affines: vec![],
        scores: vec![],
        problems: vec![],
        values,
        second: graph.nodes.iter().flat_map(|n| n.output.iter().skip(1)).map(String::as_str).collect(),
        guesses: HashSet::new(),
        known: HashMap::from([(Op::Input, 0)]),
        known_scores: HashMap::new(),
        budget: MAX_COMPUTED.saturating_add(file).min(MAX_ELEMENTS),
    };
    let needed = graph.needed(graph.outputs.iter().map(String::as_str));
    for (i, node) in graph.nodes.iter().enumerate().filter(|(i, _)| needed.contains(i)) {
        let known = !node.input.iter().any(|n| low.is_unknown(n));
        let value = match known.then(|| low.node(i, node)) {
            Some(Ok(value)) => Some(value),
            Some(Err(problem)) => {
                if !low.rests_on_a_guess(node) {
                    low.problems.push((i, problem));
                }
                low.guess(node)
            }
            None => low.guess(node),
        };
        if low.reads_a_guess(node) {
            low.guesses.extend(node.output.iter().map(String::as_str));
        }
        match (node.output.first(), value) {
            (Some(output), Some(value)) => {
                low.values.insert(output, value);
            }
            // Whatever else the node gives is unknown too.
            (_, None) => node.output.iter().for_each(|o| {
                low.second.remove(o.as_str());
            }),
            (None, Some(_)) => {}
        }
    }
    low
}

fn is_elementwise(node: &NodeProto) -> bool {
    !matches!(node.op_type(), "Conv" | "MaxPool" | "AveragePool" | "Gemm" | "MatMul" | "Shape" | "Size")
}

impl Graph {
    /// The nodes that the values `names` depend on.
    pub fn needed<'n>(&'n self, names: impl Iterator<Item = &'n str>) -> HashSet<usize> {
        let mut wanted: HashSet<&str> = names.collect();
        let mut needed = HashSet::new();
        for (i, node) in self.nodes.iter().enumerate().rev() {
            if node.output.iter().any(|o| wanted.contains(o.as_str())) {
                needed.insert(i);
                wanted.extend(node.input.iter().map(String::as_str));
            }
        }
        needed
    }
}

impl<'a> Lowered<'a> {
    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Whether a name is the result of a node without a meaning.
    fn is_unknown(&self, name: &str) -> bool {
        !name.is_empty() && !self.values.contains_key(name) && !self.second.contains(name)
    }

    /// What a node without a meaning most likely gives, so that the problems behind it come to
    /// light as well: the map that it works on. The network is refused in any case.
    fn guess(&mut self, node: &'a NodeProto) -> Option<Value> {
        let mut maps = node.input.iter().filter_map(|n| self.value(n)).filter(|v| matches!(v, Value::Map(_)));
        let map = maps.find(|_| is_elementwise(node)).cloned()?;
        self.guesses.extend(node.output.iter().map(String::as_str));
        Some(map)
    }

    /// Whether a node works on a guess, element by element.
    fn reads_a_guess(&self, node: &NodeProto) -> bool {
        is_elementwise(node) && node.input.iter().any(|name| self.guesses.contains(name.as_str()))
    }

    /// Whether a node joins a guess and another value: that these do not go together says nothing
    /// about the graph.
    fn rests_on_a_guess(&self, node: &NodeProto) -> bool {
        let computed =
            node.input.iter().filter(|name| matches!(self.value(name), Some(Value::Map(_) | Value::Vector(_))));
        self.reads_a_guess(node) && computed.count() > 1
    }

    /// An optional input of a node.
    pub fn optional(&self, node: &NodeProto, i: usize) -> Result<Option<&Value>, Error> {
        let Some(name) = node.input.get(i).filter(|n| !n.is_empty()) else {
            return Ok(None);
        };
        let missing = || self.graph.invalid(node, format!("input `{name}` of a supported output"), "an unused output");
        self.value(name).map(Some).ok_or_else(missing)
    }

    /// An input that must be there.
    pub fn operand(&self, node: &NodeProto, i: usize) -> Result<&Value, Error> {
        self.optional(node, i)?.ok_or_else(|| self.graph.invalid(node, format!("input {i}"), "nothing"))
    }

    /// An optional input that must be a constant.
    pub fn optional_tensor(&self, node: &NodeProto, i: usize) -> Result<Option<Rc<Tensor>>, Error> {
        match self.optional(node, i)? {
            None => Ok(None),
            Some(Value::Const(t)) => Ok(Some(Rc::clone(t))),
            Some(_) => Err(self.graph.invalid(node, format!("a constant as input {i}"), "a computed value")),
        }
    }

    /// An input that must be a constant.
    pub fn tensor(&self, node: &NodeProto, i: usize) -> Result<Rc<Tensor>, Error> {
        self.optional_tensor(node, i)?.ok_or_else(|| self.graph.invalid(node, format!("input {i}"), "nothing"))
    }

    /// Integers that are an attribute in older operator sets and an input in newer ones.
    pub fn ints_or_input(&self, node: &NodeProto, name: &str, i: usize) -> Result<Option<Vec<i64>>, Error> {
        match ints(node, name) {
            Some(v) => Ok(Some(v.to_vec())),
            None => self.optional_tensor(node, i)?.map(|t| Ok(t.ints(&self.graph.path)?.to_vec())).transpose(),
        }
    }

    /// Takes elements out of what may still be computed.
    pub fn spend(&mut self, node: &NodeProto, elements: usize) -> Result<(), Error> {
        match self.budget.checked_sub(elements) {
            Some(rest) => self.budget = rest,
            None => {
                return Err(self.graph.invalid(
                    node,
                    format!("at most {MAX_COMPUTED} computed elements beyond those of the file"),
                    "more",
                ));
            }
        }
        Ok(())
    }

    /// The map of an origin, made if it is not known.
    pub fn map(&mut self, op: Op, shape: Shape) -> MapId {
        let id = *self.known.entry(op).or_insert(self.maps.len());
        if id == self.maps.len() {
            self.maps.push(Map { op, shape });
        }
        id
    }

    /// A map as a tensor of its own shape.
    pub fn shown(&self, map: MapId) -> Value {
        Value::Map(Pixels::of(map, self.maps[map].shape))
    }

    fn node(&mut self, i: usize, node: &'a NodeProto) -> Result<Value, Error> {
        let inputs = (0..node.input.len()).map(|k| self.optional(node, k).map(Option::<&Value>::cloned));
        let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
        if let Some(constant) = self.constant(node, &inputs)? {
            return Ok(constant);
        }
        match node.op_type() {
            "Identity" => Ok(self.operand(node, 0)?.clone()),
            "Dropout" => self.dropout(node),
            "Cast" => self.cast(node),
            "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" | "Transpose" | "Gather" | "Expand" => self.view(node),
            "Conv" => maps::conv(self, i, node),
            "MaxPool" => maps::max_pool(self, i, node),
            "AveragePool" => maps::average_pool(self, i, node),
            "Pad" => maps::pad(self, i, node),
            "Slice" => maps::slice(self, i, node),
            "Concat" => maps::concat(self, i, node),
            "Add" | "Sum" | "Sub" | "Mul" | "Div" | "Neg" => self.arithmetic(i, node),
            "BatchNormalization" => self.norm(node),
            "Relu" | "Clip" | "Max" | "Min" | "HardSigmoid" => self.clamp(node),
            "GlobalAveragePool" | "ReduceMean" | "ReduceSum" => vectors::average(self, node),
            "Gemm" | "MatMul" => vectors::layer(self, i, node),
            "Softmax" | "LogSoftmax" => vectors::softmax(self, node),
            _ => Err(self.unsupported(node)),
        }
    }

    /// The value of a node that computes a constant, from constants alone or from the shape of a
    /// map.
    fn constant(&mut self, node: &NodeProto, inputs: &[Option<Value>]) -> Result<Option<Value>, Error> {
        if let ("Shape" | "Size", Some(Some(value))) = (node.op_type(), inputs.first()) {
            let stretched = match value {
                Value::Vector(v) => v.expanded,
                Value::Map(p) => p.border.is_some(),
                Value::Const(_) => false,
            };
            if stretched {
                let found = format!("of {}", self.describe(value));
                return Err(self.graph.refuse(node, found, "take the shape of the map"));
            }
            let sizes = shape::part(node, value.dims()).unwrap_or_default();
            let whole = |dims, v| Ok(Some(Value::Const(Rc::new(Tensor::new("", dims, Data::Int(v))))));
            return match node.op_type() {
                "Shape" => whole(vec![sizes.len()], sizes),
                _ => whole(vec![], vec![value.dims().iter().product::<usize>() as i64]),
            };
        }
        let constants = inputs.iter().map(|input| match input {
            None => Some(None),
            Some(Value::Const(t)) => Some(Some(Rc::clone(t))),
            Some(_) => None,
        });
        let Some(constants) = constants.collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let Some(folded) = fold::fold(node, &constants, self.budget) else {
            let meant = fold::is_known(node.op_type()) && !constants.is_empty();
            return if meant { Err(self.uncomputed(node)) } else { Ok(None) };
        };
        self.spend(node, folded.data.len().unwrap_or(0))?;
        Ok(Some(Value::Const(Rc::new(folded))))
    }
}
