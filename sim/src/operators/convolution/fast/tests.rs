//! Compares each way to compute a convolution with the definition, and requantised vectors with the
//! stages of `arithmetic`.

use super::filters::{Filters, Scratch, Way};
use super::input::{Input, VECTOR};
use super::requantize::{Kept, Requantizer};
use crate::arithmetic::{narrow, rescale, saturate, scored, stored};
use lcsim_spec::number::{ACC_BOUND, MULTIPLIER_END, SHIFT_MAX};
use lcsim_spec::{Conv, Score, Shape};
use proptest::prelude::*;

/// A convolution and a map that it reads.
#[derive(Debug, Clone)]
struct Case {
    conv: Conv,
    /// `[pixel][entry]`.
    values: Vec<i8>,
    relu: bool,
    live_in: Option<Vec<usize>>,
    live_out: Option<Vec<usize>>,
}

impl Case {
    /// The sum of output channel `o` for the pixel at row `y` and column `x`.
    fn sum(&self, o: usize, y: usize, x: usize) -> i32 {
        let Conv { input, kernel, stride, pad, .. } = &self.conv;
        let live: Vec<usize> = self.live_in.clone().unwrap_or_else(|| (0..input.channels).collect());
        let mut sum = 0;
        for tap in 0..self.conv.taps() {
            let row = (y * stride[0] + tap / kernel[1]).checked_sub(pad[0]).filter(|row| *row < input.height);
            let column = (x * stride[1] + tap % kernel[1]).checked_sub(pad[1]).filter(|column| *column < input.width);
            let Some((row, column)) = row.zip(column) else { continue };
            for (entry, &channel) in live.iter().enumerate() {
                if self.conv.depthwise && channel != o {
                    continue;
                }
                let value = self.values[(row * input.width + column) * live.len() + entry];
                let read = if self.relu { value.max(0) } else { value };
                sum += i32::from(read) * i32::from(self.conv.weight(o, channel, tap));
            }
        }
        sum
    }

    fn all_agree(&self, way: Way, scratch: &mut Scratch) -> Result<(), TestCaseError> {
        let entries = self.live_in.as_ref().map_or(self.conv.input.channels, Vec::len);
        let input = Input { values: &self.values, relu: self.relu, entries, live: self.live_in.as_deref() };
        // A buffer that another convolution has used before.
        let mut sums = vec![[7; VECTOR]; 5];
        Filters::new(&self.conv, way).accumulate(&self.conv, &input, self.live_out.as_deref(), scratch, &mut sums);
        let outputs: Vec<usize> = self.live_out.clone().unwrap_or_else(|| (0..self.conv.output.channels).collect());
        let lanes = outputs.len().next_multiple_of(VECTOR);
        for pixel in 0..self.conv.output.pixels() {
            for (at, &o) in outputs.iter().enumerate() {
                let width = self.conv.output.width;
                let expected = self.sum(o, pixel / width, pixel % width);
                let sum = sums.as_flattened()[pixel * lanes + at];
                prop_assert_eq!(sum, expected, "{:?}: output {} of pixel {}", way, o, pixel);
            }
        }
        Ok(())
    }
}

/// Either no list, or a list of some of the channels.
fn live(channels: usize) -> impl Strategy<Value = Option<Vec<usize>>> {
    let chosen = prop::collection::vec(any::<bool>(), channels);
    prop::option::of(chosen.prop_map(|chosen| (0..chosen.len()).filter(|c| chosen[*c]).collect()))
}

/// Bytes, of which a third are the extreme values.
fn bytes(count: usize) -> impl Strategy<Value = Vec<i8>> {
    prop::collection::vec(prop_oneof![4 => any::<i8>(), 1 => Just(i8::MIN), 1 => Just(i8::MAX)], count)
}

