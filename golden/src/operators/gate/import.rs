//! Imports fully connected layers on a pooled map (Gemm, MatMul or a 1x1 Conv), and scores that
//! multiply a map.

use crate::Error;
use crate::model::Fc;
use crate::onnx::affine::{Affine, Clamped, Scored, folded};
use crate::onnx::graph::{float, int};
use crate::onnx::lowered::Lowered;
use crate::onnx::proto::NodeProto;
use crate::onnx::value::{First, Op, Pixels, Score, Squash, Value, Vector};
use crate::onnx::view::View;
use crate::onnx::{maps, vectors};
use crate::operators::convolution::import::geometry;
use lcsim_spec::{Decision, Shape};
use std::rc::Rc;

/// Gives Gemm, MatMul or 1x1 Conv on a pooled map its meaning.
pub(crate) fn layer(low: &mut Lowered, i: usize, node: &NodeProto) -> Result<Value, Error> {
    let x = match low.operand(node, 0)?.clone() {
        Value::Vector(v) if v.layer.is_some() && low.graph.is_last(node) => first_layer(low, node, v)?,
        Value::Vector(v) if v.layer.is_some() => hidden(low, node, v)?,
        x => x,
    };
    let v = match x {
        Value::Vector(v) => v,
        // A map of one pixel is its own average.
        Value::Map(p) if low.maps[p.map].shape.pixels() == 1 && p.summed.is_empty() && p.border.is_none() => {
            let channels = low.maps[p.map].shape.channels;
            low.spend(node, channels)?;
            let (view, front) = (View::plain(&p.view.dims), Rc::new(Affine::identity(channels)));
            Vector { view, pool: p.map, by: i, front, first: None, layer: None, squashed: None, expanded: false }
        }
        other => {
            let found = format!("of {}", low.describe(&other));
            let instead = "a fully connected layer reads the average of a whole map";
            return Err(low.graph.refuse(node, found, instead));
        }
    };
    if v.expanded {
        let instead = "a fully connected layer reads the average of a whole map, not repeated along rows and columns";
        return Err(low.graph.refuse(node, "of a pooled map, expanded", instead));
    }
    let (outputs, axis) = fc_outputs(low, node, &v.view.dims)?;
    low.spend(node, 4 * outputs)?;
    let mut dims = v.view.dims.clone();
    dims[axis] = outputs;
    let layer = Some((i, Rc::new(Clamped::identity(outputs))));
    Ok(Value::Vector(Vector { view: View::plain(&dims), layer, ..v }))
}

/// A layer before another layer. It is a convolution on the way to the logits.
fn first_layer(low: &mut Lowered, node: &NodeProto, v: Vector) -> Result<Value, Error> {
    let Some(map) = vectors::as_map(low, &v)? else { return Err(low.second_layer(node, v)) };
    Ok(Value::Map(Pixels { view: v.view, ..Pixels::of(map, low.maps[map].shape) }))
}

/// The outputs of a gate's first layer, behind their ReLU, as the second layer reads them.
fn hidden(low: &mut Lowered, node: &NodeProto, v: Vector) -> Result<Value, Error> {
    let plain = v.squashed.is_none() && !v.expanded && v.first.is_none();
    match &v.layer {
        Some((first, c)) if plain && c.relu() == Some(Some(f32::INFINITY)) => {
            let first = Some(First { node: *first, behind: Rc::new(c.affine.clone()) });
            low.spend(node, v.view.len())?;
            Ok(Value::Vector(Vector { first, layer: None, ..v }))
        }
        _ => Err(low.second_layer(node, v)),
    }
}

/// Gives Softmax or LogSoftmax of the logits its meaning.
pub(crate) fn softmax(low: &mut Lowered, _: usize, node: &NodeProto) -> Result<Value, Error> {
    match low.operand(node, 0)? {
        Value::Vector(v)
            if v.squashed.is_none() && v.first.is_none() && v.layer.as_ref().is_some_and(|(_, c)| c.is_free()) =>
        {
            Ok(Value::Vector(Vector { squashed: Some(Squash::Softmax), ..v.clone() }))
        }
        other => {
            let found = format!("of {}", low.describe(other));
            Err(low.graph.refuse(node, found, "softmax may only follow the classifier"))
        }
    }
}

