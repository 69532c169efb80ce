//! Nodes to what they mean here: constants, feature maps with their shapes, and vectors that began as a pooled map.
//!
//! A node is read for what it computes. Whatever is only a way of writing it - a view, a constant that is computed, an affine map that
//! folds into its neighbour - leaves no trace, so that [`super::recognize`] sees one form of each network.

use super::affine::{Affine, Clamped};
use super::graph::{Graph, int, ints};
use super::proto::NodeProto;
use super::tensor::{Data, Tensor};
use super::view::View;
use super::{MAX_ELEMENTS, fold, maps, shape, vectors};
use crate::Error;
use lcsim_spec::Shape;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Most elements that computed constants, factors and offsets may have in all, beyond those of the file: nodes can share their tensors,
/// so the file's size is no bound.
const MAX_COMPUTED: usize = 1 << 22;

/// Index of a map in [`Lowered::maps`].
pub(super) type MapId = usize;

/// Rows above and below, columns to the left and to the right.
pub(super) type Border = [[usize; 2]; 2];

/// Where a feature map comes from. Equal ReLUs and products are one map, so that duplicated nodes do not hide the
/// structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Op {
    /// The image.
    Input,
    /// Convolution by a node, of a map with zeros around it.
    Conv { x: MapId, node: usize, border: Border },
    /// Every `stride`-th pixel, behind `before` channels of zeros.
    Pick { x: MapId, node: usize, stride: [usize; 2], before: usize },
    /// Max pooling by a node, of a map with a border that no window's maximum comes from.
    MaxPool { x: MapId, node: usize, border: Border },
    /// An affine map of each channel, by index in [`Lowered::affines`].
    Norm { x: MapId, affine: usize },
    /// ReLU, with the bits of its upper bound, which is infinite of a plain one.
    Relu { x: MapId, max: u32 },
    /// Product with a score, by index in [`Lowered::scores`].
    Scale { x: MapId, score: usize },
    /// Sum of two maps.
    Sum { a: MapId, b: MapId, node: usize },
}

/// A feature map.
#[derive(Debug, Clone, Copy)]
pub(super) struct Map {
    /// Its origin.
    pub op: Op,
    /// Its shape.
    pub shape: Shape,
}

/// A tensor that shows a feature map, or sums of it.
#[derive(Debug, Clone)]
pub(super) struct Pixels {
    /// The map.
    pub map: MapId,
    /// Its elements as `[channel][row][column]`, in the tensor's order.
    pub view: View,
    /// What was summed over, as (size, stride), on the way to an average.
    pub summed: Vec<(usize, usize)>,
    /// What the sums are multiplied with.
    pub factor: f64,
    /// Pixels around it, and their value.
    pub border: Option<(Border, f64)>,
}

/// One number a channel, on the way from a pooled map to a score or the logits.
#[derive(Debug, Clone)]
pub(super) struct Vector {
    /// Its elements in the tensor's order.
    pub view: View,
    /// The map that was pooled.
    pub pool: MapId,
    /// What is done to the averages.
    pub front: Rc<Affine>,
    /// The node of the fully connected layer, once there is one, and what is done behind it.
    pub layer: Option<(usize, Rc<Clamped>)>,
    /// After a softmax, which changes no order.
    pub softmax: bool,
    /// Repeated along the dimensions of a map: it can only be multiplied any more.
    pub expanded: bool,
}

/// A score: a fully connected layer on a pooled map, between two affine maps, clamped to 0..1.
#[derive(Debug)]
pub(super) struct Score {
    /// Node of the fully connected layer.
    pub node: usize,
    /// The map that is pooled.
    pub pool: MapId,
    /// Folds into the layer from the front.
    pub front: Rc<Affine>,
    /// Folds into the layer from behind.
    pub behind: Affine,
}

/// The meaning of a name in the graph.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A feature map.
    Map(Pixels),
    /// A vector.
    Vector(Vector),
    /// A constant.
    Const(Rc<Tensor>),
}

impl Value {
    /// The sizes of the tensor, with a batch of 1.
    pub fn dims(&self) -> &[usize] {
        match self {
            Value::Map(p) => &p.view.dims,
            Value::Vector(v) => &v.view.dims,
            Value::Const(t) => &t.dims,
        }
    }
}

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
    /// What is wrong, with the index of the node, in the order of the graph.
    pub problems: Vec<(usize, Error)>,
    values: HashMap<&'a str, Value>,
    /// Outputs beside the first of their nodes, which mean nothing here.
    second: HashSet<&'a str>,
    known: HashMap<Op, MapId>,
    /// Scores by the bits of what they compute.
    pub known_scores: HashMap<Vec<u64>, usize>,
    /// Elements that may still be computed.
    budget: usize,
}

