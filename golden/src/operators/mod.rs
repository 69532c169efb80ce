//! The operators, a room each: what it is in ONNX (`import`), in floats (`float`), in integers
//! (`integer`), as a part of a network that is quantised (`quantise`), and in its file (`store`).
//!
//! Here is the edge, the one place that tells them apart: one function a face.

mod average_pool;
pub(crate) mod convolution;
pub(crate) mod depthwise;
pub(crate) mod gate;
pub(crate) mod image;
mod max_pool;
pub(crate) mod pooling;

use crate::Error;
use crate::block::{self, store::BlockHeader};
use crate::container::{File, Tensors};
use crate::float::{Activations, Overflow};
use crate::integer::{Map, Run};
use crate::model::{Conv, Layer};
use crate::onnx::lowered::{Lower, Lowered};
use crate::onnx::proto::NodeProto;
use crate::onnx::value::{Border, MapId};
use crate::onnx::vectors;
use crate::quantize::{Quantizer, Stream};
use convolution::store::ConvHeader;
use lcsim_spec::{self as quant, NetworkError, Pooling};
use pooling::import::{Import, Site};
use pooling::room;
use serde::{Deserialize, Serialize};

/// Of each line of the table of poolings: what is written in ONNX, and what in files.
macro_rules! edge {
    ($($variant:ident(super::$room:ident::$name:ident) $what:literal)*) => {
        /// How each pooling is written in ONNX.
        const POOLINGS: &[&dyn Import] = &[$(&$room::import::Nodes),*];

        /// A layer in the header of a file.
        #[derive(Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum LayerHeader {
            Conv(ConvHeader),
            Block(BlockHeader),
            $($name($room::store::PoolHeader),)*
        }

        impl LayerHeader {
            /// Of a layer, whose numbers go to `tensors`.
            pub fn new(layer: &quant::Layer, tensors: &mut Tensors) -> Self {
                match layer {
                    quant::Layer::Conv(c) => Self::Conv(ConvHeader::new(c, tensors)),
                    quant::Layer::Block(b) => Self::Block(BlockHeader::new(b, tensors)),
                    quant::Layer::Pool(p) => match &p.pooling {
                        $(Pooling::$variant(own) => {
                            Self::$name($room::store::PoolHeader::new(&p.name, &p.windows, own))
                        })*
                    },
                }
            }

            /// The layer, with numbers of `file`.
            ///
            /// # Errors
            /// [`Error::Invalid`] if they are not there, or are others.
            pub fn read(self, file: &File) -> Result<quant::Layer, Error> {
                Ok(match self {
                    Self::Conv(c) => quant::Layer::Conv(c.read(file)?),
                    Self::Block(b) => quant::Layer::Block(b.read(file)?),
                    $(Self::$name(p) => quant::Layer::Pool(p.into()),)*
                })
            }
        }
    };
}

lcsim_spec::poolings!(edge);

/// The output map of a layer on the map `x`.
///
/// # Errors
/// The first [`Overflow`].
pub(crate) fn compute(layer: &Layer, a: &mut Activations, x: Vec<f32>) -> Result<Vec<f32>, Overflow> {
    match layer {
        Layer::Conv(c) => convolution::float::layer(c, a, &x),
        Layer::Block(b) => block::float::run(b, a, x),
        Layer::Pool(p) => Ok(room(&p.pooling).compute(&p.windows, &x)),
    }
}

/// The output map of a quantised layer on the map `x`.
pub(crate) fn infer(layer: &quant::Layer, run: &mut Run, x: Map) -> Map {
    match layer {
        quant::Layer::Conv(c) => convolution::integer::layer(c, run, &x),
        quant::Layer::Block(b) => block::integer::run(b, run, x),
        quant::Layer::Pool(p) => pooling::integer::layer(p, run, &x),
    }
}

