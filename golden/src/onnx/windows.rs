//! The windows of convolutions and poolings: strides, dilations and padding.

use super::graph::{attribute, elements, int, ints};
use super::limits::MAX_ELEMENTS;
use super::lowered::Lowered;
use super::proto::NodeProto;
use super::value::Border;
use crate::Error;
use lcsim_spec::{Shape, Windows};

/// Reads two numbers above 0. The default is [1, 1].
pub(crate) fn pair(low: &Lowered, node: &NodeProto, name: &str) -> Result<[usize; 2], Error> {
    match ints(node, name) {
        None => Ok([1, 1]),
        Some(&[a, b]) if a > 0 && b > 0 => Ok([a as usize, b as usize]),
        Some(other) => Err(low.graph.invalid(node, format!("{name} of 2 positive numbers"), format!("{other:?}"))),
    }
}

/// The windows of a pooling node, on a map with a border.
pub(crate) fn of_kernel(low: &Lowered, node: &NodeProto, input: Shape, border: Border) -> Result<Windows, Error> {
    if ints(node, "kernel_shape").is_none() {
        return Err(low.graph.invalid(node, "kernel_shape of 2 positive numbers", "none"));
    }
    windows(low, node, input, input.channels, pair(low, node, "kernel_shape")?, border)
}

/// The windows of a node with a kernel of size `kernel`, on a map with a border.
pub(crate) fn windows(
    low: &Lowered,
    node: &NodeProto,
    input: Shape,
    outputs: usize,
    kernel: [usize; 2],
    border: Border,
) -> Result<Windows, Error> {
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
    let ceil = match int(node, "ceil_mode") {
        None | Some(0) => false,
        Some(1) => true,
        Some(other) => return Err(graph.invalid(node, "ceil_mode 0 or 1", other)),
    };
    let mut size = [input.height, input.width];
    for axis in 0..2 {
        let [before, after] = pads[axis];
        if before >= kernel[axis] || after >= kernel[axis] {
            return Err(graph.invalid(node, format!("padding below the kernel size {kernel:?}"), format!("{pads:?}")));
        }
        let Some(room) = (size[axis] + before + after).checked_sub(kernel[axis]) else {
            return Err(graph.invalid(node, format!("a map of at least the kernel {kernel:?}"), input));
        };
        // If the strides divide the room, rounding up has no effect. Neither has it if the window
        // that it adds begins behind the map: such a window is left out.
        let (rest, windows) = (room % stride[axis], room / stride[axis] + 1);
        let added = rest != 0 && windows * stride[axis] < size[axis] + before;
        if ceil && added {
            let found = format!("1, with {rest} of {} pixels in the last step", stride[axis]);
            let expected = "ceil_mode = 0, or strides that end with the map: export the pooling with ceil_mode=False";
            return Err(graph.invalid(node, expected, found));
        }
        size[axis] = windows;
    }
    let output = Shape { channels: outputs, height: size[0], width: size[1] };
    if elements(&[outputs, size[0], size[1]]).is_none() {
        return Err(graph.invalid(node, format!("a map of at most {MAX_ELEMENTS} elements"), output));
    }
    Ok(Windows { input, output, kernel, stride, pad: [pads[0][0], pads[1][0]] })
}

/// The padding before and after, vertically and horizontally.
pub(crate) fn pads(
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
        // All strides before the last window, and then this window.
        let needed = (size.div_ceil(stride[axis]) - 1) * stride[axis] + kernel[axis];
        let total = needed.saturating_sub(size);
        let small = total / 2;
        if lower { [total - small, small] } else { [small, total - small] }
    };
    let padded = |size: usize, side: [usize; 2]| size + side[0] + side[1];
    Ok([same(0, padded(input.height, border[0])), same(1, padded(input.width, border[1]))])
}
