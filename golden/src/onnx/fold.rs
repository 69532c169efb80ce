//! Computes operators on constants: shapes that the graph computes, and weights that it converts or
//! transposes.

use super::graph::{attribute, int, ints};
use super::proto::{NodeProto, data_type};
use super::tensor::{Data, Tensor};
use super::view::{MAX_RANK, View};
use super::{shape, slice};
use std::rc::Rc;

/// Whether this module can compute the operator on constants.
pub(crate) fn is_known(op: &str) -> bool {
    matches!(
        op,
        "Add"
            | "Sub"
            | "Mul"
            | "Div"
            | "Pow"
            | "Max"
            | "Min"
            | "Neg"
            | "Sqrt"
            | "Reciprocal"
            | "Floor"
            | "Cast"
            | "Equal"
            | "Where"
            | "Shape"
            | "Size"
            | "ConstantOfShape"
            | "Range"
            | "Concat"
            | "Gather"
            | "Expand"
            | "Slice"
            | "Transpose"
            | "Flatten"
            | "Reshape"
            | "Squeeze"
            | "Unsqueeze"
    )
}

/// Computes a node whose inputs are all constants, with at most `budget` elements. An omitted input
/// is `None`. Returns `None` if the operator, or this use of it, is not known.
pub(crate) fn fold(node: &NodeProto, inputs: &[Option<Rc<Tensor>>], budget: usize) -> Option<Tensor> {
    let x = inputs.first()?.as_deref();
    let input = |i: usize| inputs.get(i).and_then(Option::as_deref);
    let whole = |i: usize| match &input(i)?.data {
        Data::Int(v) => Some(&v[..]),
        _ => None,
    };
    let axes = |name: &str, i: usize| ints(node, name).or_else(|| whole(i));
    let (dims, data) = match node.op_type() {
        "Add" => binary(x?, input(1)?, budget, |a, b| a + b, i64::checked_add)?,
        "Sub" => binary(x?, input(1)?, budget, |a, b| a - b, i64::checked_sub)?,
        "Mul" => binary(x?, input(1)?, budget, |a, b| a * b, i64::checked_mul)?,
        "Div" => binary(x?, input(1)?, budget, |a, b| a / b, i64::checked_div)?,
        "Pow" => binary(x?, input(1)?, budget, f64::powf, |a, b| a.checked_pow(u32::try_from(b).ok()?))?,
        "Max" if inputs.len() == 2 => binary(x?, input(1)?, budget, f64::max, |a, b| Some(a.max(b)))?,
        "Min" if inputs.len() == 2 => binary(x?, input(1)?, budget, f64::min, |a, b| Some(a.min(b)))?,
        "Neg" => unary(x?, |v| -v, i64::checked_neg)?,
        "Sqrt" => unary(x?, f64::sqrt, |_| None)?,
        "Reciprocal" => unary(x?, f64::recip, |_| None)?,
        "Floor" => unary(x?, f64::floor, Some)?,
        "Cast" => (x?.dims.clone(), cast(&x?.data, int(node, "to")?)?),
        "Equal" => equal(x?, input(1)?, budget)?,
        "Where" => select(x?, input(1)?, input(2)?, budget)?,
        "Shape" => shape::part(node, &x?.dims).map(|v| (vec![v.len()], Data::Int(v)))?,
        "Size" => (vec![], Data::Int(vec![x?.data.len()? as i64])),
        "ConstantOfShape" => constant_of_shape(node, whole(0)?, budget)?,
        "Range" => range(whole(0)?, whole(1)?, whole(2)?, budget)?,
        "Concat" => concat(node, inputs, budget)?,
        "Gather" => gather(node, x?, input(1)?, budget)?,
        "Expand" => {
            let dims = broadcast(&x?.dims, &sizes(whole(1)?)?)?;
            (dims.clone(), taken(x?, &dims, budget)?)
        }
        "Slice" => {
            let ranges = slice::ranges(node, &x?.dims, &|i| whole(i).map(<[i64]>::to_vec)).ok()?;
            let dims: Vec<usize> = ranges.iter().map(|r| r.count).collect();
            let view = View::plain(&x?.dims);
            let place = |at: &[usize]| view.place((0..at.len()).map(|i| ranges[i].at(at[i])));
            let data = pick(&x?.data, places(&dims, budget)?.map(|at| place(&at)))?;
            (dims, data)
        }
        "Transpose" => {
            let rank = x?.dims.len();
            let order: Vec<usize> = match ints(node, "perm") {
                Some(perm) => perm.iter().map(|&p| usize::try_from(p).ok()).collect::<Option<_>>()?,
                None => (0..rank).rev().collect(),
            };
            let view = View::plain(&x?.dims).permuted(&order)?;
            let data = pick(&x?.data, places(&view.dims, budget)?.map(|at| view.place(at.iter().copied())))?;
            (view.dims.clone(), data)
        }
        "Flatten" | "Reshape" | "Squeeze" | "Unsqueeze" => {
            let target = shape::reshaped(node, &x?.dims, axes("axes", 1), whole(1)).ok()?;
            (target, x?.data.clone())
        }
        _ => return None,
    };
    (dims.len() <= MAX_RANK).then(|| Tensor::new(&origin(inputs), dims, data))
}

