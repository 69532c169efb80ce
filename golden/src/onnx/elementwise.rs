//! Elementwise arithmetic: affine maps, which fold, and sums of maps.

use super::affine::Affine;
use super::graph::{Graph, float};
use super::lowered::Lowered;
use super::maps;
use super::proto::NodeProto;
use super::tensor::Tensor;
use super::value::{Op, Pixels, Value, Vector};
use super::view::View;
use crate::Error;
use std::rc::Rc;

/// For a node with two operands, of which one is the constant `c`: the affine map that it computes
/// of the other one.
fn affine_of(op: &str, c: Vec<f64>, constant_first: bool) -> Option<Affine> {
    let negative = |v: &[f64]| v.iter().map(|v| -v).collect();
    Some(match (op, constant_first) {
        ("Add" | "Sum", _) => Affine::shift(c),
        ("Mul", _) => Affine::scale(c),
        ("Sub", false) => Affine::shift(negative(&c)),
        ("Sub", true) => Affine { factor: vec![-1.0; c.len()], offset: c },
        ("Div", false) => Affine::scale(c.iter().map(|c| 1.0 / c).collect()),
        _ => return None,
    })
}

impl Lowered<'_> {
    /// Gives Add, Sum, Sub, Mul, Div and Neg their meaning, for maps, vectors and constants.
    pub fn arithmetic(&mut self, i: usize, node: &NodeProto) -> Result<Value, Error> {
        let mut left = self.operand(node, 0)?.clone();
        if node.op_type() == "Neg" {
            let count = left.dims().iter().product();
            return self.affine(node, left, |_| Ok((None, Affine::scale(vec![-1.0; count]))));
        }
        if node.op_type() != "Sum" && node.input.len() != 2 {
            return Err(self.graph.invalid(node, "2 inputs", node.input.len()));
        }
        for k in 1..node.input.len() {
            let right = self.operand(node, k)?.clone();
            left = self.binary(i, node, left, right)?;
        }
        Ok(left)
    }

    fn binary(&mut self, i: usize, node: &NodeProto, left: Value, right: Value) -> Result<Value, Error> {
        let op = node.op_type();
        match (left, right) {
            (Value::Map(a), Value::Map(b)) if matches!(op, "Add" | "Sum") => self.sum(i, node, a, b),
            (Value::Map(p), Value::Vector(v)) | (Value::Vector(v), Value::Map(p)) if op == "Mul" => {
                self.scaled(node, p, v)
            }
            (Value::Const(t), x) => self.constant_operand(node, x, &t, true),
            (x, Value::Const(t)) => self.constant_operand(node, x, &t, false),
            (a, b) => {
                let found = format!("of {} and {}", self.describe(&a), self.describe(&b));
                let instead = match op {
                    "Div" => "only a constant may divide",
                    "Sub" => "only a constant may be subtracted, or subtracted from",
                    _ => "two maps may be added, and a map multiplied with a gate's score",
                };
                Err(self.graph.refuse(node, found, instead))
            }
        }
    }

    fn constant_operand(&mut self, node: &NodeProto, x: Value, t: &Tensor, first: bool) -> Result<Value, Error> {
        let path = &self.graph.path;
        let numbers: Vec<f64> = t.floats(path)?.iter().map(|&v| f64::from(v)).collect();
        if first && node.op_type() == "Div" {
            let found = format!("a constant by {}", self.describe(&x));
            return Err(self.graph.refuse(node, found, "only a constant may divide"));
        }
        self.affine(node, x, |(view, size, stride)| {
            let (view, numbers) =
                view.along(size, stride, &t.dims, &numbers).ok_or_else(|| Mismatch(t.dims.clone()))?;
            affine_of(node.op_type(), numbers, first).map(|a| (Some(view), a)).ok_or(Mismatch(vec![]))
        })
    }

    /// Applies an affine map to each channel of `x`. `of` makes it from the view, the number of
    /// channels, and the distance of two elements along the channels.
    fn affine(
        &mut self,
        node: &NodeProto,
        x: Value,
        of: impl FnOnce((&View, usize, usize)) -> Result<(Option<View>, Affine), Mismatch>,
    ) -> Result<Value, Error> {
        let mismatch = |graph: &Graph, dims: &[usize], channels: usize, Mismatch(found): Mismatch| {
            graph.invalid(
                node,
                format!("one number, or one for each of {channels} channels of {dims:?}"),
                format!("{found:?}"),
            )
        };
        match x {
            Value::Map(p) => {
                let shape = self.maps[p.map].shape;
                let made = of((&p.view, shape.channels, shape.pixels()));
                let (view, a) = made.map_err(|m| mismatch(self.graph, &p.view.dims, shape.channels, m))?;
                let view = view.unwrap_or_else(|| p.view.clone());
                self.spend(node, shape.channels)?;
                let unsummed = p.summed.is_empty() && p.border.is_none();
                match a.uniform().filter(|_| a.is_linear() && p.border.is_none()) {
                    Some(factor) if !unsummed => Ok(Value::Map(Pixels { view, factor: p.factor * factor, ..p })),
                    _ if unsummed => Ok(Value::Map(Pixels { map: self.normed(node, p.map, a)?, view, ..p })),
                    _ => {
                        let found = format!("of {}", self.describe(&Value::Map(p)));
                        Err(self.graph.refuse(node, found, "let a convolution or an average read it first"))
                    }
                }
            }
            Value::Vector(v) if v.squashed.is_none() && !v.expanded => {
                let outputs = v.view.len();
                let (view, a) =
                    of((&v.view, outputs, 1)).map_err(|m| mismatch(self.graph, &v.view.dims, outputs, m))?;
                self.spend(node, 4 * outputs)?;
                let view = view.unwrap_or_else(|| v.view.clone());
                Ok(Value::Vector(match v.layer {
                    None => Vector { view, front: Rc::new(v.front.then(&a)), ..v },
                    Some((layer, c)) => Vector { view, layer: Some((layer, Rc::new(c.then(&a)))), ..v },
                }))
            }
            x => {
                let found = format!("of {}", self.describe(&x));
                Err(self.graph.refuse(node, found, "an affine map may follow convolutions, averages and gates' layers"))
            }
        }
    }

    /// Gives BatchNormalization its meaning. The channels are the second dimension.
    pub fn norm(&mut self, node: &NodeProto) -> Result<Value, Error> {
        self.graph.fixed(node, "training_mode", 0)?;
        self.graph.fixed(node, "spatial", 1)?;
        let x = self.operand(node, 0)?.clone();
        let (view, channels, stride) = match &x {
            Value::Map(p) => (&p.view, self.maps[p.map].shape.channels, self.maps[p.map].shape.pixels()),
            Value::Vector(v) => (&v.view, v.view.len(), 1),
            Value::Const(_) => return Err(self.unsupported(node)),
        };
        if view.dims.get(1) != Some(&channels) || view.axis(channels, stride).is_some_and(|axis| axis != 1) {
            let expected = format!("{channels} channels as second dimension");
            return Err(self.graph.invalid(node, expected, format!("{:?}", view.dims)));
        }
        let values = |i| self.tensor(node, i)?.exactly(channels, &self.graph.path);
        let (scale, bias, mean, var) = (values(1)?, values(2)?, values(3)?, values(4)?);
        let epsilon = f64::from(float(node, "epsilon").unwrap_or(1e-5));
        let factor: Vec<f64> = scale.iter().zip(&var).map(|(s, v)| s / (v + epsilon).sqrt()).collect();
        let offset = bias.iter().zip(mean.iter().zip(&factor)).map(|(b, (m, f))| b - m * f).collect();
        let a = Affine { factor, offset };
        if let Some(c) = a.infinite() {
            let found = format!("{} and {} (variance {})", a.factor[c], a.offset[c], var[c]);
            return Err(self.graph.invalid(node, format!("finite factor and offset of channel {c}"), found));
        }
        self.affine(node, x, |_| Ok((None, a)))
    }

    fn sum(&mut self, i: usize, node: &NodeProto, a: Pixels, b: Pixels) -> Result<Value, Error> {
        let shapes = [&a, &b].map(|p| self.maps[p.map].shape);
        if shapes[0] != shapes[1] || a.view != b.view {
            let found = format!("{:?} of {} and {:?} of {}", a.view.dims, shapes[0], b.view.dims, shapes[1]);
            return Err(self.graph.invalid(node, "two maps of one shape, in one order of their elements", found));
        }
        for p in [&a, &b] {
            maps::whole(self, node, p)?;
        }
        let map = self.map(Op::Sum { a: a.map, b: b.map, node: i }, shapes[0]);
        Ok(Value::Map(Pixels { map, ..a }))
    }
}

/// The sizes of a constant that does not fit.
struct Mismatch(Vec<usize>);
