//! The numbers of a layer: geometry, weights, bias, and what folds into them.

use super::affine::{Affine, folded};
use super::graph::{attribute, elements, float, int, ints};
use super::lower::Lowered;
use super::proto::NodeProto;
use super::tensor::Tensor;
use super::value::Border;
use super::{MAX_ELEMENTS, invalid};
use crate::Error;
use crate::kernel::Geometry;
use crate::model::{Conv, Fc};
use lcsim_spec::{Shape, Windows};

/// Kernel, stride, padding and output shape of a Conv node on a map with zeros around it.
pub(super) fn geometry(low: &Lowered, node: &NodeProto, input: Shape, border: Border) -> Result<Geometry, Error> {
    let graph = low.graph;
    let depthwise = is_depthwise(low, node, input.channels)?;
    let weights = low.tensor(node, 1)?;
    let &[outputs, inputs, kh, kw] = &weights.dims[..] else {
        return Err(graph.invalid(node, "weights of 4 dimensions (2-D convolution)", format!("{:?}", weights.dims)));
    };
    let kernel = [kh, kw];
    let fan_in = if depthwise { 1 } else { input.channels };
    if inputs != fan_in || outputs == 0 || depthwise && outputs != input.channels || kh == 0 || kw == 0 {
        let outputs = if depthwise { input.channels.to_string() } else { "outputs".into() };
        let expected = format!("weights of dimensions [{outputs}, {fan_in}, height, width] above 0");
        return Err(graph.invalid(node, expected, format!("{:?}", weights.dims)));
    }
    weights.floats(&graph.path)?;
    if let Some(bias) = low.optional_tensor(node, 2)? {
        parameters(low, &bias, outputs)?;
    }
    if ints(node, "kernel_shape").is_some() && pair(low, node, "kernel_shape")? != kernel {
        let found = format!("{:?}", pair(low, node, "kernel_shape")?);
        return Err(graph.invalid(node, format!("kernel_shape {kernel:?}"), found));
    }
    Ok(Geometry { depthwise, ..windows(low, node, input, outputs, kernel, border)? })
}

/// Whether each output channel of a Conv node reads one channel of its own.
fn is_depthwise(low: &Lowered, node: &NodeProto, channels: usize) -> Result<bool, Error> {
    match int(node, "group") {
        None | Some(1) => Ok(false),
        Some(group) if usize::try_from(group) == Ok(channels) => Ok(true),
        Some(group) => Err(low.graph.invalid(node, format!("group = 1, or {channels} (depthwise)"), group)),
    }
}

/// Two numbers above 0; [1, 1] if the node has none.
pub(super) fn pair(low: &Lowered, node: &NodeProto, name: &str) -> Result<[usize; 2], Error> {
    match ints(node, name) {
        None => Ok([1, 1]),
        Some(&[a, b]) if a > 0 && b > 0 => Ok([a as usize, b as usize]),
        Some(other) => Err(low.graph.invalid(node, format!("{name} of 2 positive numbers"), format!("{other:?}"))),
    }
}

/// Windows of a max pooling of a map with a border.
pub(super) fn max_pool(low: &Lowered, node: &NodeProto, input: Shape, border: Border) -> Result<Windows, Error> {
    low.graph.fixed(node, "storage_order", 0)?;
    if ints(node, "kernel_shape").is_none() {
        return Err(low.graph.invalid(node, "kernel_shape of 2 positive numbers", "none"));
    }
    let kernel = pair(low, node, "kernel_shape")?;
    let Geometry { input, output, kernel, stride, pad, .. } =
        windows(low, node, input, input.channels, kernel, border)?;
    Ok(Windows { input, output, kernel, stride, pad })
}