/// The name of the constant from which a result was made. It tells the module of the result.
fn origin(inputs: &[Option<Rc<Tensor>>]) -> String {
    let floats = |t: &&Rc<Tensor>| matches!(t.data, Data::Float(_));
    let named = inputs.iter().flatten().find(floats).or(inputs.iter().flatten().next());
    named.map_or(String::new(), |t| t.name.clone())
}

fn sizes(shape: &[i64]) -> Option<Vec<usize>> {
    shape.iter().map(|&d| usize::try_from(d).ok()).collect()
}

/// The positions in a tensor of these sizes in their order, if there are at most `budget`.
fn places(dims: &[usize], budget: usize) -> Option<impl Iterator<Item = Vec<usize>> + use<>> {
    let count = dims.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).filter(|&n| n <= budget)?;
    let dims = dims.to_vec();
    Some((0..count).map(move |mut at| {
        let mut place = vec![0; dims.len()];
        for (p, d) in place.iter_mut().zip(&dims).rev() {
            (*p, at) = (at % d, at / d);
        }
        place
    }))
}

/// The elements at some positions.
fn pick(data: &Data, at: impl Iterator<Item = usize>) -> Option<Data> {
    Some(match data {
        Data::Float(v) => Data::Float(at.map(|i| v.get(i).copied()).collect::<Option<_>>()?),
        Data::Int(v) => Data::Int(at.map(|i| v.get(i).copied()).collect::<Option<_>>()?),
        Data::Bool(v) => Data::Bool(at.map(|i| v.get(i).copied()).collect::<Option<_>>()?),
        Data::Other(_) => return None,
    })
}

/// The common sizes of two tensors that broadcast to each other.
fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let size = |dims: &[usize], i: usize| (i + dims.len()).checked_sub(rank).map_or(1, |i| dims[i]);
    let joined = |i| match (size(a, i), size(b, i)) {
        (1, n) | (n, 1) => Some(n),
        (n, m) => (n == m).then_some(n),
    };
    (0..rank).map(joined).collect()
}

/// The elements of a tensor after it broadcasts to `dims`.
fn taken(t: &Tensor, dims: &[usize], budget: usize) -> Option<Data> {
    let view = View::plain(&t.dims);
    let skip = dims.len().checked_sub(t.dims.len())?;
    let place = |at: &[usize]| view.place(at[skip..].iter().zip(&t.dims).map(|(&p, &d)| if d == 1 { 0 } else { p }));
    pick(&t.data, places(dims, budget)?.map(|at| place(&at)))
}

