//! Residual blocks with a single convolution.

use crate::model::{Block, Conv};

/// Turns a block whose branch is one convolution without a gate into a convolution: the shortcut is
/// added to one of the kernel's taps. Returns any other block unchanged.
pub(crate) fn merged(mut block: Block) -> Result<Conv, Box<Block>> {
    let [branch] = &block.convs[..] else { return Err(Box::new(block)) };
    if branch.gate.is_some() || block.lnet.is_some() {
        return Err(Box::new(block));
    }
    let conv = &branch.conv;
    let fits = match &block.shortcut {
        None => conv.stride == [1, 1],
        Some(s) => s.stride == conv.stride && s.depthwise == conv.depthwise && offset(conv, s).is_some(),
    };
    if !fits {
        return Err(Box::new(block));
    }
    let mut conv = block.convs.remove(0).conv;
    let taps = conv.kernel[0] * conv.kernel[1];
    let fan_in = conv.geometry().fan_in();
    match &block.shortcut {
        None => {
            let tap = conv.pad[0] * conv.kernel[1] + conv.pad[1];
            for channel in 0..conv.output.channels {
                let input = if conv.depthwise { 0 } else { channel };
                conv.weights[(channel * fan_in + input) * taps + tap] += 1.0;
            }
        }
        Some(s) => {
            let [down, right] = offset(&conv, s).unwrap_or_default();
            for (i, w) in s.weights.iter().enumerate() {
                let (filter, tap) = (i / (s.kernel[0] * s.kernel[1]), i % (s.kernel[0] * s.kernel[1]));
                let (row, column) = (tap / s.kernel[1] + down, tap % s.kernel[1] + right);
                conv.weights[filter * taps + row * conv.kernel[1] + column] += w;
            }
            conv.bias.iter_mut().zip(&s.bias).for_each(|(b, s)| *b += s);
        }
    }
    conv.relu = block.relu.then_some(f32::INFINITY);
    Ok(conv)
}

/// The position of a projection's kernel inside the kernel of the branch, if it is inside.
fn offset(branch: &Conv, shortcut: &Conv) -> Option<[usize; 2]> {
    let along = |axis: usize| {
        let offset = branch.pad[axis].checked_sub(shortcut.pad[axis])?;
        (offset + shortcut.kernel[axis] <= branch.kernel[axis]).then_some(offset)
    };
    Some([along(0)?, along(1)?])
}
