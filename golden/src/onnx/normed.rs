//! Folds affine maps of channels into the convolution before them.

use super::affine::Affine;
use super::lowered::Lowered;
use super::proto::NodeProto;
use super::value::{Map, MapId, Op};
use crate::Error;
use std::rc::Rc;

/// The largest number of ReLUs, scores and poolings that a factor may pass on its way to a
/// convolution.
const MOST_PASSED: usize = 16;

impl Lowered<'_> {
    /// Applies the affine map `a` to a map. It folds into the convolution that makes the map, or
    /// into the mean and standard deviation of the image. On its way there, only a positive factor
    /// may pass ReLUs, scores and poolings.
    pub fn normed(&mut self, node: &NodeProto, x: MapId, a: Affine) -> Result<MapId, Error> {
        if a.is_identity() {
            return Ok(x);
        }
        if let Some(c) = a.infinite() {
            return Err(self.graph.invalid(node, format!("finite factor and offset of channel {c}"), a.factor[c]));
        }
        let positive = a.factor.iter().all(|f| *f > 0.0);
        let (mut at, mut passed) = (x, vec![]);
        loop {
            let Map { op, shape } = self.maps[at];
            at = match op {
                Op::Input | Op::Conv { .. } | Op::Pick { .. } | Op::Norm { .. } => break,
                Op::Relu { x, max } if positive && a.is_linear() => {
                    if f32::from_bits(max).is_finite() && a.uniform().is_none() {
                        return Err(self.unfolded(node, x));
                    }
                    x
                }
                Op::Scale { x, .. } if a.is_linear() => x,
                Op::Pool { x, node: by, border }
                    if self.pooling(by).is_some_and(|pooling| pooling.passes(&self.site(x, by, border), &a)) =>
                {
                    x
                }
                _ => return Err(self.unfolded(node, at)),
            };
            passed.push((op, shape));
            if passed.len() > MOST_PASSED {
                return Err(self.unfolded(node, at));
            }
        }
        let factor = a.uniform().unwrap_or(1.0);
        self.affines.push(Rc::new(a));
        let mut id = self.map(Op::Norm { x: at, affine: self.affines.len() - 1 }, self.maps[at].shape);
        for (op, shape) in passed.into_iter().rev() {
            id = match op {
                Op::Relu { max, .. } => {
                    let max = f32::from_bits(max);
                    let max = if max.is_finite() { (f64::from(max) * factor) as f32 } else { max };
                    self.map(Op::Relu { x: id, max: max.to_bits() }, shape)
                }
                Op::Scale { score, .. } => self.map(Op::Scale { x: id, score }, shape),
                Op::Pool { node, border, .. } => self.map(Op::Pool { x: id, node, border }, shape),
                other => self.map(other, shape),
            };
        }
        Ok(id)
    }

    fn unfolded(&self, node: &NodeProto, at: MapId) -> Error {
        let found = format!("of {}", self.describe_map(at));
        let instead =
            "let a factor, an offset or a batch normalisation stand directly behind the convolution that it folds into";
        self.graph.refuse(node, found, instead)
    }
}