/// The number of outputs of a Gemm, MatMul or 1x1 Conv on a pooled map of shape `dims`, and the
/// dimension that they take.
fn fc_outputs(low: &Lowered, node: &NodeProto, dims: &[usize]) -> Result<(usize, usize), Error> {
    let graph = low.graph;
    let inputs: usize = dims.iter().product();
    let weights = low.tensor(node, 1)?;
    weights.floats(&graph.path)?;
    let (axis, rank) = match node.op_type() {
        "Conv" => (1, 4),
        "Gemm" => (1, 2),
        _ => (dims.len().saturating_sub(1), dims.len().max(1)),
    };
    if dims.len() != rank || dims[axis] != inputs {
        let expected = format!("a pooled map of {rank} dimensions with the channels in dimension {axis}");
        return Err(graph.invalid(node, expected, format!("{dims:?}")));
    }
    let outputs = match (node.op_type(), &weights.dims[..]) {
        ("Conv", _) => {
            geometry(low, node, Shape { channels: inputs, height: 1, width: 1 }, [[0; 2]; 2]).and_then(|g| {
                graph.fixed(node, "group", 1)?;
                match (g.kernel, g.output.pixels()) {
                    ([1, 1], 1) => Ok(Some(g.output.channels)),
                    _ => Err(graph.invalid(node, "a 1x1 kernel on a pooled map", format!("{:?}", g.kernel))),
                }
            })?
        }
        ("Gemm", &[o, i]) if int(node, "transB") == Some(1) => (i == inputs).then_some(o),
        (_, &[i, o]) => (i == inputs).then_some(o),
        _ => None,
    };
    let Some(outputs) = outputs.filter(|&o| o > 0) else {
        return Err(graph.invalid(node, format!("weights for {inputs} inputs"), format!("{:?}", weights.dims)));
    };
    if node.op_type() == "Gemm" {
        graph.fixed(node, "transA", 0)?;
        if !matches!(int(node, "transB"), None | Some(0 | 1)) {
            return Err(graph.invalid(node, "transB = 0 or 1", int(node, "transB").unwrap_or_default()));
        }
        for name in ["alpha", "beta"] {
            if let Some(found) = float(node, name).filter(|v| !v.is_finite()) {
                return Err(graph.invalid(node, format!("a finite {name}"), found));
            }
        }
        if let Some(bias) = low.optional_tensor(node, 2)? {
            let count = bias.floats(&graph.path)?.len();
            if bias.dims.len() > 2 || count != 1 && (count != outputs || bias.dims.last() != Some(&outputs)) {
                let found = format!("{:?}", bias.dims);
                return Err(graph.invalid(node, format!("a bias of {outputs} elements"), found));
            }
        }
    }
    Ok((outputs, axis))
}

/// Makes the fully connected layer of a node, with the affine maps before and after it folded in.
pub(crate) fn fc(low: &Lowered, node: &NodeProto, front: &Affine, behind: &Affine) -> Result<Fc, Error> {
    let inputs = front.factor.len();
    let tensor = low.tensor(node, 1)?;
    let weights = tensor.floats(&low.graph.path)?;
    let outputs = weights.len() / inputs;
    let gemm = |name| if node.op_type() == "Gemm" { float(node, name).unwrap_or(1.0) } else { 1.0 };
    let (alpha, beta) = (gemm("alpha"), gemm("beta"));
    let by_output = node.op_type() == "Conv" || node.op_type() == "Gemm" && int(node, "transB") == Some(1);
    let mut weights: Vec<f32> = if by_output {
        weights.to_vec()
    } else {
        (0..outputs).flat_map(|o| weights.iter().skip(o).step_by(outputs)).copied().collect()
    };
    weights.iter_mut().for_each(|w| *w *= alpha);
    let bias = if node.op_type() == "MatMul" { None } else { low.optional_tensor(node, 2)? };
    let bias = match bias.as_ref().map(|t| t.floats(&low.graph.path)).transpose()? {
        None => vec![0.0; outputs],
        Some(&[b]) => vec![b * beta; outputs],
        Some(bias) => bias.iter().map(|b| b * beta).collect(),
    };
    let (weights, bias) = folded(&weights, &bias, front, behind);
    Ok(Fc { name: String::new(), inputs, outputs, weights, bias })
}

impl Lowered<'_> {
    /// Multiplies a map with a score.
    pub fn scaled(&mut self, node: &NodeProto, p: Pixels, v: Vector) -> Result<Value, Error> {
        maps::whole(self, node, &p)?;
        let shape = self.maps[p.map].shape;
        let scored = v.layer.as_ref().filter(|_| v.squashed.is_none()).and_then(|(node, c)| Some((*node, c.score()?)));
        let Some((layer, Scored { behind, factors, decision })) = scored else {
            let found = format!("by {}", self.describe(&Value::Vector(v)));
            let instead =
                "a factor has to be a score clamped to 0..1, as `clamp(x, 0, 1)`, or a step, as `(x > 0).float()`";
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
        let score = self.score(Score { node: layer, pool: v.pool, front: v.front, first: v.first, behind, decision });
        Ok(Value::Map(Pixels { map: self.map(Op::Scale { x, score }, shape), view: map_view, ..p }))
    }

    /// The index of a score. Equal scores have the same index.
    fn score(&mut self, score: Score) -> usize {
        let affine = |a: &Affine| a.factor.iter().chain(&a.offset).map(|v| v.to_bits()).collect::<Vec<_>>();
        let decision = match score.decision {
            Decision::Step { at_zero } => 1 + u64::from(at_zero),
            Decision::ClampScale { .. } | Decision::Given => 0,
        };
        let first = score.first.as_ref().map(|first| [vec![first.node as u64], affine(&first.behind)].concat());
        let first = first.unwrap_or_default();
        let key =
            [vec![score.node as u64, score.pool as u64, decision], first, affine(&score.front), affine(&score.behind)]
                .concat();
        let id = *self.known_scores.entry(key).or_insert(self.scores.len());
        if id == self.scores.len() {
            self.scores.push(score);
        }
        id
    }
}
