//! What a name in a graph means: a feature map, a vector that began as a pooled one, or a constant.

use super::affine::{Affine, Clamped};
use super::tensor::Tensor;
use super::view::View;
use lcsim_spec::Shape;
use std::rc::Rc;

/// Index of a map in the list of maps.
pub(crate) type MapId = usize;

/// Rows above and below, columns to the left and to the right.
pub(crate) type Border = [[usize; 2]; 2];

/// Where a feature map comes from. Equal ReLUs and products are one map, so that duplicated nodes
/// do not hide the structure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// The image.
    Input,
    /// Convolution by a node, of a map with zeros around it.
    Conv { x: MapId, node: usize, border: Border },
    /// Every `stride`-th pixel, behind `before` channels of zeros.
    Pick { x: MapId, node: usize, stride: [usize; 2], before: usize },
    /// A pooling by a node, of a map with a border.
    Pool { x: MapId, node: usize, border: Border },
    /// An affine map of each channel, by index in the list of affine maps.
    Norm { x: MapId, affine: usize },
    /// ReLU, with the bits of its upper bound, which is infinite of a plain one.
    Relu { x: MapId, max: u32 },
    /// Product with a score, by index in the list of scores.
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

/// A tensor that shows a feature map, or sums of it.
#[derive(Debug, Clone)]
pub(crate) struct Pixels {
    /// The map.
    pub map: MapId,
    /// Its elements as `[channel][row][column]`, in the tensor's order.
    pub view: View,
    /// The dimensions that were summed over, as (size, stride), on the way to an average.
    pub summed: Vec<(usize, usize)>,
    /// The factor of the sums.
    pub factor: f64,
    /// Pixels around it, and their value.
    pub border: Option<(Border, f64)>,
}

/// One number a channel, on the way from a pooled map to a score or the logits.
#[derive(Debug, Clone)]
pub(crate) struct Vector {
    /// Its elements in the tensor's order.
    pub view: View,
    /// The map that was pooled.
    pub pool: MapId,
    /// The node that pooled it, or reads it if it has one pixel.
    pub by: usize,
    /// The affine map of the averages.
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
pub(crate) struct Score {
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
    /// A map as a tensor of its own shape.
    pub fn of(map: MapId, shape: Shape) -> Pixels {
        let view = View::plain(&sizes(shape));
        Pixels { map, view, summed: vec![], factor: 1.0, border: None }
    }

    /// The image, whose channels may be the last dimension.
    pub fn image(shape: Shape, channels_last: bool) -> Pixels {
        let image = Pixels::of(0, shape);
        match image.view.permuted(&[0, 2, 3, 1]).filter(|_| channels_last) {
            Some(view) => Pixels { view, ..image },
            None => image,
        }
    }
}

/// A map's sizes as a tensor.
pub(crate) fn sizes(shape: Shape) -> [usize; 4] {
    [1, shape.channels, shape.height, shape.width]
}
