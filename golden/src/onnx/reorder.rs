//! Nodes that change no number: views, conversions between floats, and dropout.

use super::graph::{int, ints};
use super::lowered::Lowered;
use super::proto::NodeProto;
use super::shape;
use super::tensor::Data;
use super::value::{Pixels, Value, Vector};
use super::view::View;
use crate::Error;

impl Lowered<'_> {
    /// Gives Dropout its meaning. In inference it does nothing.
    pub fn dropout(&self, node: &NodeProto) -> Result<Value, Error> {
        let training = self.optional_tensor(node, 2)?.is_some_and(|t| t.data != Data::Bool(vec![false]));
        if training {
            return Err(self.graph.refuse(node, "in training", "export the model after `model.eval()`"));
        }
        Ok(self.operand(node, 0)?.clone())
    }

    /// Gives Cast its meaning. A conversion between floats does nothing, because everything is
    /// computed in 32 bits.
    pub fn cast(&self, node: &NodeProto) -> Result<Value, Error> {
        use super::proto::data_type::{BFLOAT16, DOUBLE, FLOAT, FLOAT16};
        match int(node, "to").and_then(|to| i32::try_from(to).ok()) {
            Some(FLOAT | DOUBLE | FLOAT16 | BFLOAT16) => Ok(self.operand(node, 0)?.clone()),
            Some(_) if self.is_step(self.operand(node, 0)?) => Ok(self.operand(node, 0)?.clone()),
            other => {
                let found = format!("of maps to element type {}", other.unwrap_or_default());
                Err(self.graph.refuse(node, found, "maps and scores have to stay floats"))
            }
        }
    }

    /// Gives a node its meaning that shows the same elements in another order or shape.
    pub fn view(&self, node: &NodeProto) -> Result<Value, Error> {
        let mut value = self.operand(node, 0)?.clone();
        let (view, bordered) = match &mut value {
            Value::Map(p) => (&mut p.view, p.border.is_some()),
            Value::Vector(v) => (&mut v.view, false),
            Value::Const(_) => return Err(self.unsupported(node)),
        };
        if bordered {
            return Err(self.graph.refuse(node, "of a padded map", "let a convolution read it first"));
        }
        let dims = view.dims.clone();
        let wrong = |expected: &str| self.graph.invalid(node, expected, format!("{dims:?}"));
        match node.op_type() {
            "Transpose" => {
                let order = match ints(node, "perm") {
                    Some(perm) => perm.iter().map(|&p| usize::try_from(p).ok()).collect::<Option<Vec<_>>>(),
                    None => Some((0..dims.len()).rev().collect()),
                };
                *view = order.and_then(|order| view.permuted(&order)).ok_or_else(|| wrong("an order of the axes"))?;
            }
            "Gather" => {
                let indices = self.tensor(node, 1)?;
                let at = indices.ints(&self.graph.path)?;
                let axis = int(node, "axis").unwrap_or(0);
                let size = shape::axis_of(axis, dims.len(), false).map(|axis| dims[axis]);
                let size = size.ok_or_else(|| self.graph.invalid(node, format!("an axis of {dims:?}"), axis))?;
                if let Some(out) = at.iter().find(|&&i| shape::axis_of(i, size, false).is_none()) {
                    return Err(self.graph.invalid(
                        node,
                        format!("indices below {size}, from axis {axis} of {dims:?}"),
                        out,
                    ));
                }
                let gathered = view.gathered(&indices.dims, at).filter(|_| axis == 0);
                *view = gathered.ok_or_else(|| {
                    let (found, instead) = match dims[..] {
                        [_] if at.len() == size => ("in this order".into(), "it may turn a matrix round, as `as_strided` does"),
                        [_] => (format!("of {} of {size} elements", at.len()), "it has to take each element once"),
                        _ => {
                            let instead = "it may only take all elements of a flat tensor; every n-th row and column of a map is a Slice";
                            (format!("along axis {axis} of {dims:?}"), instead)
                        }
                    };
                    self.graph.refuse(node, found, instead)
                })?;
            }
            "Expand" => return self.expanded(node, value),
            _ => {
                let axes = match node.op_type() {
                    "Squeeze" | "Unsqueeze" => self.ints_or_input(node, "axes", 1)?,
                    _ => None,
                };
                let target = match node.op_type() {
                    "Reshape" => Some(self.tensor(node, 1)?.ints(&self.graph.path)?.to_vec()),
                    _ => None,
                };
                let found = || {
                    let asked = target.as_ref().or(axes.as_ref());
                    format!("{}for {dims:?}", asked.map_or(String::new(), |a| format!("{a:?} ")))
                };
                let new = shape::reshaped(node, &dims, axes.as_deref(), target.as_deref())
                    .map_err(|expected| self.graph.invalid(node, expected, found()))?;
                *view = view.reshaped(&new).ok_or_else(|| {
                    self.graph.refuse(
                        node,
                        format!("from {dims:?} to {new:?}"),
                        "channels may not be mixed with pixels",
                    )
                })?;
            }
        }
        Ok(value)
    }

    /// Repeats a score along rows and columns. A multiplication with the map would do the same.
    fn expanded(&self, node: &NodeProto, value: Value) -> Result<Value, Error> {
        let target = self.tensor(node, 1)?;
        let sizes: Option<Vec<usize>> =
            target.ints(&self.graph.path)?.iter().map(|&d| usize::try_from(d).ok()).collect();
        let sizes = sizes.unwrap_or_default();
        let fits = |view: &View| {
            let padded = view.padded(sizes.len());
            padded.dims.len() == sizes.len()
                && padded.dims.iter().zip(&sizes).all(|(a, b)| a == b || *a == 1 || *b == 1)
        };
        match value {
            Value::Vector(v) if fits(&v.view) => {
                let view = v.view.padded(sizes.len());
                let same = view.dims.iter().zip(&sizes).all(|(a, b)| a == b || *b == 1);
                Ok(Value::Vector(Vector { view, expanded: v.expanded || !same, ..v }))
            }
            Value::Map(p) if p.view.dims.iter().zip(&sizes).all(|(a, b)| a == b || *b == 1) && fits(&p.view) => {
                Ok(Value::Map(Pixels { view: p.view.padded(sizes.len()), ..p }))
            }
            _ => Err(self.graph.refuse(node, format!("to {sizes:?}"), "only a score may be repeated along a map")),
        }
    }
}
