//! A pooling in ONNX.

use crate::Error;
use crate::onnx::affine::Affine;
use crate::onnx::lowered::{Lower, Lowered};
use crate::onnx::proto::NodeProto;
use crate::onnx::value::Border;
use lcsim_spec::{Pooling, Shape, Windows};

/// A node on the map that it reads.
pub(crate) struct Site<'a> {
    /// The values of the graph.
    pub low: &'a Lowered<'a>,
    /// The node.
    pub node: &'a NodeProto,
    /// The map's shape.
    pub input: Shape,
    /// The border around the map.
    pub border: Border,
}

/// Upper bounds of the ReLUs around a pooling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relus {
    /// In front of it.
    pub front: Option<f32>,
    /// Behind it.
    pub behind: Option<f32>,
}

/// How a pooling is written.
pub(crate) trait Import: Sync {
    /// The operator.
    fn node(&self) -> &'static str;
    /// Further operators, which pool whole maps.
    fn of_maps(&self) -> &'static [&'static str] {
        &[]
    }
    /// The pooling, for messages.
    fn name(&self) -> &'static str;
    /// Gives a node its meaning.
    fn lower(&self) -> Lower;
    /// The windows of a node.
    ///
    /// # Errors
    /// Where its attributes are none of such windows.
    fn windows(&self, at: &Site) -> Result<Windows, Error>;
    /// Whether an affine map behind a node is the same in front of it.
    fn passes(&self, at: &Site, affine: &Affine) -> bool;
    /// The weight of each pixel of a window, where the pooling of a node is a convolution of equal
    /// weights.
    fn weight(&self, _: &Site) -> Option<f64> {
        None
    }
    /// Which poolings may stand in branches of blocks, if any may.
    fn in_branches(&self) -> Option<&'static str> {
        None
    }
    /// The pooling of a node.
    ///
    /// # Errors
    /// Where there is none that computes that.
    fn recognise(&self, at: &Site, relus: Relus) -> Result<Pooling, Error>;
}
