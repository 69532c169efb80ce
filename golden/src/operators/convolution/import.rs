//! Imports Conv: its weights, its bias, and the affine maps that fold into them.

use crate::Error;
use crate::kernel::Geometry;
use crate::model::Conv;
use crate::onnx::affine::Affine;
use crate::onnx::graph::ints;
use crate::onnx::lowered::Lowered;
use crate::onnx::maps;
use crate::onnx::proto::NodeProto;
use crate::onnx::value::{Border, Op, Value};
use crate::onnx::windows::{pair, windows};
use crate::operators::depthwise;
use lcsim_spec::operators::depthwise::FAN_IN;
use lcsim_spec::{Shape, Windows};

/// Gives a Conv node its meaning.
pub(crate) fn node(low: &mut Lowered, i: usize, node: &NodeProto) -> Result<Value, Error> {
    let p = maps::operand(low, node, 0)?;
    let (border, value) = p.border.unwrap_or_default();
    if value != 0.0 {
        return Err(low.graph.refuse(node, format!("of a map padded with {value}"), "pad with 0"));
    }
    let Geometry { output, .. } = geometry(low, node, low.maps[p.map].shape, border)?;
    let map = low.map(Op::Conv { x: p.map, node: i, border }, output);
    Ok(low.shown(map))
}

/// Finds kernel, stride, padding and output shape of a Conv node. It reads a map with a border of
/// zeros.
pub(crate) fn geometry(low: &Lowered, node: &NodeProto, input: Shape, border: Border) -> Result<Geometry, Error> {
    let graph = low.graph;
    let depthwise = depthwise::import::is_depthwise(low, node, input.channels)?;
    let weights = low.tensor(node, 1)?;
    let &[outputs, inputs, kh, kw] = &weights.dims[..] else {
        return Err(graph.invalid(node, "weights of 4 dimensions (2-D convolution)", format!("{:?}", weights.dims)));
    };
    let kernel = [kh, kw];
    let fan_in = if depthwise { FAN_IN } else { input.channels };
    if inputs != fan_in || outputs == 0 || depthwise && outputs != input.channels || kh == 0 || kw == 0 {
        let outputs = if depthwise { input.channels.to_string() } else { "outputs".into() };
        let expected = format!("weights of dimensions [{outputs}, {fan_in}, height, width] above 0");
        return Err(graph.invalid(node, expected, format!("{:?}", weights.dims)));
    }
    weights.floats(&graph.path)?;
    if let Some(bias) = low.optional_tensor(node, 2)? {
        bias.exactly(outputs, &graph.path)?;
    }
    if ints(node, "kernel_shape").is_some() && pair(low, node, "kernel_shape")? != kernel {
        let found = format!("{:?}", pair(low, node, "kernel_shape")?);
        return Err(graph.invalid(node, format!("kernel_shape {kernel:?}"), found));
    }
    let Windows { input, output, kernel, stride, pad } = windows(low, node, input, outputs, kernel, border)?;
    Ok(Geometry { input, output, kernel, stride, pad, depthwise })
}

/// Makes a convolution that reads `input`. The affine maps that follow it, the first one first, are
/// folded in.
pub(crate) fn conv(
    low: &Lowered,
    node: &NodeProto,
    affines: &[usize],
    (input, border): (Shape, Border),
    relu: Option<f32>,
) -> Result<Conv, Error> {
    let g = geometry(low, node, input, border)?;
    let weights = low.tensor(node, 1)?.floats(&low.graph.path)?.to_vec();
    let bias = match low.optional_tensor(node, 2)? {
        Some(t) => t.floats(&low.graph.path)?.to_vec(),
        None => vec![0.0; g.output.channels],
    };
    Ok(normed(low, Conv { relu, weights, bias, ..shaped(g) }, affines))
}

/// Makes the convolution that takes every n-th pixel and puts it after `before` channels of zeros.
/// It is a projection with weights of 1.
pub(crate) fn pick(
    low: &Lowered,
    affines: &[usize],
    (input, output): (Shape, Shape),
    (stride, before): ([usize; 2], usize),
    relu: Option<f32>,
) -> Conv {
    let g = Geometry { input, output, kernel: [1, 1], stride, pad: [0, 0], depthwise: false };
    let mut weights = vec![0.0; output.channels * input.channels];
    for channel in 0..input.channels {
        weights[(before + channel) * input.channels + channel] = 1.0;
    }
    normed(low, Conv { relu, weights, bias: vec![0.0; output.channels], ..shaped(g) }, affines)
}

/// Makes a convolution without numbers.
fn shaped(g: Geometry) -> Conv {
    let Geometry { input, output, kernel, stride, pad, depthwise } = g;
    let name = String::new();
    Conv { name, input, output, kernel, stride, pad, relu: None, depthwise, weights: vec![], bias: vec![] }
}

fn normed(low: &Lowered, mut conv: Conv, affines: &[usize]) -> Conv {
    let filter = conv.weights.len() / conv.output.channels;
    for &a in affines {
        let Affine { factor, offset } = &*low.affines[a];
        for ((factor, offset), (w, b)) in
            factor.iter().zip(offset).zip(conv.weights.chunks_exact_mut(filter).zip(&mut conv.bias))
        {
            w.iter_mut().for_each(|w| *w = (f64::from(*w) * factor) as f32);
            *b = (f64::from(*b) * factor + offset) as f32;
        }
    }
    conv
}
