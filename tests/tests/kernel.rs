//! The shared convolution kernel against a loop that follows the definition.

use lcsim_golden::kernel::{Geometry, conv2d};
use lcsim_spec::Shape;
use lcsim_tests::onnx_builder::Rng;
use proptest::prelude::*;

/// Every tap of every pixel, with an explicit test for padding.
fn naive(g: &Geometry, x: &[i8], weights: &[i8], bias: &[i32]) -> Vec<i32> {
    let [kh, kw] = g.kernel;
    let mut y = Vec::new();
    for (o, &bias) in bias.iter().enumerate() {
        for oy in 0..g.output.height {
            for ox in 0..g.output.width {
                let mut sum = bias;
                // Of a depthwise convolution the channel of its own number.
                for i in if g.depthwise { o..o + 1 } else { 0..g.input.channels } {
                    for ky in 0..kh {
                        for kx in 0..kw {
                            let row = (oy * g.stride[0] + ky).checked_sub(g.pad[0]).filter(|&r| r < g.input.height);
                            let col = (ox * g.stride[1] + kx).checked_sub(g.pad[1]).filter(|&c| c < g.input.width);
                            if let (Some(row), Some(col)) = (row, col) {
                                let pixel = x[(i * g.input.height + row) * g.input.width + col];
                                let filter = if g.depthwise { o } else { o * g.input.channels + i };
                                let weight = weights[(filter * kh + ky) * kw + kx];
                                sum += i32::from(pixel) * i32::from(weight);
                            }
                        }
                    }
                }
                y.push(sum);
            }
        }
    }
    y
}

/// One axis: input size, kernel, stride, padding before, output size with any padding after that is
/// below the kernel.
fn axis() -> impl Strategy<Value = [usize; 5]> {
    (1..12usize, prop::sample::select(vec![1, 2, 3, 5]), 1..=3usize).prop_flat_map(|(size, kernel, stride)| {
        (0..kernel, 0..kernel).prop_filter_map("the kernel must fit", move |(before, after): (usize, usize)| {
            let room = (size + before + after).checked_sub(kernel)?;
            Some([size, kernel, stride, before, room / stride + 1])
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn equals_the_definition(
        v in axis(), h in axis(), inp in 1..5usize, out in 1..5usize, depthwise: bool, seed: u64,
    ) {
        let out = if depthwise { inp } else { out };
        let g = Geometry {
            input: Shape { channels: inp, height: v[0], width: h[0] },
            output: Shape { channels: out, height: v[4], width: h[4] },
            kernel: [v[1], h[1]],
            stride: [v[2], h[2]],
            pad: [v[3], h[3]],
            depthwise,
        };
        let mut rng = Rng::new(seed);
        let mut bytes = |n: usize| -> Vec<i8> { (0..n).map(|_| rng.bits() as i8).collect() };
        let (x, weights) = (bytes(g.input.len()), bytes(out * g.fan_in() * v[1] * h[1]));
        let bias: Vec<i32> = bytes(out).into_iter().map(|b| i32::from(b) * 1000).collect();
        let expected = naive(&g, &x, &weights, &bias);
        prop_assert_eq!(&conv2d::<i8, i32>(&g, &x, &weights, &bias), &expected);
        // Products and sums stay far below 2^24, so that floats are exact too.
        let float = |v: &[i8]| -> Vec<f32> { v.iter().map(|&v| f32::from(v)).collect() };
        let bias: Vec<f32> = bias.iter().map(|&b| b as f32).collect();
        let floats: Vec<i32> = conv2d::<f32, f32>(&g, &float(&x), &float(&weights), &bias).iter().map(|&y| y as i32).collect();
        prop_assert_eq!(floats, expected);
    }
}
