//! An average pooling in front of a 1x1 convolution, in a block: together they are a convolution.

use super::super::lowered::Lowered;
use super::super::value::{MapId, Op};
use crate::model::Conv;
use crate::operators::convolution::import::geometry;
use lcsim_spec::Windows;

/// A pooling in front of a 1x1 convolution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Averaged {
    /// The map that the pooling reads.
    pub x: MapId,
    /// The pooling's windows.
    pub windows: Windows,
    /// The weight of each of their pixels.
    weight: f64,
}

impl Lowered<'_> {
    /// The pooling in front of the convolution that makes the map `at`, if they are one
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
    /// The convolution of both, where `conv` is the 1x1 convolution.
    pub(super) fn joined(self, conv: Conv) -> Conv {
        let Windows { input, kernel, stride: [down, right], pad, .. } = self.windows;
        let stride = [down * conv.stride[0], right * conv.stride[1]];
        let spread = |w: &f32| std::iter::repeat_n((f64::from(*w) * self.weight) as f32, self.windows.taps());
        let weights = conv.weights.iter().flat_map(spread).collect();
        Conv { input, kernel, stride, pad, weights, ..conv }
    }
}
