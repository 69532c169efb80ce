//! Feature maps as tensors: padding, slicing and joining them.

use super::graph::{Graph, elements, float, int, text};
use super::limits::MAX_ELEMENTS;
use super::lowered::Lowered;
use super::proto::NodeProto;
use super::tensor::Data;
use super::value::{Border, MapId, Op, Pixels, Value, sizes};
use super::{shape, slice};
use crate::Error;
use lcsim_spec::Shape;

/// Checks that a tensor shows a whole map, in any order.
pub(crate) fn whole(low: &Lowered, node: &NodeProto, p: &Pixels) -> Result<(), Error> {
    if p.summed.is_empty() && p.border.is_none() {
        return Ok(());
    }
    let found = format!("of {}", low.describe(&Value::Map(p.clone())));
    Err(low.graph.refuse(node, found, "let a convolution or an average read it first"))
}

/// Takes input `i` as a map of its own shape. It may have a border.
pub(crate) fn operand(low: &Lowered, node: &NodeProto, i: usize) -> Result<Pixels, Error> {
    let value = low.operand(node, i)?;
    match value {
        Value::Map(p) if p.summed.is_empty() && p.view.is_plain(&sizes(low.maps[p.map].shape)) => Ok(p.clone()),
        Value::Map(p) if p.summed.is_empty() => {
            let found = format!("of a map as a tensor of {:?}", p.view.dims);
            Err(low.graph.refuse(node, found, "give it batch, channels, height and width in this order"))
        }
        other => {
            let found = format!("of {}", low.describe(other));
            Err(low.graph.refuse(node, found, "it reads a feature map"))
        }
    }
}

/// Applies a ReLU with an upper bound. Two ReLUs in a row become one.
pub(crate) fn relu(low: &mut Lowered, x: MapId, max: f32) -> MapId {
    let shape = low.maps[x].shape;
    let (x, max) = match low.maps[x].op {
        Op::Relu { x, max: before } => (x, max.min(f32::from_bits(before))),
        _ => (x, max),
    };
    low.map(Op::Relu { x, max: max.to_bits() }, shape)
}

/// Takes the pixels `0, stride, 2 stride, ...`, and adds channels of zeros before and after.
pub(crate) fn picked(
    low: &mut Lowered,
    i: usize,
    node: &NodeProto,
    x: MapId,
    stride: [usize; 2],
    [before, behind]: [usize; 2],
) -> Result<Value, Error> {
    let from = low.maps[x].shape;
    let channels = from.channels.saturating_add(before).saturating_add(behind);
    let [height, width] = [from.height.div_ceil(stride[0]), from.width.div_ceil(stride[1])];
    if elements(&[channels, height, width]).is_none() || elements(&[channels, from.channels]).is_none() {
        return Err(low.graph.invalid(node, format!("a map of at most {MAX_ELEMENTS} elements"), channels));
    }
    if stride == [1, 1] && before + behind == 0 {
        return Ok(low.shown(x));
    }
    // A pick from a pick becomes one pick.
    let op = match single_pixels(low, x) {
        Some((x, [a, b], first)) => {
            Op::Pick { x, node: i, stride: [a * stride[0], b * stride[1]], before: first + before }
        }
        None => Op::Pick { x, node: i, stride, before },
    };
    let map = low.map(op, Shape { channels, height, width });
    Ok(low.shown(map))
}

/// If `x` takes every n-th pixel of a map: this map, n, and the number of channels of zeros before
/// it. A pooling over single pixels does the same.
pub(crate) fn single_pixels(low: &Lowered, x: MapId) -> Option<(MapId, [usize; 2], usize)> {
    match low.maps[x].op {
        Op::Pick { x, stride, before, .. } => Some((x, stride, before)),
        Op::Pool { x, node, border } => {
            let windows = low.pooling(node)?.windows(&low.site(x, node, border)).ok()?;
            (windows.kernel == [1, 1] && windows.pad == [0, 0]).then_some((x, windows.stride, 0))
        }
        _ => None,
    }
}

/// Gives Pad its meaning: a border around each channel, or channels of zeros.
pub(crate) fn pad(low: &mut Lowered, i: usize, node: &NodeProto) -> Result<Value, Error> {
    let pads = low.ints_or_input(node, "pads", 1)?.unwrap_or_default();
    let value = match low.optional_tensor(node, 2)? {
        Some(t) => t.number().unwrap_or(f64::NAN),
        None => f64::from(float(node, "value").unwrap_or(0.0)),
    };
    let axes = match low.optional_tensor(node, 3)? {
        Some(t) => t.ints(&low.graph.path)?.to_vec(),
        None => (0..4).collect(),
    };
    if pads.iter().all(|&p| p == 0) {
        return Ok(low.operand(node, 0)?.clone());
    }
    let p = operand(low, node, 0)?;
    let wrong = |graph: &Graph| graph.invalid(node, "pads of 0 or more, two for each axis", format!("{pads:?}"));
    let mut sides = [[0; 2]; 4];
    let at = shape::axes_of(&axes, 4).filter(|_| pads.len() == 2 * axes.len()).ok_or_else(|| wrong(low.graph))?;
    if axes.iter().copied().ne(at.iter().map(|&a| a as i64)) {
        return Err(low.graph.invalid(node, "axes in their order, counted from 0", format!("{axes:?}")));
    }
    for (k, &axis) in at.iter().enumerate() {
        let side = |n: i64| usize::try_from(n).ok().filter(|&n| n <= MAX_ELEMENTS);
        let both = side(pads[k]).zip(side(pads[k + at.len()])).ok_or_else(|| wrong(low.graph))?;
        sides[axis] = both.into();
    }
    let mode = text(node, "mode");
    if !matches!(&*mode, "" | "constant") || sides[0] != [0, 0] {
        let found = if sides[0] != [0, 0] { "of the batch".into() } else { format!("by mode `{mode}`") };
        return Err(low.graph.refuse(node, found, "pad rows, columns and channels with a constant"));
    }
    let [_, channels, rows, columns] = sides;
    let mut p = p;
    if channels != [0, 0] {
        if value != 0.0 || p.border.is_some() {
            return Err(low.graph.refuse(node, format!("of channels with {value}"), "pad channels with 0, and first"));
        }
        let Value::Map(padded) = picked(low, i, node, p.map, [1, 1], channels)? else {
            return Err(low.unsupported(node));
        };
        p = padded;
    }
    if [rows, columns] != [[0; 2]; 2] {
        let (before, other) = p.border.unwrap_or(([[0; 2]; 2], value));
        if other != value {
            return Err(low.graph.refuse(node, format!("with {value} around {other}"), "pad with one value"));
        }
        let mut border: Border = [rows, columns];
        for (side, first) in border.iter_mut().flatten().zip(before.iter().flatten()) {
            *side += first;
        }
        p.border = Some((border, value));
        // Later nodes may read the shape.
        let shape = low.maps[p.map].shape;
        let size = |n: usize, side: [usize; 2]| n + side[0] + side[1];
        let padded = [1, shape.channels, size(shape.height, border[0]), size(shape.width, border[1])];
        if elements(&padded).is_none() {
            return Err(low.graph.invalid(
                node,
                format!("a map of at most {MAX_ELEMENTS} elements"),
                format!("{padded:?}"),
            ));
        }
    }
    Ok(Value::Map(p))
}