fn binary(
    a: &Tensor,
    b: &Tensor,
    budget: usize,
    floats: impl Fn(f64, f64) -> f64,
    whole: impl Fn(i64, i64) -> Option<i64>,
) -> Option<(Vec<usize>, Data)> {
    let dims = broadcast(&a.dims, &b.dims)?;
    let data = match (taken(a, &dims, budget)?, taken(b, &dims, budget)?) {
        (Data::Float(a), Data::Float(b)) => {
            Data::Float(a.iter().zip(&b).map(|(a, b)| floats(f64::from(*a), f64::from(*b)) as f32).collect())
        }
        (Data::Int(a), Data::Int(b)) => Data::Int(a.iter().zip(&b).map(|(a, b)| whole(*a, *b)).collect::<Option<_>>()?),
        _ => return None,
    };
    Some((dims, data))
}

fn unary(t: &Tensor, floats: impl Fn(f64) -> f64, whole: impl Fn(i64) -> Option<i64>) -> Option<(Vec<usize>, Data)> {
    let data = match &t.data {
        Data::Float(v) => Data::Float(v.iter().map(|v| floats(f64::from(*v)) as f32).collect()),
        Data::Int(v) => Data::Int(v.iter().map(|v| whole(*v)).collect::<Option<_>>()?),
        _ => return None,
    };
    Some((t.dims.clone(), data))
}

fn cast(data: &Data, to: i64) -> Option<Data> {
    Some(match (data, i32::try_from(to).ok()?) {
        (Data::Float(v), data_type::FLOAT | data_type::DOUBLE | data_type::FLOAT16 | data_type::BFLOAT16) => {
            Data::Float(v.clone())
        }
        (Data::Float(v), data_type::INT32 | data_type::INT64) => Data::Int(v.iter().map(|v| *v as i64).collect()),
        (Data::Int(v), data_type::INT32 | data_type::INT64) => Data::Int(v.clone()),
        (Data::Int(v), data_type::FLOAT | data_type::DOUBLE | data_type::FLOAT16 | data_type::BFLOAT16) => {
            Data::Float(v.iter().map(|v| *v as f32).collect())
        }
        (Data::Int(v), data_type::BOOL) => Data::Bool(v.iter().map(|v| *v != 0).collect()),
        (Data::Bool(v), data_type::BOOL) => Data::Bool(v.clone()),
        (Data::Bool(v), data_type::INT32 | data_type::INT64) => Data::Int(v.iter().map(|v| i64::from(*v)).collect()),
        (Data::Bool(v), data_type::FLOAT | data_type::DOUBLE) => {
            Data::Float(v.iter().map(|v| f32::from(u8::from(*v))).collect())
        }
        _ => return None,
    })
}

fn equal(a: &Tensor, b: &Tensor, budget: usize) -> Option<(Vec<usize>, Data)> {
    let dims = broadcast(&a.dims, &b.dims)?;
    match (taken(a, &dims, budget)?, taken(b, &dims, budget)?) {
        (Data::Int(a), Data::Int(b)) => Some((dims, Data::Bool(a.iter().zip(&b).map(|(a, b)| a == b).collect()))),
        _ => None,
    }
}

fn select(condition: &Tensor, a: &Tensor, b: &Tensor, budget: usize) -> Option<(Vec<usize>, Data)> {
    let dims = broadcast(&broadcast(&condition.dims, &a.dims)?, &b.dims)?;
    let Data::Bool(condition) = taken(condition, &dims, budget)? else { return None };
    let data = match (taken(a, &dims, budget)?, taken(b, &dims, budget)?) {
        (Data::Int(a), Data::Int(b)) => {
            Data::Int(condition.iter().zip(a.iter().zip(&b)).map(|(c, (a, b))| if *c { *a } else { *b }).collect())
        }
        _ => return None,
    };
    Some((dims, data))
}

fn constant_of_shape(node: &NodeProto, shape: &[i64], budget: usize) -> Option<(Vec<usize>, Data)> {
    let dims = sizes(shape)?;
    let count = dims.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).filter(|&n| n <= budget)?;
    let value = attribute(node, "value").and_then(|a| a.t.as_deref());
    let first = match value.map(|t| (t.data_type.unwrap_or_default(), t)) {
        None => Data::Float(vec![0.0]),
        Some((data_type::FLOAT, t)) => {
            let raw = || t.raw_data.as_deref()?.first_chunk().map(|b| f32::from_le_bytes(*b));
            Data::Float(vec![t.float_data.first().copied().or_else(raw)?])
        }
        Some((data_type::INT64, t)) => {
            let raw = || t.raw_data.as_deref()?.first_chunk().map(|b| i64::from_le_bytes(*b));
            Data::Int(vec![t.int64_data.first().copied().or_else(raw)?])
        }
        Some(_) => return None,
    };
    Some((dims, pick(&first, std::iter::repeat_n(0, count))?))
}

