//! Gives steps of a fully connected layer's outputs their meaning: gates that decide yes or no.

use super::affine::{Affine, Clamped};
use super::lowered::Lowered;
use super::proto::NodeProto;
use super::tensor::Tensor;
use super::value::{Squash, Value, Vector};
use crate::Error;
use std::rc::Rc;

impl Lowered<'_> {
    /// Whether a value is 0 or 1 by a step.
    pub fn is_step(&self, value: &Value) -> bool {
        matches!(value, Value::Vector(Vector { layer: Some((_, c)), .. }) if c.step.is_some())
    }

    /// Gives a comparison with a constant its meaning.
    pub fn compare(&mut self, node: &NodeProto) -> Result<Value, Error> {
        let [left, right] = [0, 1].map(|k| self.operand(node, k).cloned());
        let (v, bound, is_left) = match (left?, right?) {
            (Value::Vector(v), Value::Const(bound)) => (v, bound, true),
            (Value::Const(bound), Value::Vector(v)) => (v, bound, false),
            _ => return Err(self.unsupported(node)),
        };
        let greater = matches!(node.op_type(), "Greater" | "GreaterOrEqual") == is_left;
        let at_bound = node.op_type().ends_with("OrEqual");
        if self.threshold(node).is_some() {
            return Err(self.unsupported(node));
        }
        self.step(node, v, &bound, greater, at_bound)
    }

    /// Gives Sigmoid of a layer, Round of a sigmoid, Not of a step, and Where by a step their
    /// meaning.
    pub fn stepped(&mut self, node: &NodeProto) -> Result<Value, Error> {
        let x = self.operand(node, 0)?.clone();
        match (node.op_type(), x) {
            ("Sigmoid", Value::Vector(v))
                if v.squashed.is_none() && v.layer.as_ref().is_some_and(|l| l.1.is_free()) =>
            {
                Ok(Value::Vector(Vector { squashed: Some(Squash::Sigmoid), ..v }))
            }
            // 0.5 is rounded to the even number, which is 0.
            ("Round", Value::Vector(v)) if v.squashed == Some(Squash::Sigmoid) => {
                let half = Tensor::new("", vec![], super::tensor::Data::Float(vec![0.5]));
                self.step(node, v, &half, true, false)
            }
            ("Not", x) if self.is_step(&x) => self.moved(x, |n| Affine { factor: vec![-1.0; n], offset: vec![1.0; n] }),
            ("Where", x) if self.is_step(&x) => {
                let number = |k| match self.operand(node, k) {
                    Ok(Value::Const(t)) => t.number(),
                    _ => None,
                };
                let (Some(on), Some(off)) = (number(1), number(2)) else { return Err(self.unsupported(node)) };
                self.moved(x, |n| Affine { factor: vec![on - off; n], offset: vec![off; n] })
            }
            _ => Err(self.unsupported(node)),
        }
    }

    /// 1 where `v` is above `bound` (or below it, unless `greater`), and 0 elsewhere.
    fn step(
        &mut self,
        node: &NodeProto,
        v: Vector,
        bound: &Tensor,
        greater: bool,
        at_bound: bool,
    ) -> Result<Value, Error> {
        let Some((layer, c)) = v.layer.clone().filter(|_| !v.expanded && v.squashed != Some(Squash::Softmax)) else {
            return Err(self.unsupported(node));
        };
        let outputs = v.view.len();
        self.spend(node, 4 * outputs)?;
        let number = bound.number().filter(|bound| !bound.is_nan());
        let number = number.map(|bound| match v.squashed {
            Some(Squash::Sigmoid) => (bound / (1.0 - bound)).ln(),
            _ => bound,
        });
        let Some(bound) = number.filter(|bound| bound.is_finite()) else {
            let found = format!("with `{}`", bound.name);
            return Err(self.graph.refuse(
                node,
                found,
                "a gate compares with one number, for a sigmoid between 0 and 1",
            ));
        };
        let turned = if greater { Clamped::clone(&c) } else { c.then(&Affine::scale(vec![-1.0; outputs])) };
        let bound = vec![if greater { bound } else { -bound }; outputs];
        let Some(step) = turned.above(&bound, at_bound) else {
            let found = format!("of {}, which is always on one side", self.describe(&Value::Vector(v)));
            return Err(self.graph.refuse(node, found, "compare with a number between the bounds of the clamp"));
        };
        Ok(Value::Vector(Vector { layer: Some((layer, Rc::new(step))), squashed: None, ..v }))
    }

    /// Applies an affine map to a step.
    fn moved(&self, x: Value, affine: impl Fn(usize) -> Affine) -> Result<Value, Error> {
        let Value::Vector(v) = x else { return Ok(x) };
        let outputs = v.view.len();
        let layer = v.layer.map(|(node, c)| (node, Rc::new(c.then(&affine(outputs)))));
        Ok(Value::Vector(Vector { layer, ..v }))
    }
}
