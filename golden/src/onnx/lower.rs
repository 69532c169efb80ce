//! Nodes to what they mean here: feature maps with their shapes, and vectors that began as a pooled map.

use super::graph::{Graph, ints};
use super::proto::NodeProto;
use super::tensor::{Data, Tensor};
use super::{MAX_ELEMENTS, clamp, layers, vector};
use crate::Error;
use lcsim_spec::Shape;
use std::collections::HashMap;

/// Index of a map in [`Lowered::maps`].
pub(super) type MapId = usize;

/// A fully connected layer by its nodes' indices in [`Graph::nodes`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FcRef {
    /// Gemm, MatMul or 1x1 Conv.
    pub node: usize,
    /// The Add of the bias, if it is a node of its own.
    pub bias: Option<usize>,
}

/// Where a feature map comes from. Equal ReLUs and products are one map, so that duplicated nodes do not hide the
/// structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Op {
    /// The image.
    Input,
    /// Convolution by a node.
    Conv { x: MapId, node: usize },
    /// Max pooling by a node.
    MaxPool { x: MapId, node: usize },
    /// Batch normalisation of a convolution.
    Norm { x: MapId, node: usize },
    /// ReLU, with the bits of its upper bound, which is infinite of a plain one.
    Relu { x: MapId, max: u32 },
    /// Product with the score of `fc` on the pooled map `pool`.
    Scale { x: MapId, fc: FcRef, pool: MapId },
    /// Sum of two maps.
    Sum { a: MapId, b: MapId, node: usize },
}

/// A feature map.
#[derive(Debug)]
pub(super) struct Map {
    /// Its origin.
    pub op: Op,
    /// Its shape.
    pub shape: Shape,
}

/// How far a vector is on its way from a pooled map to a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Stage {
    /// A pooled map.
    Pooled,
    /// After a fully connected layer.
    Linear(FcRef),
    /// After its ReLU: half of a clamp to 0..1.
    AboveZero(FcRef),
    /// Clamped to 0..1.
    Score(FcRef),
    /// After a softmax, which changes no order.
    Probability(FcRef),
}

/// One number a channel.
#[derive(Debug, Clone)]
pub(super) struct Vector {
    /// Last operation.
    pub stage: Stage,
    /// The map that was pooled.
    pub pool: MapId,
    /// Shape, with a batch of 1; at most one dimension is not 1.
    pub dims: Vec<usize>,
}

impl Vector {
    /// The same vector at another stage.
    pub fn at(&self, stage: Stage) -> Vector {
        Vector { stage, ..self.clone() }
    }
}

/// The meaning of a name in the graph.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    /// A feature map.
    Map(MapId),
    /// A vector.
    Vector(Vector),
    /// A constant.
    Const(&'a Tensor),
}

/// All values of a graph.
#[derive(Debug)]
pub(super) struct Lowered<'a> {
    /// The graph.
    pub graph: &'a Graph,
    /// Feature maps; the first is the image.
    pub maps: Vec<Map>,
    values: HashMap<&'a str, Value<'a>>,
    known: HashMap<Op, MapId>,
    /// Channels that normalisations may still have: nodes can share their tensors, so the file's size is no bound.
    budget: usize,
}

/// Gives every value of the graph its meaning.
pub(super) fn lower(graph: &Graph) -> Result<Lowered<'_>, Error> {
    let (input, shape) = &graph.input;
    let mut values: HashMap<_, _> = graph.tensors.iter().map(|(n, t)| (n.as_str(), Value::Const(t))).collect();
    values.insert(input, Value::Map(0));
    let maps = vec![Map { op: Op::Input, shape: *shape }];
    let mut low = Lowered { graph, maps, values, known: HashMap::from([(Op::Input, 0)]), budget: MAX_ELEMENTS };
    for (i, node) in graph.nodes.iter().enumerate() {
        let value = low.node(i, node)?;
        if let Some(output) = node.output.first() {
            low.values.insert(output, value);
        }
    }
    Ok(low)
}

