//! One convolution as a product of matrices: pixels by kernel rows, times kernel rows by output channels.

use lcsim_spec::{Conv, Shape};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::Matrix;

/// Multiplies unsigned by signed bytes, exactly.
///
/// Where a machine's widest instructions saturate sums of two products at 16 bits, operands of at most 128 keep them exact:
/// signed operands are split by their sign.
pub(super) type Multiplier = GemmExecutor<u8, i8, i32>;

/// A map as convolutions read it: bytes `[pixel][entry]`, split by sign.
#[derive(Debug, Default)]
pub(super) struct Operands {
    above: Vec<u8>,
    /// Magnitudes of negative values; empty if there are none.
    below: Vec<u8>,
}

impl Operands {
    /// `stored` read with or without ReLU.
    pub fn read(&mut self, stored: &[i8], relu: bool) {
        self.above.clear();
        self.above.extend(stored.iter().map(|&v| v.max(0) as u8));
        self.below.clear();
        if !relu && stored.iter().any(|&v| v < 0) {
            self.below.extend(stored.iter().map(|&v| v.min(0).unsigned_abs()));
        }
    }
}

/// Buffers of [`Weights::accumulate`], used again from layer to layer.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    rows: Vec<u8>,
    filters: Vec<i8>,
    negative: Vec<i32>,
}

/// A convolution's filters, `[tap][input][output]`.
pub(super) struct Weights {
    all: Vec<i8>,
    packed: PackedBMatrix<i8>,
}

impl Weights {
    pub fn new(conv: &Conv, multiplier: &Multiplier) -> Self {
        let (inputs, outputs, taps) = (conv.fan_in(), conv.output.channels, conv.taps());
        let mut all = Vec::with_capacity(conv.weights.len());
        for tap in 0..taps {
            for input in 0..inputs {
                all.extend((0..outputs).map(|o| conv.weight(o, if conv.depthwise { o } else { input }, tap)));
            }
        }
        let packed = multiplier.prepack_b(matrix(&all, taps * inputs, outputs));
        Self { all, packed }
    }

    /// Accumulators `[pixel][output]` over the entries of `x`. `live` names the input channels that these are, and the output
    /// channels that are wanted; `None` is all of them.
    pub fn accumulate(
        &self,
        multiplier: &Multiplier,
        conv: &Conv,
        x: &Operands,
        live: [Option<&[usize]>; 2],
        scratch: &mut Scratch,
        sums: &mut Vec<i32>,
    ) {
        let [live_in, live_out] = live;
        let entries = live_in.map_or(conv.input.channels, <[usize]>::len);
        let outputs = live_out.map_or(conv.output.channels, <[usize]>::len);
        let (pixels, depth) = (conv.output.pixels(), conv.taps() * entries);
        // A product writes every element.
        sums.resize(pixels * outputs, 0);
        if depth == 0 || outputs == 0 {
            sums.fill(0);
            return;
        }
        if conv.depthwise {
            return self.accumulate_alone(conv, x, sums);
        }
        let filters = if live == [None, None] {
            GemmInputB::Packed(&self.packed)
        } else {
            self.gather(conv, live_in, live_out, &mut scratch.filters);
            GemmInputB::Unpacked(matrix(&scratch.filters, depth, outputs))
        };
        let mut multiply = |x: &[u8], sums: &mut [i32]| {
            let a = if conv.taps() == 1 && conv.stride == [1, 1] && conv.pad == [0, 0] {
                x
            } else {
                unfold(conv, entries, x, &mut scratch.rows);
                &scratch.rows
            };
            let a = GemmInputA::Unpacked(matrix(a, pixels, depth));
            let done = multiplier.gemm(sums, a, filters, GemmOptions::default());
            assert!(done.is_ok(), "shapes of a product: {done:?}");
        };
        multiply(&x.above, sums);
        if !x.below.is_empty() {
            scratch.negative.resize(pixels * outputs, 0);
            multiply(&x.below, &mut scratch.negative);
            sums.iter_mut().zip(&scratch.negative).for_each(|(sum, n)| *sum -= n);
        }
    }

    /// The same of a depthwise convolution, whose channels are all live.
    fn accumulate_alone(&self, conv: &Conv, x: &Operands, sums: &mut [i32]) {
        sums.fill(0);
        let channels = conv.output.channels;
        for (p, sums) in sums.chunks_exact_mut(channels).enumerate() {
            for (tap, weights) in self.all.chunks_exact(channels).enumerate() {
                let at = |o: usize, tap: usize, axis: usize, size: usize| {
                    (o * conv.stride[axis] + tap).checked_sub(conv.pad[axis]).filter(|at| *at < size)
                };
                let row = at(p / conv.output.width, tap / conv.kernel[1], 0, conv.input.height);
                let column = at(p % conv.output.width, tap % conv.kernel[1], 1, conv.input.width);
                let Some((row, column)) = row.zip(column) else { continue };
                let pixel = (row * conv.input.width + column) * channels;
                let values = sums.iter_mut().zip(weights).zip(&x.above[pixel..]);
                values.for_each(|((sum, w), x)| *sum += i32::from(*w) * i32::from(*x));
                if !x.below.is_empty() {
                    let values = sums.iter_mut().zip(weights).zip(&x.below[pixel..]);
                    values.for_each(|((sum, w), x)| *sum -= i32::from(*w) * i32::from(*x));
                }
            }
        }
    }

    /// Filters of the live channels alone.
    fn gather(&self, conv: &Conv, live_in: Option<&[usize]>, live_out: Option<&[usize]>, filters: &mut Vec<i8>) {
        let (inputs, outputs) = (conv.input.channels, conv.output.channels);
        filters.clear();
        for tap in 0..conv.taps() {
            let mut row = |input: usize| {
                let all = &self.all[(tap * inputs + input) * outputs..][..outputs];
                match live_out {
                    Some(live) => filters.extend(live.iter().map(|&o| all[o])),
                    None => filters.extend_from_slice(all),
                }
            };
            match live_in {
                Some(live) => live.iter().for_each(|&input| row(input)),
                None => (0..inputs).for_each(row),
            }
        }
    }
}

fn matrix<T>(data: &[T], rows: usize, cols: usize) -> Matrix<'_, T> {
    Matrix::from_data([rows, cols], data)
}

/// The input of each output pixel: `[pixel][tap][entry]`, 0 in the padding.
fn unfold(conv: &Conv, entries: usize, x: &[u8], rows: &mut Vec<u8>) {
    let Shape { height, width, .. } = conv.input;
    rows.clear();
    rows.resize(conv.output.pixels() * conv.taps() * entries, 0);
    let inside = |at: usize, axis: usize, size: usize| at.checked_sub(conv.pad[axis]).filter(|at| *at < size);
    for (p, row) in rows.chunks_exact_mut(conv.taps() * entries).enumerate() {
        let (y, x0) = (p / conv.output.width * conv.stride[0], p % conv.output.width * conv.stride[1]);
        for (ky, taps) in row.chunks_exact_mut(conv.kernel[1] * entries).enumerate() {
            let Some(y) = inside(y + ky, 0, height) else { continue };
            // Neighbouring taps are neighbouring pixels.
            let from = conv.pad[1].saturating_sub(x0).min(conv.kernel[1]);
            let to = (width + conv.pad[1]).saturating_sub(x0).min(conv.kernel[1]);
            if from < to {
                let first = (y * width + x0 + from - conv.pad[1]) * entries;
                taps[from * entries..to * entries].copy_from_slice(&x[first..][..(to - from) * entries]);
            }
        }
    }
}
