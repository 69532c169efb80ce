//! The values of a graph, as far as they are known.

use super::affine::Affine;
use super::graph::{Graph, ints};
use super::limits::MAX_ELEMENTS;
use super::proto::NodeProto;
use super::tensor::Tensor;
use super::value::{Map, MapId, Op, Pixels, Score, Value};
use crate::Error;
use lcsim_spec::Shape;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Most elements that computed constants, factors and offsets may have in all, beyond those of the
/// file: nodes can share their tensors, so the file's size is no bound.
const MAX_COMPUTED: usize = 1 << 22;

/// All values of a graph.
#[derive(Debug)]
pub(crate) struct Lowered<'a> {
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
    /// Values by name.
    pub values: HashMap<&'a str, Value>,
    /// Outputs beside the first of their nodes, which mean nothing here.
    pub second: HashSet<&'a str>,
    known: HashMap<Op, MapId>,
    /// Scores by the bits of what they compute.
    pub known_scores: HashMap<Vec<u64>, usize>,
    /// Values that stand in for those of nodes without a meaning, and what is made of them
    /// element by element.
    pub guesses: HashSet<&'a str>,
    /// Elements that may still be computed.
    pub budget: usize,
}

/// Gives a node its meaning.
pub(crate) type Lower = fn(&mut Lowered, usize, &NodeProto) -> Result<Value, Error>;

impl<'a> Lowered<'a> {
    /// The constants and the image.
    pub fn new(graph: &'a Graph) -> Self {
        let mut values: HashMap<_, _> =
            graph.tensors.iter().map(|(n, t)| (n.as_str(), Value::Const(Rc::clone(t)))).collect();
        let shape = graph.input.shape;
        values.insert(&graph.input.name, Value::Map(Pixels::image(shape, graph.input.channels_last)));
        let file: usize = graph.tensors.values().filter_map(|t| t.data.len()).sum();
        Self {
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
        }
    }

    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// Whether a name is the result of a node without a meaning.
    pub fn is_unknown(&self, name: &str) -> bool {
        !name.is_empty() && !self.values.contains_key(name) && !self.second.contains(name)
    }

    /// Whether a node reads a vector.
    pub fn reads_a_vector(&self, node: &NodeProto) -> bool {
        node.input.first().is_some_and(|name| matches!(self.value(name), Some(Value::Vector(_))))
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
}