/// Stride, padding and output shape of a node whose windows are `kernel`.
fn windows(
    low: &Lowered,
    node: &NodeProto,
    input: Shape,
    outputs: usize,
    kernel: [usize; 2],
    border: Border,
) -> Result<Geometry, Error> {
    let graph = low.graph;
    let dilations = pair(low, node, "dilations")?;
    if dilations != [1, 1] {
        return Err(graph.invalid(
            node,
            "dilations = [1, 1] (dilated convolutions are not simulated)",
            format!("{dilations:?}"),
        ));
    }
    let stride = pair(low, node, "strides")?;
    let mut pads = pads(low, node, input, kernel, stride, border)?;
    for (side, more) in pads.iter_mut().flatten().zip(border.iter().flatten()) {
        *side = side.saturating_add(*more);
    }
    let mut size = [input.height, input.width];
    for axis in 0..2 {
        let [before, after] = pads[axis];
        if before >= kernel[axis] || after >= kernel[axis] {
            return Err(graph.invalid(node, format!("padding below the kernel size {kernel:?}"), format!("{pads:?}")));
        }
        let Some(room) = (size[axis] + before + after).checked_sub(kernel[axis]) else {
            return Err(graph.invalid(node, format!("a map of at least the kernel {kernel:?}"), input));
        };
        // Rounding up changes nothing where the strides go in.
        let rest = room % stride[axis];
        if int(node, "ceil_mode") == Some(1) && rest != 0 {
            let found = format!("1, with {rest} of {} pixels in the last step", stride[axis]);
            return Err(graph.invalid(node, "ceil_mode = 0, or strides that end with the map", found));
        }
        size[axis] = room / stride[axis] + 1;
    }
    let output = Shape { channels: outputs, height: size[0], width: size[1] };
    if elements(&[outputs, size[0], size[1]]).is_none() {
        return Err(graph.invalid(node, format!("a map of at most {MAX_ELEMENTS} elements"), output));
    }
    Ok(Geometry { input, output, kernel, stride, pad: [pads[0][0], pads[1][0]], depthwise: false })
}

/// Padding before and after, vertically and horizontally.
fn pads(
    low: &Lowered,
    node: &NodeProto,
    input: Shape,
    kernel: [usize; 2],
    stride: [usize; 2],
    border: Border,
) -> Result<Border, Error> {
    let auto = attribute(node, "auto_pad").map_or("NOTSET".into(), |a| String::from_utf8_lossy(a.s()));
    let given = ints(node, "pads").unwrap_or_default();
    if auto != "NOTSET" && given.iter().any(|&p| p != 0) {
        return Err(low.graph.invalid(node, format!("no pads beside auto_pad {auto}"), format!("{given:?}")));
    }
    let lower = match &*auto {
        "VALID" => return Ok([[0; 2]; 2]),
        "NOTSET" => {
            return match ints(node, "pads") {
                None => Ok([[0; 2]; 2]),
                Some(&[t, l, b, r]) if [t, l, b, r].iter().all(|&p| (0..MAX_ELEMENTS as i64).contains(&p)) => {
                    Ok([[t as usize, b as usize], [l as usize, r as usize]])
                }
                Some(other) => Err(low.graph.invalid(node, "pads of 4 numbers from 0", format!("{other:?}"))),
            };
        }
        "SAME_UPPER" => false,
        "SAME_LOWER" => true,
        other => {
            return Err(low.graph.invalid(node, "auto_pad NOTSET, VALID, SAME_UPPER or SAME_LOWER", other));
        }
    };
    let same = |axis: usize, size: usize| {
        // Whole strides before the last window, then that window.
        let needed = (size.div_ceil(stride[axis]) - 1) * stride[axis] + kernel[axis];
        let total = needed.saturating_sub(size);
        let small = total / 2;
        if lower { [total - small, small] } else { [small, total - small] }
    };
    let padded = |size: usize, side: [usize; 2]| size + side[0] + side[1];
    Ok([same(0, padded(input.height, border[0])), same(1, padded(input.width, border[1]))])
}

/// The floats of a constant that must have `count` of them.
pub(super) fn parameters(low: &Lowered, t: &Tensor, count: usize) -> Result<Vec<f64>, Error> {
    let values = t.floats(&low.graph.path)?;
    if values.len() != count {
        let item = format!("tensor `{}`", t.name);
        return Err(invalid(&low.graph.path, item, format!("{count} elements"), values.len()));
    }
    Ok(values.iter().map(|&v| f64::from(v)).collect())
}

/// A convolution on `input` with the affine maps that follow it, first one first.
pub(super) fn conv(
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

/// The convolution that takes every n-th pixel and puts it behind `before` channels of zeros: a
/// projection of ones.
pub(super) fn pick(
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

/// A convolution without numbers.
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

/// Outputs of a Gemm, MatMul or 1x1 Conv on a pooled map of shape `dims`, and which dimension they
/// take.
pub(super) fn fc_outputs(low: &Lowered, node: &NodeProto, dims: &[usize]) -> Result<(usize, usize), Error> {
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

/// The fully connected layer of a node on `inputs` pooled channels, between two affine maps.
pub(super) fn fc(low: &Lowered, node: &NodeProto, front: &Affine, behind: &Affine) -> Result<Fc, Error> {
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
