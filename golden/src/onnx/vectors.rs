//! Gives averages of maps their meaning.

use super::affine::Affine;
use super::graph::int;
use super::lowered::Lowered;
use super::maps;
use super::proto::NodeProto;
use super::shape;
use super::value::{Border, MapId, Op, Pixels, Value, Vector};
use super::view::{View, covers};
use crate::Error;
use lcsim_spec::Shape;
use std::rc::Rc;

/// Gives GlobalAveragePool, ReduceMean and ReduceSum their meaning. The average may be computed in
/// several steps.
pub(crate) fn average(low: &mut Lowered, i: usize, node: &NodeProto) -> Result<Value, Error> {
    let x = low.operand(node, 0)?.clone();
    let rank = x.dims().len();
    let (axes, keep) = match node.op_type() {
        "GlobalAveragePool" => ((2..rank).collect(), true),
        _ => {
            let axes = low.ints_or_input(node, "axes", 1)?.filter(|axes| !axes.is_empty());
            let keep = int(node, "keepdims") != Some(0);
            match axes {
                None if int(node, "noop_with_empty_axes") == Some(1) => return Ok(x),
                None => ((0..rank).collect(), keep),
                Some(axes) => {
                    let at = shape::axes_of(&axes, rank);
                    let wrong = || low.graph.invalid(node, format!("axes of {:?}", x.dims()), format!("{axes:?}"));
                    (at.ok_or_else(wrong)?, keep)
                }
            }
        }
    };
    let mean = node.op_type() != "ReduceSum";
    match x {
        Value::Map(p) if p.border.is_none() => averaged(low, i, p, &axes, keep, mean),
        Value::Vector(v) if axes.iter().all(|&a| v.view.dims[a] == 1) => {
            Ok(Value::Vector(Vector { view: v.view.without(&axes, keep).0, ..v }))
        }
        other => {
            let found = format!("of {}", low.describe(&other));
            Err(low.graph.refuse(node, found, "take the average of a map over its rows and columns"))
        }
    }
}

/// The sum or mean of a map along `axes`, by a node. It becomes a vector when it goes over all
/// pixels.
pub(crate) fn averaged(
    low: &mut Lowered,
    i: usize,
    p: Pixels,
    axes: &[usize],
    keep: bool,
    mean: bool,
) -> Result<Value, Error> {
    let node = &low.graph.nodes[i];
    let (view, removed) = p.view.without(axes, keep);
    let count: usize = removed.iter().map(|r| r.0).product();
    let factor = if mean { p.factor / count as f64 } else { p.factor };
    let shape = low.maps[p.map].shape;
    let pixels = shape.pixels();
    let summed = [p.summed, removed].concat();
    let channels_left =
        view.len() == shape.channels && (shape.channels == 1 || view.axis(shape.channels, pixels).is_some());
    let taken = summed.iter().map(|s| s.0).product::<usize>();
    if channels_left && covers(&summed, pixels) {
        low.spend(node, shape.channels)?;
        // A mean in steps, or a sum times 1 / n, can differ from the mean by a rounding error.
        let whole = factor * pixels as f64;
        let whole = if (whole - 1.0).abs() < 1e-6 { 1.0 } else { whole };
        let front = Rc::new(Affine::scale(vec![whole; shape.channels]));
        let view = View::plain(&view.dims);
        return Ok(Value::Vector(Vector {
            view,
            pool: p.map,
            by: i,
            front,
            first: None,
            layer: None,
            squashed: None,
            expanded: false,
        }));
    }
    if taken > pixels || !pixels.is_multiple_of(taken) || summed.iter().any(|s| s.1 >= pixels) {
        let expected = "an average over rows and columns, each channel by itself";
        return Err(low.graph.invalid(node, expected, format!("axes {axes:?} of {:?}", p.view.dims)));
    }
    Ok(Value::Map(Pixels { map: p.map, view, summed, factor, border: None }))
}

/// The map that a 1x1 Conv on a pooled map makes, with a ReLU or nothing after it. The pooling is
/// then one inside the network. Returns `None` for any other vector.
pub(crate) fn as_map(low: &mut Lowered, v: &Vector) -> Result<Option<MapId>, Error> {
    let graph = low.graph;
    let Some((layer, c)) = v.layer.as_ref().filter(|_| v.squashed.is_none() && v.first.is_none() && !v.expanded) else {
        return Ok(None);
    };
    let (node, border) = (&graph.nodes[*layer], Border::default());
    let Some(relu) = c.relu().filter(|_| node.op_type() == "Conv") else { return Ok(None) };
    low.spend(node, 2 * (v.front.factor.len() + c.affine.factor.len()))?;
    let shape = low.maps[v.pool].shape;
    let pooled = match shape.pixels() {
        1 => v.pool,
        _ => low.map(Op::Pool { x: v.pool, node: v.by, border }, Shape { height: 1, width: 1, ..shape }),
    };
    let x = low.normed(node, pooled, Affine::clone(&v.front))?;
    let output = Shape { channels: c.affine.factor.len(), height: 1, width: 1 };
    let convolved = low.map(Op::Conv { x, node: *layer, border }, output);
    let normed = low.normed(node, convolved, c.affine.clone())?;
    Ok(Some(relu.map_or(normed, |max| maps::relu(low, normed, max))))
}
