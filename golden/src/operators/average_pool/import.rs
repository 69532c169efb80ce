//! Imports AveragePool.

use crate::Error;
use crate::onnx::affine::Affine;
use crate::onnx::graph::int;
use crate::onnx::lowered::{Lower, Lowered};
use crate::onnx::proto::NodeProto;
use crate::onnx::value::{Op, Value};
use crate::onnx::windows::{of_kernel, pads, pair};
use crate::onnx::{maps, vectors};
use crate::operators::pooling::import::{Import, Relus, Site};
use lcsim_spec::operators::average_pool::AveragePool;
use lcsim_spec::{Pooling, Shape, Windows};

/// The nodes of average pooling.
pub(crate) struct Nodes;

impl Import for Nodes {
    fn node(&self) -> &'static str {
        "AveragePool"
    }

    fn of_maps(&self) -> &'static [&'static str] {
        &["GlobalAveragePool", "ReduceMean", "ReduceSum"]
    }

    fn name(&self) -> &'static str {
        "average pooling"
    }

    fn lower(&self) -> Lower {
        lower
    }

    fn windows(&self, at: &Site) -> Result<Windows, Error> {
        let Site { low, node, input, border } = *at;
        match node.op_type() {
            "AveragePool" => of_kernel(low, node, input, border),
            _ => {
                let (output, kernel) = (Shape { height: 1, width: 1, ..input }, [input.height, input.width]);
                Ok(Windows { input, output, kernel, stride: [1; 2], pad: [0; 2] })
            }
        }
    }

    fn passes(&self, at: &Site, affine: &Affine) -> bool {
        // An offset may not pass zeros that count as pixels.
        affine.is_linear() || !matches!(padding(at), Ok(Padding::Counts))
    }

    fn weight(&self, at: &Site) -> Option<f64> {
        match padding(at).ok()? {
            Padding::None | Padding::Counts => Some(1.0 / self.windows(at).ok()?.taps() as f64),
            Padding::LeftOut => None,
        }
    }

    fn in_branches(&self) -> Option<&'static str> {
        Some(
            "in a block it may stand directly in front of a 1x1 convolution, without padding or with count_include_pad = 1; \
             elsewhere, let it stand in front of the block",
        )
    }

    fn recognise(&self, at: &Site, Relus { front, behind }: Relus) -> Result<Pooling, Error> {
        if let Some(max) = behind.filter(|max| max.is_finite() && front.is_none_or(|front| *max < front)) {
            let expected = "clips in front of the average pooling";
            return Err(at.low.graph.invalid(at.node, expected, format!("a clip to 0..{max} behind it")));
        }
        // An average of values that are not negative is not negative either.
        let relu = front.is_some() || behind.is_some();
        Ok(Pooling::Average(AveragePool { counts_padding: padding(at)? == Padding::Counts, relu }))
    }
}

fn lower(low: &mut Lowered, i: usize, node: &NodeProto) -> Result<Value, Error> {
    let p = maps::operand(low, node, 0)?;
    let (border, value) = p.border.unwrap_or_default();
    if value != 0.0 {
        return Err(low.graph.refuse(node, format!("of a map padded with {value}"), "pad with 0"));
    }
    let at = Site { low, node, input: low.maps[p.map].shape, border };
    let Windows { input, output, kernel, stride, .. } = Nodes.windows(&at)?;
    match (padding(&at)?, kernel) {
        (Padding::None, kernel) if kernel == [input.height, input.width] => {
            vectors::averaged(low, i, p, &[2, 3], true, true)
        }
        (Padding::None, [1, 1]) => maps::picked(low, i, node, p.map, stride, [0, 0]),
        _ => {
            let map = low.map(Op::Pool { x: p.map, node: i, border }, output);
            Ok(low.shown(map))
        }
    }
}

/// What an average does with the zeros around the map.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Padding {
    /// There are none.
    None,
    /// They count as pixels.
    Counts,
    /// They are left out.
    LeftOut,
}

/// Finds out whether the zeros count. Those of a Pad node always do; those of the pooling itself do
/// if it says so.
fn padding(at: &Site) -> Result<Padding, Error> {
    let (low, node) = (at.low, at.node);
    let [kernel, stride] = ["kernel_shape", "strides"].map(|name| pair(low, node, name));
    let own = pads(low, node, at.input, kernel?, stride?, at.border)?;
    let [of_pad, own] = [at.border, own].map(|sides| sides != [[0; 2]; 2]);
    let counts = match int(node, "count_include_pad") {
        None | Some(0) => false,
        Some(1) => true,
        Some(other) => return Err(low.graph.invalid(node, "count_include_pad = 0 or 1", other)),
    };
    match (of_pad, own, counts) {
        (false, false, _) => Ok(Padding::None),
        (true, true, false) => {
            let found = "with padding that is left out, of a map padded with zeros, which count";
            let instead = "let one of both pad, the pooling or the Pad in front of it, or set count_include_pad = 1";
            Err(low.graph.refuse(node, found, instead))
        }
        (true, ..) | (_, _, true) => Ok(Padding::Counts),
        (false, true, false) => Ok(Padding::LeftOut),
    }
}
