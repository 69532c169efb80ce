//! Quantises a convolution.

use crate::model::Conv;
use crate::operators::depthwise;
use crate::quantize::{multiplier, to_bias, to_i8, weight_scales};
use lcsim_spec as quant;
use lcsim_spec::number::{MULTIPLIER_END, REQUANT_SHIFT};

/// Quantises a convolution that reads a map of scale `x_scale` and writes a map of scale `out`.
pub(crate) fn conv(c: &Conv, x_scale: f64, out: f64) -> quant::Conv {
    let filter = match c.depthwise {
        true => depthwise::quantise::filter(c),
        false => c.input.channels * c.kernel[0] * c.kernel[1],
    };
    let mut q = quant::Conv {
        name: c.name.clone(),
        input: c.input,
        output: c.output,
        kernel: c.kernel,
        stride: c.stride,
        pad: c.pad,
        relu: c.relu.is_some(),
        depthwise: c.depthwise,
        weights: vec![],
        bias: vec![],
        multiplier: vec![],
        shift: vec![],
    };
    // The largest multiplier of the requantise stage is slightly below 2^15 / 2^REQUANT_SHIFT. A
    // filter that needs a larger one gave almost nothing in calibration. Its outputs would
    // saturate, so its weights may saturate too.
    let limit = f64::from(MULTIPLIER_END - 1) / f64::from(1u32 << REQUANT_SHIFT) * out / x_scale;
    for (row, w_scale) in c.weights.chunks_exact(filter).zip(weight_scales(&c.weights, c.bias.len())) {
        // A filter of zeros has no scale of its own. Any scale is good enough for its bias.
        let w_scale = if w_scale > 0.0 { w_scale.min(limit) } else { limit / 2.0 };
        let step = w_scale * x_scale;
        let (m, shift) = multiplier(step / out, REQUANT_SHIFT).unwrap_or((MULTIPLIER_END as u16 - 1, 0));
        q.weights.extend(row.iter().map(|&w| to_i8(f64::from(w), w_scale)));
        q.bias.push(to_bias(f64::from(c.bias[q.bias.len()]), step));
        q.multiplier.push(m);
        q.shift.push(shift);
    }
    q
}
