//! Gives ReLUs of maps, and clamps of a fully connected layer's outputs, their meaning.

use super::affine::{Affine, Clamped};
use super::graph::{attribute, float};
use super::lowered::Lowered;
use super::maps;
use super::proto::NodeProto;
use super::tensor::{Data, Tensor};
use super::value::{MapId, Op, Pixels, Value, Vector};
use crate::Error;
use std::rc::Rc;

/// The lower and the upper bound of a clamp, if it has them.
type Bounds = [Option<Rc<Tensor>>; 2];

impl Lowered<'_> {
    /// Gives Relu, Clip, Max, Min and HardSigmoid their meaning.
    pub fn clamp(&mut self, node: &NodeProto) -> Result<Value, Error> {
        let (x, bounds) = self.bounds(node)?;
        match x {
            Value::Map(p) if node.op_type() != "HardSigmoid" => {
                maps::whole(self, node, &p)?;
                let max = self.upper_bound(node, p.map, &bounds)?;
                let map = maps::relu(self, p.map, max);
                Ok(Value::Map(Pixels { map, ..p }))
            }
            Value::Map(_) => Err(self.unsupported(node)),
            Value::Vector(Vector {
                layer: Some((layer, c)),
                squashed: None,
                expanded: false,
                view,
                pool,
                by,
                front,
                first,
            }) => {
                let outputs = view.len();
                self.spend(node, 4 * outputs)?;
                let mut c = match node.op_type() {
                    "HardSigmoid" => {
                        let number = |name, default| f64::from(float(node, name).unwrap_or(default));
                        let (factor, offset) = (number("alpha", 0.2), number("beta", 0.5));
                        c.then(&Affine { factor: vec![factor; outputs], offset: vec![offset; outputs] })
                    }
                    _ => Clamped::clone(&c),
                };
                for (bound, low) in bounds.iter().zip([true, false]) {
                    let Some(t) = bound else { continue };
                    let (_, bound) = view
                        .along(outputs, 1, &t.dims, &numbers(t))
                        .filter(|(_, b)| b.iter().all(|b| !b.is_nan()))
                        .ok_or_else(|| self.graph.invalid(node, "bounds that are numbers", shown(bound.as_deref())))?;
                    c = if low { c.at_least(&bound) } else { c.at_most(&bound) };
                }
                let layer = Some((layer, Rc::new(c)));
                Ok(Value::Vector(Vector { layer, squashed: None, expanded: false, view, pool, by, front, first }))
            }
            x => {
                let found = format!("of {}", self.describe(&x));
                let instead = "write a ReLU of a map, or a clamp directly after a gate's fully connected layer";
                Err(self.graph.refuse(node, found, instead))
            }
        }
    }

    /// Finds the operand of a clamp, and its lower and upper bound if it has them.
    fn bounds(&self, node: &NodeProto) -> Result<(Value, Bounds), Error> {
        let constant = |number: f32| Some(Rc::new(Tensor::new("", vec![], Data::Float(vec![number]))));
        let x = self.operand(node, 0)?.clone();
        match node.op_type() {
            "Relu" => Ok((x, [constant(0.0), None])),
            "HardSigmoid" => Ok((x, [constant(0.0), constant(1.0)])),
            "Clip" => {
                let bound = |name, i| match attribute(node, name) {
                    Some(a) => Ok(constant(a.f())),
                    None => self.optional_tensor(node, i),
                };
                Ok((x, [bound("min", 1)?, bound("max", 2)?]))
            }
            // The operators Max and Min.
            op => {
                let (x, bound) = match (x, self.operand(node, 1)?.clone()) {
                    (Value::Const(t), x) | (x, Value::Const(t)) if node.input.len() == 2 => (x, Some(t)),
                    (a, b) => {
                        let found = format!("of {} and {}", self.describe(&a), self.describe(&b));
                        return Err(self.graph.refuse(node, found, "one of two operands has to be a constant"));
                    }
                };
                Ok((x, if op == "Max" { [bound, None] } else { [None, bound] }))
            }
        }
    }

    /// The upper bound of a clamp that is a ReLU of the map `x`. It is infinite for a plain ReLU.
    fn upper_bound(&self, node: &NodeProto, x: MapId, bounds: &Bounds) -> Result<f32, Error> {
        let [low, high] = bounds.each_ref().map(|b| b.as_ref().map(|t| t.number().unwrap_or(f64::NAN)));
        // If the map is not below 0 anyway, no lower bound of 0 is needed.
        let positive = low.is_none_or(|low| low <= 0.0) && matches!(self.maps[x].op, Op::Relu { .. });
        match high.unwrap_or(f64::INFINITY) {
            high if (low == Some(0.0) || positive) && high > 0.0 => Ok(high as f32),
            _ => {
                let found = format!("{} and {}", shown(bounds[0].as_deref()), shown(bounds[1].as_deref()));
                Err(self.graph.invalid(node, "bounds 0 and above 0", found))
            }
        }
    }
}

fn numbers(t: &Tensor) -> Vec<f64> {
    match &t.data {
        Data::Float(v) => v.iter().map(|&v| f64::from(v)).collect(),
        Data::Int(v) => v.iter().map(|&v| v as f64).collect(),
        _ => vec![],
    }
}

/// Formats a bound for messages.
fn shown(bound: Option<&Tensor>) -> String {
    match bound {
        None => "none".into(),
        Some(t) => t.number().map_or_else(|| format!("a tensor of {:?}", t.dims), |n| n.to_string()),
    }
}
