//! The interface of importing a pooling from ONNX.

use crate::Error;
use crate::onnx::affine::Affine;
use crate::onnx::lowered::{Lower, Lowered};
use crate::onnx::proto::NodeProto;
use crate::onnx::value::Border;
use lcsim_spec::{Pooling, Shape, Windows};

/// A node, with the map that it reads.
pub(crate) struct Site<'a> {
    /// The values of the graph.
    pub low: &'a Lowered<'a>,
    /// The node.
    pub node: &'a NodeProto,
    /// The shape of the map.
    pub input: Shape,
    /// The border around the map.
    pub border: Border,
}

/// The upper bounds of the ReLUs around a pooling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relus {
    /// Of the ReLU before it.
    pub front: Option<f32>,
    /// Of the ReLU after it.
    pub behind: Option<f32>,
}

/// The ONNX form of a pooling.
pub(crate) trait Import: Sync {
    /// The ONNX operator.
    fn node(&self) -> &'static str;
    /// Further operators that pool whole maps.
    fn of_maps(&self) -> &'static [&'static str] {
        &[]
    }
    /// The name of the pooling, for messages.
    fn name(&self) -> &'static str;
    /// The function that gives a node its meaning.
    fn lower(&self) -> Lower;
    /// The windows of a node.
    ///
    /// # Errors
    /// Fails if the attributes describe no such windows.
    fn windows(&self, at: &Site) -> Result<Windows, Error>;
    /// Whether an affine map after a node can move before the node.
    fn passes(&self, at: &Site, affine: &Affine) -> bool;
    /// The weight of each pixel of a window, if the pooling is a convolution of equal weights.
    fn weight(&self, _: &Site) -> Option<f64> {
        None
    }
    /// Which poolings are possible in branches of blocks, in words. `None` if none is.
    fn in_branches(&self) -> Option<&'static str> {
        None
    }
    /// Recognises the pooling of a node.
    ///
    /// # Errors
    /// Fails if no pooling computes the same.
    fn recognise(&self, at: &Site, relus: Relus) -> Result<Pooling, Error>;
}
