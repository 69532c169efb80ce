//! Makes layers without numbers.

use lcsim_spec::number::{MULTIPLIER_MIN, POOL_SHIFT_MAX, POOLED_BITS};
use lcsim_spec::operators::gate::pooled_max;
use lcsim_spec::{Conv, Fc, Gate, InputSpec, Score, Shape};

pub(super) fn input_spec(shape: Shape) -> InputSpec {
    InputSpec { shape, mean: vec![0.5; 3], std: vec![0.5; 3], scale: 1.0 / 127.0 }
}

pub(super) fn conv(name: &str, input: Shape, channels: usize, kernel: usize, stride: usize, relu: bool) -> Conv {
    let size = |n: usize| (n + 2 * (kernel / 2) - kernel) / stride + 1;
    Conv {
        name: name.into(),
        input,
        output: Shape { channels, height: size(input.height), width: size(input.width) },
        kernel: [kernel; 2],
        stride: [stride; 2],
        pad: [kernel / 2; 2],
        relu,
        depthwise: false,
        weights: vec![0; channels * input.channels * kernel * kernel],
        bias: vec![0; channels],
        multiplier: vec![MULTIPLIER_MIN; channels],
        shift: vec![0; channels],
    }
}

pub(super) fn gate(name: &str, map: Shape, outputs: usize) -> Gate {
    Gate::clamp_scale(fc(name, map, outputs), Score::ZERO)
}

pub(super) fn fc(name: &str, map: Shape, outputs: usize) -> Fc {
    let fits = |shift: &u8| pooled_max(map.pixels(), *shift) < 1 << POOLED_BITS;
    Fc {
        name: name.into(),
        inputs: map.channels,
        outputs,
        weights: vec![0; map.channels * outputs],
        bias: vec![0; outputs],
        multiplier: vec![MULTIPLIER_MIN; outputs],
        shift: vec![0; outputs],
        pool_shift: (0..=POOL_SHIFT_MAX).find(fits).unwrap_or(POOL_SHIFT_MAX),
    }
}
