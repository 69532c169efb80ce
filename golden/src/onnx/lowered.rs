//! The values of a graph whose meaning is known.

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

/// The largest total number of elements of computed constants, factors and offsets, beyond those of
/// the file. Nodes can share tensors, so the size of the file does not limit them.
const MAX_COMPUTED: usize = 1 << 22;

/// All values of a graph.
#[derive(Debug)]
pub(crate) struct Lowered<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// The feature maps. The first is the image.
    pub maps: Vec<Map>,
    /// The affine maps of channels. Batch normalisations are among them.
    pub affines: Vec<Rc<Affine>>,
    /// The scores of gates.
    pub scores: Vec<Score>,
    /// The problems with the index of their node, in the order of the graph.
    pub problems: Vec<(usize, Error)>,
    /// The values by name.
    pub values: HashMap<&'a str, Value>,
    /// Further outputs of nodes. They have no meaning here.
    pub second: HashSet<&'a str>,
    known: HashMap<Op, MapId>,
    /// The scores by the bits of what they compute, to find equal ones.
    pub known_scores: HashMap<Vec<u64>, usize>,
    /// The values that stand in for results of nodes without a meaning, and the values computed
    /// elementwise from them.
    pub guesses: HashSet<&'a str>,
    /// The number of elements that may still be computed.
    pub budget: usize,
}

/// A function that gives a node its meaning.
pub(crate) type Lower = fn(&mut Lowered, usize, &NodeProto) -> Result<Value, Error>;

impl<'a> Lowered<'a> {
    /// Begins with the constants and the image.
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

    /// Finds the value of a name.
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

    /// Finds an optional input of a node.
    pub fn optional(&self, node: &NodeProto, i: usize) -> Result<Option<&Value>, Error> {
        let Some(name) = node.input.get(i).filter(|n| !n.is_empty()) else {
            return Ok(None);
        };
        let missing = || self.graph.invalid(node, format!("input `{name}` of a supported output"), "an unused output");
        self.value(name).map(Some).ok_or_else(missing)
    }

    /// Finds an input that must be present.
    pub fn operand(&self, node: &NodeProto, i: usize) -> Result<&Value, Error> {
        self.optional(node, i)?.ok_or_else(|| self.graph.invalid(node, format!("input {i}"), "nothing"))
    }

    /// Finds an optional input that must be a constant.
    pub fn optional_tensor(&self, node: &NodeProto, i: usize) -> Result<Option<Rc<Tensor>>, Error> {
        match self.optional(node, i)? {
            None => Ok(None),
            Some(Value::Const(t)) => Ok(Some(Rc::clone(t))),
            Some(_) => Err(self.graph.invalid(node, format!("a constant as input {i}"), "a computed value")),
        }
    }

    /// Finds an input that must be a constant.
    pub fn tensor(&self, node: &NodeProto, i: usize) -> Result<Rc<Tensor>, Error> {
        self.optional_tensor(node, i)?.ok_or_else(|| self.graph.invalid(node, format!("input {i}"), "nothing"))
    }

    /// Reads integers that older operator sets have as an attribute, and newer ones as an input.
    pub fn ints_or_input(&self, node: &NodeProto, name: &str, i: usize) -> Result<Option<Vec<i64>>, Error> {
        match ints(node, name) {
            Some(v) => Ok(Some(v.to_vec())),
            None => self.optional_tensor(node, i)?.map(|t| Ok(t.ints(&self.graph.path)?.to_vec())).transpose(),
        }
    }

    /// Takes elements from the number that may still be computed.
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

    /// Finds the map with this origin, or adds it.
    pub fn map(&mut self, op: Op, shape: Shape) -> MapId {
        let id = *self.known.entry(op).or_insert(self.maps.len());
        if id == self.maps.len() {
            self.maps.push(Map { op, shape });
        }
        id
    }

    /// Shows a map as a tensor of the map's own shape.
    pub fn shown(&self, map: MapId) -> Value {
        Value::Map(Pixels::of(map, self.maps[map].shape))
    }
}
