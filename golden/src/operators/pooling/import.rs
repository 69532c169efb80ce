//! A pooling in ONNX.

use crate::Error;
use crate::onnx::affine::Affine;
use crate::onnx::lowered::{Lower, Lowered};
use crate::onnx::proto::NodeProto;
use crate::onnx::value::Border;
use lcsim_spec::{Pooling, Shape, Windows};

/// The surroundings of a pooling in a network.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// The upper bound of the ReLU in front of it.
    pub front: Option<f32>,
    /// The upper bound of the ReLU behind it.
    pub behind: Option<f32>,
}

/// How a pooling is written.
pub(crate) trait Import: Sync {
    /// The operator.
    fn node(&self) -> &'static str;
    /// The pooling, for messages.
    fn name(&self) -> &'static str;
    /// Gives a node its meaning.
    fn lower(&self) -> Lower;
    /// The windows of a node on a map with a border.
    ///
    /// # Errors
    /// Where its attributes are none of such windows.
    fn windows(&self, low: &Lowered, node: &NodeProto, input: Shape, border: Border) -> Result<Windows, Error>;
    /// Whether an affine map behind it is the same in front of it.
    fn passes(&self, affine: &Affine) -> bool;
    /// The pooling of a node.
    ///
    /// # Errors
    /// Where there is none that computes that.
    fn recognise(&self, low: &Lowered, node: &NodeProto, at: Place) -> Result<Pooling, Error>;
}
