//! Joins an average pooling and the 1x1 convolution after it to one convolution, in a block.

use super::super::lowered::Lowered;
use super::super::value::{MapId, Op};
use crate::model::Conv;
use crate::operators::convolution::import::geometry;
use lcsim_spec::Windows;

/// A pooling before a 1x1 convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Averaged {
    /// The map that the pooling reads.
    pub x: MapId,
    /// The pooling's windows.
    pub windows: Windows,
    /// The weight of each pixel of a window.
    weight: f64,
}

impl Lowered<'_> {
    /// Finds the pooling before the convolution that makes the map `at`, if both can be one
    /// convolution.
    pub(super) fn averaged(&self, at: MapId) -> Option<Averaged> {
        let Op::Conv { x: pooled, node, border } = self.maps[at].op else { return None };
        let Op::Pool { x, node: by, border: around } = self.maps[pooled].op else { return None };
        let (pooling, site) = (self.pooling(by)?, self.site(x, by, around));
        let (weight, windows) = (pooling.weight(&site)?, pooling.windows(&site).ok()?);
        let conv = geometry(self, &self.graph.nodes[node], windows.output, border).ok()?;
        (conv.kernel == [1, 1]).then_some(Averaged { x, windows, weight })
    }
}

impl Averaged {
    /// Joins both. `conv` is the 1x1 convolution.
    pub(super) fn joined(self, conv: Conv) -> Conv {
        let Windows { input, kernel, stride: [down, right], pad, .. } = self.windows;
        let stride = [down * conv.stride[0], right * conv.stride[1]];
        let spread = |w: &f32| std::iter::repeat_n((f64::from(*w) * self.weight) as f32, self.windows.taps());
        let weights = conv.weights.iter().flat_map(spread).collect();
        Conv { input, kernel, stride, pad, weights, ..conv }
    }
}