fn case() -> impl Strategy<Value = Case> {
    let axis = || {
        (1usize..=9, 1usize..=4, 1usize..=3).prop_flat_map(|(size, kernel, stride)| {
            // A kernel that is larger than the map needs padding.
            (Just((size, kernel, stride)), kernel.saturating_sub(size)..=kernel)
        })
    };
    let channels = (1usize..=37, 1usize..=37, prop::bool::weighted(0.2));
    let shapes = (axis(), axis(), channels).prop_map(|(rows, columns, (inputs, outputs, depthwise))| {
        let output = |((size, kernel, stride), pad): ((usize, usize, usize), usize)| {
            // The padding below is as wide as above.
            (size + 2 * pad - kernel) / stride + 1
        };
        let outputs = if depthwise { inputs } else { outputs };
        Conv {
            name: "conv".to_string(),
            input: Shape { channels: inputs, height: rows.0.0, width: columns.0.0 },
            output: Shape { channels: outputs, height: output(rows), width: output(columns) },
            kernel: [rows.0.1, columns.0.1],
            stride: [rows.0.2, columns.0.2],
            pad: [rows.1, columns.1],
            relu: false,
            depthwise,
            weights: Vec::new(),
            bias: Vec::new(),
            multiplier: Vec::new(),
            shift: Vec::new(),
        }
    });
    shapes.prop_flat_map(|conv| {
        let lists = if conv.depthwise {
            (Just(None).boxed(), Just(None).boxed())
        } else {
            (live(conv.input.channels).boxed(), live(conv.output.channels).boxed())
        };
        let weights = bytes(conv.output.channels * conv.fan_in() * conv.taps());
        (Just(conv), lists, weights).prop_flat_map(|(conv, (live_in, live_out), weights)| {
            let entries = live_in.as_ref().map_or(conv.input.channels, Vec::len);
            let values = bytes(entries * conv.input.pixels());
            let conv = Conv { weights, ..conv };
            (values, any::<bool>()).prop_map(move |(values, relu)| Case {
                conv: conv.clone(),
                values,
                relu,
                live_in: live_in.clone(),
                live_out: live_out.clone(),
            })
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Tests each way that this machine has. Two cases follow each other, so that buffers have been
    /// used before.
    #[test]
    fn convolutions_are_their_definition(cases in [case(), case()]) {
        for way in [Some(Way::Product), Way::direct()].into_iter().flatten() {
            let mut scratch = Scratch::default();
            for case in &cases {
                case.all_agree(way, &mut scratch)?;
            }
        }
    }

    /// Vectors go through the steps of `arithmetic` in another form.
    #[test]
    fn vectors_are_requantised_like_the_stages(
        biased in prop_oneof![-300_000..300_000i64, -(ACC_BOUND - 1)..ACC_BOUND],
        share in 0.0..1.0,
        shift in 0..=SHIFT_MAX,
        multiplier in 0..MULTIPLIER_END as u16,
        scores in [0..=Score::ONE.to_bits(), 0..=Score::ONE.to_bits()],
        (base, relu) in (any::<i8>(), any::<bool>()),
    ) {
        let bias = (biased as f64 * share) as i32;
        let sum = biased as i32 - bias;
        let scores = scores.map(Score::from_bits);
        let one = Shape { channels: 1, height: 1, width: 1 };
        let conv = Conv {
            name: "conv".to_string(),
            input: one,
            output: one,
            kernel: [1, 1],
            stride: [1, 1],
            pad: [0, 0],
            relu: false,
            depthwise: false,
            weights: vec![1],
            bias: vec![bias],
            multiplier: vec![multiplier],
            shift: vec![shift],
        };
        let keep = Kept { live: None, scores: Some(&scores[..1]), lscore: scores[1] };
        let scaled = rescale(narrow(sum + bias, shift) * i32::from(scored(multiplier, scores)));
        let (mut requantizer, sums) = (Requantizer::default(), [[sum; VECTOR]]);
        let mut values = vec![];
        requantizer.store(&conv, &keep, &sums, &mut values);
        prop_assert_eq!(&values, &[stored(saturate(scaled), 0)]);
        let mut values = [base];
        requantizer.add(&conv, &keep, relu, &sums, &mut values);
        let residual = if relu { base.max(0) } else { base };
        prop_assert_eq!(values, [stored(saturate(scaled), residual.into())]);
    }
}