/// The first of `layers`, quantised, on the map `x`, and its output map.
///
/// # Errors
/// Where a scale cannot be represented.
pub(crate) fn quantise(layers: &[Layer], q: &Quantizer, x: Stream) -> Result<(quant::Layer, Stream), Error> {
    let followers = in_place(&layers[1..]);
    Ok(match &layers[0] {
        Layer::Conv(c) => {
            let scale = q.scale_of(std::iter::once(c).chain(followers));
            let out = Stream { shape: c.output, scale };
            (quant::Layer::Conv(convolution::quantise::conv(c, x.scale, scale)), out)
        }
        Layer::Block(b) => {
            let (block, out) = block::quantise::quantise(b, &followers, q, x)?;
            (quant::Layer::Block(block), out)
        }
        Layer::Pool(p) => {
            let scale = room(&p.pooling).scale(x.scale);
            (quant::Layer::Pool(p.clone()), Stream { shape: p.windows.output, scale })
        }
    })
}

/// The convolutions of `layers` that update the map in place that the first of them reads, or what
/// poolings make of it.
fn in_place(layers: &[Layer]) -> Vec<&Conv> {
    let mut writers = vec![];
    for layer in layers {
        match layer {
            Layer::Block(b) if b.shortcut.is_none() => writers.extend(b.convs.last().map(|g| &g.conv)),
            Layer::Pool(_) => {}
            Layer::Block(_) | Layer::Conv(_) => break,
        }
    }
    writers
}

/// The upper bound of the ReLU that readers of each map of a layer apply.
pub(crate) fn relus(layer: &Layer) -> Vec<(&str, Option<f32>)> {
    match layer {
        Layer::Conv(c) => vec![(c.name.as_str(), c.relu)],
        Layer::Block(b) => block::quantise::relus(b),
        Layer::Pool(_) => vec![],
    }
}

/// Checks the ReLUs of a layer on a map that is clipped at `clip`; gives the clip of its output.
///
/// # Errors
/// Names what is wrong.
pub(crate) fn check_relus(layer: &Layer, clip: Option<f32>) -> Result<Option<f32>, NetworkError> {
    match layer {
        Layer::Conv(c) => Ok(c.clip()),
        Layer::Block(b) => block::check::relus(b, clip).map(|()| None),
        Layer::Pool(_) => Ok(clip),
    }
}

/// What gives the nodes of operators their meaning; nothing for those of none.
pub(crate) fn import(low: &Lowered, node: &NodeProto) -> Option<Lower> {
    Some(match node.op_type() {
        "Conv" if low.reads_a_vector(node) => gate::import::layer,
        "Conv" => convolution::import::node,
        "Gemm" | "MatMul" => gate::import::layer,
        "Softmax" | "LogSoftmax" => gate::import::softmax,
        "GlobalAveragePool" | "ReduceMean" | "ReduceSum" => vectors::average,
        op => return pooling_of(op).map(Import::lower),
    })
}

/// Whether the result of a node has the form of its operand, as far as that is known.
pub(crate) fn is_elementwise(node: &NodeProto) -> bool {
    let op = node.op_type();
    !matches!(op, "Conv" | "Gemm" | "MatMul" | "Shape" | "Size") && pooling_of(op).is_none()
}

fn pooling_of(op: &str) -> Option<&'static dyn Import> {
    POOLINGS.iter().copied().find(|pooling| pooling.node() == op)
}

impl Lowered<'_> {
    /// How the pooling of a node is written.
    pub fn pooling(&self, node: usize) -> Option<&'static dyn Import> {
        let op = self.graph.nodes[node].op_type();
        POOLINGS.iter().copied().find(|pooling| pooling.node() == op || pooling.of_maps().contains(&op))
    }

    /// A node on the map `x` with a border.
    pub fn site(&self, x: MapId, node: usize, border: Border) -> Site<'_> {
        Site { low: self, node: &self.graph.nodes[node], input: self.maps[x].shape, border }
    }

    /// The name of the pooling of a node, for messages.
    pub fn pooling_name(&self, node: usize) -> &'static str {
        self.pooling(node).map_or("pooling", Import::name)
    }
}
