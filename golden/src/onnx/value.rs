//! The meaning of names in a graph: a feature map, a vector that began as a pooled map, or a
//! constant.

use super::affine::{Affine, Clamped};
use super::tensor::Tensor;
use super::view::View;
use lcsim_spec::{Decision, Shape};
use std::rc::Rc;

/// The index of a map in the list of maps.
pub(crate) type MapId = usize;

/// Rows above and below, and columns to the left and to the right.
pub(crate) type Border = [[usize; 2]; 2];

/// The origin of a feature map. Equal ReLUs and products are one map, so that nodes that an
/// exporter has duplicated do not hide the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// The image.
    Input,
    /// A convolution by a node, of a map with a border of zeros.
    Conv { x: MapId, node: usize, border: Border },
    /// Every `stride`-th pixel, after `before` channels of zeros.
    Pick { x: MapId, node: usize, stride: [usize; 2], before: usize },
    /// A pooling by a node, of a map with a border.
    Pool { x: MapId, node: usize, border: Border },
    /// An affine map of each channel, by its index in the list of affine maps.
    Norm { x: MapId, affine: usize },
    /// A ReLU, with the bits of its upper bound, which is infinite for a plain ReLU.
    Relu { x: MapId, max: u32 },
    /// A product with a score, by its index in the list of scores.
    Scale { x: MapId, score: usize },
    /// Sum of two maps.
    Sum { a: MapId, b: MapId, node: usize },
}

/// A feature map.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Map {
    /// Its origin.
    pub op: Op,
    /// Its shape.
    pub shape: Shape,
}

/// A tensor that shows a feature map, or sums of its elements.
#[derive(Debug, Clone)]
pub(crate) struct Pixels {
    /// The map.
    pub map: MapId,
    /// The map's elements `[channel][row][column]` in the order of the tensor.
    pub view: View,
    /// The dimensions over which the elements were added, as (size, stride), on the way to an
    /// average.
    pub summed: Vec<(usize, usize)>,
    /// The factor of the sums.
    pub factor: f64,
    /// The border around the map, and the value of its pixels.
    pub border: Option<(Border, f64)>,
}

/// One number for each channel, on the way from a pooled map to a score or to the logits.
#[derive(Debug, Clone)]
pub(crate) struct Vector {
    /// Its elements in the order of the tensor.
    pub view: View,
    /// The map that was pooled.
    pub pool: MapId,
    /// The node that pooled the map, or that reads it if it has one pixel.
    pub by: usize,
    /// The affine map that was applied to the averages.
    pub front: Rc<Affine>,
    /// The first one of two fully connected layers.
    pub first: Option<First>,
    /// The node of the fully connected layer, if there was one, and the clamp that was applied to
    /// its outputs. Of two layers, it is the second one.
    pub layer: Option<(usize, Rc<Clamped>)>,
    /// The function that was applied to the outputs, if it is no affine map and no clamp.
    pub squashed: Option<Squash>,
    /// Whether it was repeated along the dimensions of a map. Then it can only be multiplied with a
    /// map.
    pub expanded: bool,
}

/// The first one of two fully connected layers, which has a ReLU behind it.
#[derive(Debug, Clone)]
pub(crate) struct First {
    /// Its node.
    pub node: usize,
    /// The affine map in front of the ReLU, which folds into the layer.
    pub behind: Rc<Affine>,
}

/// A function that keeps the order of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Squash {
    /// Softmax or its logarithm, which does not change the order of the logits.
    Softmax,
    /// Sigmoid, with which a gate compares.
    Sigmoid,
}

/// A score: a fully connected layer on a pooled map, between two affine maps, and a decision.
#[derive(Debug)]
pub(crate) struct Score {
    /// The node of the fully connected layer; of two layers, the second one.
    pub node: usize,
    /// The map that is pooled.
    pub pool: MapId,
    /// The affine map before the first layer, which folds into it.
    pub front: Rc<Affine>,
    /// The first one of two layers.
    pub first: Option<First>,
    /// The affine map after the layer, which folds into it.
    pub behind: Affine,
    /// The rule that turns outputs into scores.
    pub decision: Decision,
}

/// The meaning of a name in the graph.
#[derive(Debug, Clone)]
pub(crate) enum Value {
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

impl Pixels {
    /// Shows a map as a tensor of its own shape.
    pub fn of(map: MapId, shape: Shape) -> Pixels {
        let view = View::plain(&sizes(shape));
        Pixels { map, view, summed: vec![], factor: 1.0, border: None }
    }

    /// Shows the image. Its channels may be the last dimension.
    pub fn image(shape: Shape, channels_last: bool) -> Pixels {
        let image = Pixels::of(0, shape);
        match image.view.permuted(&[0, 2, 3, 1]).filter(|_| channels_last) {
            Some(view) => Pixels { view, ..image },
            None => image,
        }
    }
}

/// The sizes of a map as a tensor.
pub(crate) fn sizes(shape: Shape) -> [usize; 4] {
    [1, shape.channels, shape.height, shape.width]
}