/// Gives Slice its meaning: every n-th pixel of each channel, or a whole tensor.
pub(crate) fn slice(low: &mut Lowered, i: usize, node: &NodeProto) -> Result<Value, Error> {
    let x = low.operand(node, 0)?.clone();
    if let Value::Map(p) = &x {
        whole(low, node, p)?;
    }
    let constant = |k: usize| match low.optional(node, k) {
        Ok(Some(Value::Const(t))) => t.ints(&low.graph.path).ok().map(<[i64]>::to_vec),
        _ => None,
    };
    let ranges = slice::ranges(node, x.dims(), &constant)
        .map_err(|(expected, found)| low.graph.invalid(node, expected, found))?;
    let all = |k: usize| ranges[k].is_all(x.dims()[k]);
    if (0..ranges.len()).all(all) {
        return Ok(x);
    }
    let every = |k: usize| ranges[k].start == 0 && ranges[k].step > 0;
    let p = operand(low, node, 0)?;
    let step = |k: usize| usize::try_from(ranges[k].step).unwrap_or(1);
    let complete = |k: usize| every(k) && ranges[k].count == x.dims()[k].div_ceil(step(k));
    if all(0) && all(1) && complete(2) && complete(3) {
        return picked(low, i, node, p.map, [step(2), step(3)], [0, 0]);
    }
    let taken: Vec<String> = ranges.iter().map(|r| format!("{} from {} by {}", r.count, r.start, r.step)).collect();
    let found = format!("that takes {} of {:?}", taken.join(", "), x.dims());
    let instead = if ranges.iter().any(|r| r.step < 0) {
        "a slice goes forwards: a negative step, which flips, is not simulated"
    } else {
        "a slice may take every n-th row and column of a whole map, from the first on"
    };
    Err(low.graph.refuse(node, found, instead))
}

/// Gives Concat of a map and channels of zeros its meaning.
pub(crate) fn concat(low: &mut Lowered, i: usize, node: &NodeProto) -> Result<Value, Error> {
    let instead = "only channels of zeros may be joined to a map";
    let (mut sides, mut map) = ([0; 2], None);
    let mut zeros = vec![];
    for k in 0..node.input.len() {
        match low.operand(node, k)?.clone() {
            Value::Const(t) if matches!(&t.data, Data::Float(v) if v.iter().all(|&v| v == 0.0)) => {
                sides[usize::from(map.is_some())] += t.dims.get(1).copied().unwrap_or(0);
                zeros.push(t.dims.clone());
            }
            other @ Value::Const(_) => {
                let found = format!("with {}, which is not 0 everywhere", low.describe(&other));
                return Err(low.graph.refuse(node, found, instead));
            }
            Value::Map(_) if map.is_none() => map = Some(operand(low, node, k)?),
            Value::Map(_) => {
                let found = "of several maps";
                let instead = format!("{instead}; maps that are added are the sum of a residual block");
                return Err(low.graph.refuse(node, found, instead));
            }
            other => return Err(low.graph.refuse(node, format!("of {}", low.describe(&other)), instead)),
        }
    }
    let Some(p) = map else { return Err(low.uncomputed(node)) };
    whole(low, node, &p)?;
    let axis = int(node, "axis").unwrap_or(0);
    if shape::axis_of(axis, 4, false) != Some(1) {
        let found = format!("along axis {axis} of {:?}", p.view.dims);
        return Err(low.graph.refuse(node, found, "channels of zeros may be joined to a map, along axis 1"));
    }
    let alike = |dims: &&Vec<usize>| dims.len() == 4 && [0, 2, 3].iter().all(|&k| dims[k] == p.view.dims[k]);
    if let Some(other) = zeros.iter().find(|dims| !alike(dims)) {
        let [_, _, height, width] = sizes(low.maps[p.map].shape);
        return Err(low.graph.invalid(
            node,
            format!("zeros of [1, channels, {height}, {width}]"),
            format!("{other:?}"),
        ));
    }
    picked(low, i, node, p.map, [1, 1], sides)
}