fn range(start: &[i64], end: &[i64], step: &[i64], budget: usize) -> Option<(Vec<usize>, Data)> {
    let (&[start], &[end], &[step]) = (start, end, step) else { return None };
    let step = usize::try_from(step).ok().filter(|&s| s > 0)?;
    let count = usize::try_from(end.checked_sub(start)?).ok()?.div_ceil(step);
    let values = (count <= budget).then(|| (start..end).step_by(step).collect())?;
    Some((vec![count], Data::Int(values)))
}

fn concat(node: &NodeProto, inputs: &[Option<Rc<Tensor>>], budget: usize) -> Option<(Vec<usize>, Data)> {
    let parts: Vec<&Tensor> = inputs.iter().map(Option::as_deref).collect::<Option<_>>()?;
    let rank = parts.first()?.dims.len();
    let axis = shape::axis_of(int(node, "axis")?, rank, false)?;
    let alike = |t: &&&Tensor| t.dims.len() == rank && (0..rank).all(|i| i == axis || t.dims[i] == parts[0].dims[i]);
    parts.iter().try_fold(0usize, |n, t| n.checked_add(t.data.len()?)).filter(|&n| n <= budget)?;
    if parts.iter().filter(alike).count() != parts.len() {
        return None;
    }
    let mut dims = parts[0].dims.clone();
    dims[axis] = parts.iter().map(|t| t.dims[axis]).sum();
    let rows = dims[..axis].iter().product::<usize>();
    // The elements of one row, part by part.
    let places = (0..rows).flat_map(|row| {
        parts.iter().enumerate().flat_map(move |(p, t)| {
            let length = t.dims[axis..].iter().product::<usize>();
            (row * length..(row + 1) * length).map(move |at| (p, at))
        })
    });
    let data = match &parts[0].data {
        Data::Int(_) => {
            let rows = parts.iter().map(|t| if let Data::Int(v) = &t.data { Some(&v[..]) } else { None });
            let parts: Vec<&[i64]> = rows.collect::<Option<_>>()?;
            Data::Int(places.map(|(p, at)| parts[p][at]).collect())
        }
        Data::Float(_) => {
            let rows = parts.iter().map(|t| if let Data::Float(v) = &t.data { Some(&v[..]) } else { None });
            let parts: Vec<&[f32]> = rows.collect::<Option<_>>()?;
            Data::Float(places.map(|(p, at)| parts[p][at]).collect())
        }
        _ => return None,
    };
    Some((dims, data))
}

fn gather(node: &NodeProto, x: &Tensor, indices: &Tensor, budget: usize) -> Option<(Vec<usize>, Data)> {
    let Data::Int(at) = &indices.data else { return None };
    let axis = shape::axis_of(int(node, "axis").unwrap_or(0), x.dims.len(), false)?;
    let size = x.dims[axis];
    let at = at.iter().map(|&i| shape::axis_of(i, size, false)).collect::<Option<Vec<_>>>()?;
    let dims = [&x.dims[..axis], &indices.dims[..], &x.dims[axis + 1..]].concat();
    let inner: usize = x.dims[axis + 1..].iter().product();
    let outer: usize = x.dims[..axis].iter().product();
    let count = outer.checked_mul(at.len())?.checked_mul(inner)?;
    let at = &at;
    let places =
        (0..outer).flat_map(move |o| at.iter().flat_map(move |&i| (0..inner).map(move |n| (o * size + i) * inner + n)));
    (count <= budget).then(|| pick(&x.data, places)).flatten().map(|data| (dims, data))
}