/// Gives each value that an output needs its meaning. A node that has none is a problem; what depends on it is left out.
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
                low.problems.push((i, problem));
                low.guessed(node)
            }
            None => low.guessed(node),
        };
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

    /// What a node without a meaning most likely gives, so that the problems behind it come to light as well: the map that it works on. The
    /// network is refused in any case.
    fn guessed(&self, node: &NodeProto) -> Option<Value> {
        let elementwise =
            !matches!(node.op_type(), "Conv" | "MaxPool" | "AveragePool" | "Gemm" | "MatMul" | "Shape" | "Size");
        let mut maps = node.input.iter().filter_map(|n| self.value(n)).filter(|v| matches!(v, Value::Map(_)));
        maps.find(|_| elementwise).cloned()
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

    /// The value of a node that computes a constant, from constants alone or from the shape of a map.
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
            return Ok(None);
        };
        self.spend(node, folded.data.len().unwrap_or(0))?;
        Ok(Some(Value::Const(Rc::new(folded))))
    }

    fn dropout(&self, node: &NodeProto) -> Result<Value, Error> {
        let training = self.optional_tensor(node, 2)?.is_some_and(|t| t.data != Data::Bool(vec![false]));
        if training {
            return Err(self.graph.refuse(node, "in training", "export the model after `model.eval()`"));
        }
        Ok(self.operand(node, 0)?.clone())
    }

    /// A conversion between floats changes nothing here: everything is computed in 32 bits.
    fn cast(&self, node: &NodeProto) -> Result<Value, Error> {
        use super::proto::data_type::{BFLOAT16, DOUBLE, FLOAT, FLOAT16};
        match int(node, "to").and_then(|to| i32::try_from(to).ok()) {
            Some(FLOAT | DOUBLE | FLOAT16 | BFLOAT16) => Ok(self.operand(node, 0)?.clone()),
            other => {
                let found = format!("of maps to element type {}", other.unwrap_or_default());
                Err(self.graph.refuse(node, found, "maps and scores have to stay floats"))
            }
        }
    }

    /// Another order or shape of the same elements.
    fn view(&self, node: &NodeProto) -> Result<Value, Error> {
        let mut value = self.operand(node, 0)?.clone();
        let (view, bordered) = match &mut value {
            Value::Map(p) => (&mut p.view, p.border.is_some()),
            Value::Vector(v) => (&mut v.view, false),
            Value::Const(_) => return Err(self.unsupported(node)),
        };
        if bordered {
            return Err(self.graph.refuse(node, "of a padded map", "let a convolution read it first"));
        }
        let dims = view.dims.clone();
        let wrong = |expected: &str| self.graph.invalid(node, expected, format!("{dims:?}"));
        match node.op_type() {
            "Transpose" => {
                let order = match ints(node, "perm") {
                    Some(perm) => perm.iter().map(|&p| usize::try_from(p).ok()).collect::<Option<Vec<_>>>(),
                    None => Some((0..dims.len()).rev().collect()),
                };
                *view = order.and_then(|order| view.permuted(&order)).ok_or_else(|| wrong("an order of the axes"))?;
            }
            "Gather" => {
                let indices = self.tensor(node, 1)?;
                let all = int(node, "axis").unwrap_or(0) == 0;
                let gathered = view.gathered(&indices.dims, indices.ints(&self.graph.path)?).filter(|_| all);
                *view = gathered.ok_or_else(|| {
                    self.graph.refuse(
                        node,
                        "that takes some elements",
                        "only one that takes each element once is a view",
                    )
                })?;
            }
            "Expand" => return self.expanded(node, value),
            _ => {
                let axes = match node.op_type() {
                    "Squeeze" | "Unsqueeze" => self.ints_or_input(node, "axes", 1)?,
                    _ => None,
                };
                let target = match node.op_type() {
                    "Reshape" => Some(self.tensor(node, 1)?.ints(&self.graph.path)?.to_vec()),
                    _ => None,
                };
                let found = || {
                    let asked = target.as_ref().or(axes.as_ref());
                    format!("{}for {dims:?}", asked.map_or(String::new(), |a| format!("{a:?} ")))
                };
                let new = shape::reshaped(node, &dims, axes.as_deref(), target.as_deref())
                    .map_err(|expected| self.graph.invalid(node, expected, found()))?;
                *view = view.reshaped(&new).ok_or_else(|| {
                    self.graph.refuse(
                        node,
                        format!("from {dims:?} to {new:?}"),
                        "channels may not be mixed with pixels",
                    )
                })?;
            }
        }
        Ok(value)
    }

    /// A score that is repeated along rows and columns, as it would be when it is multiplied with the map.
    fn expanded(&self, node: &NodeProto, value: Value) -> Result<Value, Error> {
        let target = self.tensor(node, 1)?;
        let sizes: Option<Vec<usize>> =
            target.ints(&self.graph.path)?.iter().map(|&d| usize::try_from(d).ok()).collect();
        let sizes = sizes.unwrap_or_default();
        let fits = |view: &View| {
            let padded = view.padded(sizes.len());
            padded.dims.len() == sizes.len()
                && padded.dims.iter().zip(&sizes).all(|(a, b)| a == b || *a == 1 || *b == 1)
        };
        match value {
            Value::Vector(v) if fits(&v.view) => {
                let view = v.view.padded(sizes.len());
                let same = view.dims.iter().zip(&sizes).all(|(a, b)| a == b || *b == 1);
                Ok(Value::Vector(Vector { view, expanded: v.expanded || !same, ..v }))
            }
            Value::Map(p) if p.view.dims.iter().zip(&sizes).all(|(a, b)| a == b || *b == 1) && fits(&p.view) => {
                Ok(Value::Map(Pixels { view: p.view.padded(sizes.len()), ..p }))
            }
            _ => Err(self.graph.refuse(node, format!("to {sizes:?}"), "only a score may be repeated along a map")),
        }
    }
}
