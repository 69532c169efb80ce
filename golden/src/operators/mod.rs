//! The operators, one room each: the operator in ONNX (`import`), in floats (`float`), in integers
//! (`integer`), in a network that is being quantised (`quantise`), and in the file of a quantised
//! network (`store`).
//!
//! This file is the edge, with `import` for ONNX: no other place tells operators apart. It has one
//! function for each face.

mod average_pool;
pub(crate) mod convolution;
pub(crate) mod depthwise;
pub(crate) mod gate;
pub(crate) mod image;
#[cfg(feature = "onnx")]
pub(crate) mod import;
mod max_pool;
pub(crate) mod pooling;

use crate::Error;
use crate::block::{self, store::BlockHeader};
use crate::container::{File, Tensors};
use crate::float::{Overflow, Run as FloatRun};
use crate::integer::{Map, Run};
use crate::model::{Conv, Layer};
use crate::quantize::{Quantizer, Stream};
use convolution::store::ConvHeader;
use lcsim_spec::{self as quant, NetworkError, Pooling};
use pooling::room;
use serde::{Deserialize, Serialize};

/// Makes the headers in files from the table of poolings.
macro_rules! edge {
    ($($variant:ident(super::$room:ident::$name:ident) $what:literal)*) => {
        /// A layer in the header of a file.
        #[derive(Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub(crate) enum LayerHeader {
            Conv(ConvHeader),
            Block(BlockHeader),
            $($name($room::store::PoolHeader),)*
        }

        impl LayerHeader {
            /// Makes the header of a layer, and adds its numbers to `tensors`.
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

            /// Makes the layer from the header and the numbers in `file`.
            ///
            /// # Errors
            /// [`Error::Invalid`] if the numbers are missing or do not fit.
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

/// Computes the output map of a layer that reads the map `x`.
///
/// # Errors
/// Returns the first [`Overflow`].
pub(crate) fn compute(layer: &Layer, run: &mut FloatRun, x: Vec<f32>) -> Result<Vec<f32>, Overflow> {
    match layer {
        Layer::Conv(c) => convolution::float::layer(c, &mut run.found, &x),
        Layer::Block(b) => block::float::run(b, run, x),
        Layer::Pool(p) => Ok(room(&p.pooling).compute(&p.windows, &x)),
    }
}

/// Computes the output map of a quantised layer that reads the map `x`.
pub(crate) fn infer(layer: &quant::Layer, run: &mut Run, x: Map) -> Map {
    match layer {
        quant::Layer::Conv(c) => convolution::integer::layer(c, run, &x),
        quant::Layer::Block(b) => block::integer::run(b, run, x),
        quant::Layer::Pool(p) => pooling::integer::layer(p, run, &x),
    }
}

/// Quantises the first of `layers`, which reads the map `x`. Also returns its output map.
///
/// # Errors
/// Fails if a scale cannot be represented.
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

/// The convolutions of `layers` that update in place the map that the first layer reads, or a
/// pooled form of it.
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

/// The maps of a layer, with the upper bound of the ReLU that readers of each map apply.
pub(crate) fn relus(layer: &Layer) -> Vec<(&str, Option<f32>)> {
    match layer {
        Layer::Conv(c) => vec![(c.name.as_str(), c.relu)],
        Layer::Block(b) => block::quantise::relus(b),
        Layer::Pool(_) => vec![],
    }
}

/// Checks the ReLUs of a layer that reads a map with the upper bound `clip`. Returns the upper
/// bound of its output.
///
/// # Errors
/// Names the property that is wrong.
pub(crate) fn check_relus(layer: &Layer, clip: Option<f32>) -> Result<Option<f32>, NetworkError> {
    match layer {
        Layer::Conv(c) => Ok(c.clip()),
        Layer::Block(b) => block::check::relus(b, clip).map(|()| None),
        Layer::Pool(_) => Ok(clip),
    }
}
