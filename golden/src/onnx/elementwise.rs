//! Arithmetic element by element: affine maps, which fold, clamps, sums of maps, and scores times
//! maps.

use super::affine::{Affine, Clamped};
use super::graph::{attribute, float};
use super::lower::Lowered;
use super::proto::NodeProto;
use super::tensor::{Data, Tensor};
use super::value::{MapId, Op, Pixels, Score, Value, Vector};
use super::view::View;
use super::{layers, maps};
use crate::Error;
use std::rc::Rc;

/// How many ReLUs, scores and poolings a factor may pass on its way to a convolution.
const MOST_PASSED: usize = 16;

/// Of a node with two operands, one of them a constant `c`: what it makes of the other one, `x`.
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
    /// Add, Sum, Sub, Mul, Div and Neg, of maps, vectors and constants.
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
                along(view, size, stride, &t.dims, &numbers).ok_or_else(|| Mismatch(t.dims.clone()))?;
            affine_of(node.op_type(), numbers, first).map(|a| (Some(view), a)).ok_or(Mismatch(vec![]))
        })
    }

    /// An affine map of each channel of `x`, which `of` makes from the view, the number of
    /// channels, and the elements between them.
    fn affine(
        &mut self,
        node: &NodeProto,
        x: Value,
        of: impl FnOnce((&View, usize, usize)) -> Result<(Option<View>, Affine), Mismatch>,
    ) -> Result<Value, Error> {
        let mismatch = |graph: &super::graph::Graph, dims: &[usize], channels: usize, Mismatch(found): Mismatch| {
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
            Value::Vector(v) if !v.softmax && !v.expanded => {
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

    /// BatchNormalization: the channels are the second dimension.
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
        let values = |i| self.tensor(node, i).and_then(|t| layers::parameters(self, &t, channels));
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

    /// A map whose channels pass `a`. It folds into the convolution that makes the map, or into the
    /// image's mean and standard deviation; a positive factor alone passes ReLUs, scores and
    /// poolings on its way there.
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
            let super::value::Map { op, shape } = self.maps[at];
            at = match op {
                Op::Input | Op::Conv { .. } | Op::Pick { .. } | Op::Norm { .. } => break,
                Op::Relu { x, max } if positive && a.is_linear() => {
                    if f32::from_bits(max).is_finite() && a.uniform().is_none() {
                        return Err(self.unfolded(node, x));
                    }
                    x
                }
                Op::Scale { x, .. } if a.is_linear() => x,
                Op::MaxPool { x, .. } if positive => x,
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
                Op::MaxPool { node, border, .. } => self.map(Op::MaxPool { x: id, node, border }, shape),
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

    /// A map times a score.
    fn scaled(&mut self, node: &NodeProto, p: Pixels, v: Vector) -> Result<Value, Error> {
        maps::whole(self, node, &p)?;
        let shape = self.maps[p.map].shape;
        let clamped = v.layer.as_ref().filter(|_| !v.softmax).and_then(|(layer, c)| Some((*layer, c.score()?)));
        let Some((layer, (behind, factors))) = clamped else {
            let found = format!("by {}", self.describe(&Value::Vector(v)));
            let instead = "a factor has to be a score clamped to 0..1, as `clamp(x, 0, 1)`";
            return Err(self.graph.refuse(node, found, instead));
        };
        let rank = p.view.dims.len().max(v.view.dims.len());
        let (map_view, score_view) = (p.view.padded(rank), v.view.padded(rank));
        let outputs = score_view.len();
        let channel = map_view.axis(shape.channels, shape.pixels());
        if outputs != 1 && (outputs != shape.channels || score_view.axis(outputs, 1) != channel) {
            let expected = format!("a score of dimensions [1, {}, 1, 1] or [1, 1, 1, 1]", shape.channels);
            return Err(self.graph.invalid(node, expected, format!("{:?}", v.view.dims)));
        }
        let factors = if outputs == 1 { vec![factors[0]; shape.channels] } else { factors };
        let x = self.normed(node, p.map, Affine::scale(factors))?;
        let score = self.score(Score { node: layer, pool: v.pool, front: v.front, behind });
        Ok(Value::Map(Pixels { map: self.map(Op::Scale { x, score }, shape), view: map_view, ..p }))
    }

    /// The index of a score; equal ones are one.
    fn score(&mut self, score: Score) -> usize {
        let affine = |a: &Affine| a.factor.iter().chain(&a.offset).map(|v| v.to_bits()).collect::<Vec<_>>();
        let key = [vec![score.node as u64, score.pool as u64], affine(&score.front), affine(&score.behind)].concat();
        let id = *self.known_scores.entry(key).or_insert(self.scores.len());
        if id == self.scores.len() {
            self.scores.push(score);
        }
        id
    }

    /// Relu, Clip, Max, Min and HardSigmoid.
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
            Value::Vector(Vector { layer: Some((layer, c)), softmax: false, expanded: false, view, pool, front }) => {
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
                    let (_, bound) = along(&view, outputs, 1, &t.dims, &numbers(t))
                        .filter(|(_, b)| b.iter().all(|b| !b.is_nan()))
                        .ok_or_else(|| self.graph.invalid(node, "bounds that are numbers", shown(bound.as_deref())))?;
                    c = if low { c.at_least(&bound) } else { c.at_most(&bound) };
                }
                let layer = Some((layer, Rc::new(c)));
                Ok(Value::Vector(Vector { layer, softmax: false, expanded: false, view, pool, front }))
            }
            x => {
                let found = format!("of {}", self.describe(&x));
                let instead = "write a ReLU of a map, or a clamp directly after a gate's fully connected layer";
                Err(self.graph.refuse(node, found, instead))
            }
        }
    }

    /// The operand of a clamp, and its lower and upper bound as far as it has them.
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
            // Max and Min.
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

    /// The upper bound of the ReLU that a clamp is on the map `x`, infinite if it has none.
    fn upper_bound(&self, node: &NodeProto, x: MapId, bounds: &Bounds) -> Result<f32, Error> {
        let [low, high] = bounds.each_ref().map(|b| b.as_ref().map(|t| t.number().unwrap_or(f64::NAN)));
        // What is not below 0 already needs no lower bound of 0.
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

/// Lower and upper bound of a clamp, as far as it has them.
type Bounds = [Option<Rc<Tensor>>; 2];

/// The sizes of a constant that does not fit.
struct Mismatch(Vec<usize>);

fn numbers(t: &Tensor) -> Vec<f64> {
    match &t.data {
        Data::Float(v) => v.iter().map(|&v| f64::from(v)).collect(),
        Data::Int(v) => v.iter().map(|&v| v as f64).collect(),
        _ => vec![],
    }
}

/// A bound, for messages.
fn shown(bound: Option<&Tensor>) -> String {
    match bound {
        None => "none".into(),
        Some(t) => t.number().map_or_else(|| format!("a tensor of {:?}", t.dims), |n| n.to_string()),
    }
}

/// A number for each of `size` elements of a view that lie `stride` apart, from a constant that
/// broadcasts to it; and the view with the rank of the result. Nothing where the constant varies
/// along anything else.
fn along(view: &View, size: usize, stride: usize, dims: &[usize], numbers: &[f64]) -> Option<(View, Vec<f64>)> {
    let view = view.padded(dims.len());
    let axis = view.axis(size, stride);
    let skip = view.dims.len() - dims.len();
    let fits = dims.iter().enumerate().all(|(i, &d)| d == 1 || Some(i + skip) == axis && d == size);
    match numbers {
        [one] if fits => Some((view, vec![*one; size])),
        many if fits && many.len() == size => Some((view, many.to_vec())),
        _ => None,
    }
}