impl<'a> Lowered<'a> {
    /// The value of a name.
    pub fn value(&self, name: &str) -> Option<&Value<'a>> {
        self.values.get(name)
    }

    /// An optional input of a node.
    pub fn optional(&self, node: &NodeProto, i: usize) -> Result<Option<&Value<'a>>, Error> {
        let Some(name) = node.input.get(i).filter(|n| !n.is_empty()) else {
            return Ok(None);
        };
        let missing = || self.graph.invalid(node, format!("input `{name}` of a supported output"), "an unused output");
        self.value(name).map(Some).ok_or_else(missing)
    }

    /// An input that must be there.
    pub fn operand(&self, node: &NodeProto, i: usize) -> Result<&Value<'a>, Error> {
        self.optional(node, i)?.ok_or_else(|| self.graph.invalid(node, format!("input {i}"), "nothing"))
    }

    /// An optional input that must be a constant.
    pub fn optional_tensor(&self, node: &NodeProto, i: usize) -> Result<Option<&'a Tensor>, Error> {
        match self.optional(node, i)? {
            None => Ok(None),
            Some(Value::Const(t)) => Ok(Some(t)),
            Some(_) => Err(self.graph.invalid(node, format!("a constant as input {i}"), "a computed value")),
        }
    }

    /// An input that must be a constant.
    pub fn tensor(&self, node: &NodeProto, i: usize) -> Result<&'a Tensor, Error> {
        self.optional_tensor(node, i)?.ok_or_else(|| self.graph.invalid(node, format!("input {i}"), "nothing"))
    }

    /// Integers that are an attribute in older operator sets and an input in newer ones.
    pub fn ints_or_input<'n>(&self, node: &'n NodeProto, name: &str, i: usize) -> Result<Option<&'n [i64]>, Error>
    where
        'a: 'n,
    {
        match ints(node, name) {
            Some(v) => Ok(Some(v)),
            None => self.optional_tensor(node, i)?.map(|t| t.ints(&self.graph.path)).transpose(),
        }
    }

    fn map(&mut self, op: Op, shape: Shape) -> Value<'a> {
        let id = *self.known.entry(op).or_insert(self.maps.len());
        if id == self.maps.len() {
            self.maps.push(Map { op, shape });
        }
        Value::Map(id)
    }

    fn node(&mut self, i: usize, node: &'a NodeProto) -> Result<Value<'a>, Error> {
        match node.op_type() {
            "Identity" => Ok(self.operand(node, 0)?.clone()),
            "Dropout" => self.dropout(node),
            "Conv" => self.conv(i, node),
            "MaxPool" => match self.operand(node, 0)? {
                &Value::Map(x) => {
                    let windows = layers::max_pool(self, node, self.maps[x].shape)?;
                    Ok(self.map(Op::MaxPool { x, node: i }, windows.output))
                }
                _ => Err(self.graph.refuse(node, "max pooling of a map")),
            },
            "BatchNormalization" => self.norm(i, node),
            "Relu" => match self.operand(node, 0)? {
                &Value::Map(x) => Ok(self.relu(x, f32::INFINITY)),
                Value::Vector(v @ Vector { stage: Stage::Linear(fc), .. }) => {
                    Ok(Value::Vector(v.at(Stage::AboveZero(*fc))))
                }
                _ => Err(self.graph.refuse(node, "ReLU of a map, or of a gate's fully connected layer")),
            },
            "Mul" => self.mul(node),
            "Add" => self.add(i, node),
            "GlobalAveragePool" | "ReduceMean" => Ok(Value::Vector(vector::pooled(self, node)?)),
            "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => self.reshape(node),
            "Gemm" | "MatMul" => self.fc(i, node),
            "Clip" | "Min" => self.clamp(node),
            "Softmax" => match self.operand(node, 0)? {
                Value::Vector(v @ Vector { stage: Stage::Linear(fc), .. }) => {
                    Ok(Value::Vector(v.at(Stage::Probability(*fc))))
                }
                _ => Err(self.graph.refuse(node, "softmax may only follow the classifier")),
            },
            _ => Err(self.graph.refuse(
                node,
                "an LC-ResNet is made of Conv, BatchNormalization, Relu, Add, Mul, Clip, MaxPool, GlobalAveragePool, \
                 ReduceMean, Gemm, MatMul and reshaping of pooled maps",
            )),
        }
    }

    fn relu(&mut self, x: MapId, max: f32) -> Value<'a> {
        self.map(Op::Relu { x, max: max.to_bits() }, self.maps[x].shape)
    }

    fn clamp(&mut self, node: &NodeProto) -> Result<Value<'a>, Error> {
        let (value, bounds) = clamp::operand(self, node)?;
        match value {
            &Value::Map(x) => Ok(self.relu(x, clamp::upper_bound(self, node, x, bounds)?)),
            Value::Vector(v) => Ok(Value::Vector(clamp::score(self, node, v, bounds)?)),
            Value::Const(_) => Err(self.graph.refuse(node, "a map or a gate's fully connected layer, clamped")),
        }
    }

    fn dropout(&self, node: &NodeProto) -> Result<Value<'a>, Error> {
        match self.optional_tensor(node, 2)? {
            Some(t) if t.data != Data::Bool(false) => Err(self.graph.refuse(node, "dropout that is not training")),
            _ => Ok(self.operand(node, 0)?.clone()),
        }
    }

    fn conv(&mut self, i: usize, node: &'a NodeProto) -> Result<Value<'a>, Error> {
        match self.operand(node, 0)? {
            &Value::Map(x) => {
                let geometry = layers::geometry(self, node, self.maps[x].shape)?;
                Ok(self.map(Op::Conv { x, node: i }, geometry.output))
            }
            Value::Vector(_) => self.fc(i, node),
            Value::Const(_) => Err(self.graph.refuse(node, "a convolution of a map or of a pooled map")),
        }
    }

    fn norm(&mut self, i: usize, node: &'a NodeProto) -> Result<Value<'a>, Error> {
        self.graph.fixed(node, "training_mode", 0)?;
        match self.operand(node, 0)? {
            &Value::Map(x) if matches!(self.maps[x].op, Op::Conv { .. } | Op::Norm { .. }) => {
                let shape = self.maps[x].shape;
                let Some(budget) = self.budget.checked_sub(shape.channels) else {
                    let expected = format!("at most {MAX_ELEMENTS} channels normalised in all");
                    return Err(self.graph.invalid(node, expected, "more"));
                };
                self.budget = budget;
                layers::norm(self, node, shape.channels)?;
                Ok(self.map(Op::Norm { x, node: i }, shape))
            }
            _ => Err(self.graph.refuse(node, "batch normalisation directly after a convolution, into which it folds")),
        }
    }

    fn mul(&mut self, node: &NodeProto) -> Result<Value<'a>, Error> {
        let (x, v) = match (self.operand(node, 0)?, self.operand(node, 1)?) {
            (&Value::Map(x), Value::Vector(v)) | (Value::Vector(v), &Value::Map(x)) => (x, v),
            _ => return Err(self.graph.refuse(node, "a map times a gate's score")),
        };
        let Stage::Score(fc) = v.stage else {
            return Err(self.graph.refuse(node, "a score clamped to 0..1 as factor"));
        };
        let shape = self.maps[x].shape;
        let padded = vector::padded(&v.dims);
        if padded != [1, shape.channels, 1, 1] && padded != [1; 4] {
            let expected = format!("a score of dimensions [1, {}, 1, 1] or [1, 1, 1, 1]", shape.channels);
            return Err(self.graph.invalid(node, expected, format!("{:?}", v.dims)));
        }
        let pool = v.pool;
        Ok(self.map(Op::Scale { x, fc, pool }, shape))
    }

    fn add(&mut self, i: usize, node: &'a NodeProto) -> Result<Value<'a>, Error> {
        match (self.operand(node, 0)?, self.operand(node, 1)?) {
            (&Value::Map(a), &Value::Map(b)) => {
                let shapes = [self.maps[a].shape, self.maps[b].shape];
                if shapes[0] != shapes[1] {
                    return Err(self.graph.invalid(
                        node,
                        "two maps of one shape",
                        format!("{} and {}", shapes[0], shapes[1]),
                    ));
                }
                Ok(self.map(Op::Sum { a, b, node: i }, shapes[0]))
            }
            (Value::Vector(v), Value::Const(t)) | (Value::Const(t), Value::Vector(v)) => {
                let bias = vector::biased(self.graph, node, i, v, t)?;
                Ok(Value::Vector(bias))
            }
            _ => Err(self.graph.refuse(node, "the sum of two maps, or of a fully connected layer and its bias")),
        }
    }

    fn reshape(&self, node: &'a NodeProto) -> Result<Value<'a>, Error> {
        let Value::Vector(v) = self.operand(node, 0)? else {
            return Err(self.graph.refuse(node, "reshaping of pooled maps and scores only"));
        };
        let dims = vector::reshaped(self, node, &v.dims)?;
        Ok(Value::Vector(Vector { dims, ..v.clone() }))
    }

    fn fc(&self, i: usize, node: &'a NodeProto) -> Result<Value<'a>, Error> {
        match self.operand(node, 0)? {
            Value::Vector(Vector { stage: Stage::Pooled, pool, dims }) => {
                let (outputs, channel_axis) = layers::fc_outputs(self, node, dims)?;
                let mut dims = dims.clone();
                dims[channel_axis] = outputs;
                let stage = Stage::Linear(FcRef { node: i, bias: None });
                Ok(Value::Vector(Vector { stage, pool: *pool, dims }))
            }
            _ => Err(self.graph.refuse(node, "one fully connected layer, directly on a globally average-pooled map")),
        }
    }
}
