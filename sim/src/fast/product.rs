//! One convolution as a product of matrices: pixels by taps and inputs, times taps and inputs by output channels.
//!
//! Copying pixels in front of a product costs as much as the product. So where a kernel moves by one pixel, only the taps of a column stand
//! side by side in a row of the first matrix, a third for a kernel of 3x3. The second has a column for each tap of a row, and the products are added up,
//! each moved by its tap.

use lcsim_spec::{Conv, Shape};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::{Isa, SimdOp};
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
    products: Vec<i32>,
}

/// A convolution's filters, `[vertical tap][input][horizontal tap][output]`; where products are not moved, all taps count as vertical.
pub(super) struct Weights {
    all: Vec<i8>,
    packed: PackedBMatrix<i8>,
}

/// Horizontal taps that stand in columns of the second matrix.
fn columns(conv: &Conv) -> usize {
    if conv.stride[1] == 1 { conv.kernel[1] } else { 1 }
}

impl Weights {
    pub fn new(conv: &Conv, multiplier: &Multiplier) -> Self {
        let (inputs, outputs, columns) = (conv.fan_in(), conv.output.channels, columns(conv));
        let mut all = Vec::with_capacity(conv.weights.len());
        for tap in (0..conv.taps()).step_by(columns) {
            for input in 0..inputs {
                for tap in tap..tap + columns {
                    all.extend((0..outputs).map(|o| conv.weight(o, if conv.depthwise { o } else { input }, tap)));
                }
            }
        }
        let packed = multiplier.prepack_b(matrix(&all, conv.taps() / columns * inputs, columns * outputs));
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
        let columns = columns(conv);
        let depth = conv.taps() / columns * entries;
        sums.clear();
        sums.resize(conv.output.pixels() * outputs, 0);
        if depth == 0 || outputs == 0 {
            return;
        }
        if conv.depthwise {
            return self.accumulate_alone(conv, x, sums);
        }
        let Scratch { rows, filters, products } = scratch;
        let filters = if live == [None, None] {
            GemmInputB::Packed(&self.packed)
        } else {
            self.gather(conv, live_in, live_out, filters);
            GemmInputB::Unpacked(matrix(filters, depth, columns * outputs))
        };
        for (x, negative) in [(&x.above, false), (&x.below, true)] {
            if x.is_empty() {
                continue;
            }
            let (a, positions) = if conv.taps() == 1 && conv.stride == [1, 1] && conv.pad == [0, 0] {
                (x, conv.output.pixels())
            } else {
                let positions = unfold(conv, entries, x, rows);
                (&*rows, positions)
            };
            products.resize(positions * columns * outputs, 0);
            let a = GemmInputA::Unpacked(matrix(a, positions, depth));
            let done = multiplier.gemm(products, a, filters, GemmOptions::default());
            assert!(done.is_ok(), "shapes of a product: {done:?}");
            Moved { conv, outputs, products, negative, sums }.dispatch();
        }
    }

    /// The same of a depthwise convolution, whose channels are all live.
    fn accumulate_alone(&self, conv: &Conv, x: &Operands, sums: &mut [i32]) {
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
        let (inputs, outputs, columns) = (conv.input.channels, conv.output.channels, columns(conv));
        filters.clear();
        for tap in 0..conv.taps() / columns {
            let mut row = |input: usize| {
                let all = &self.all[(tap * inputs + input) * columns * outputs..][..columns * outputs];
                match live_out {
                    Some(live) => {
                        all.chunks_exact(outputs).for_each(|all| filters.extend(live.iter().map(|&o| all[o])))
                    }
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

/// Adds products, `[position][horizontal tap][output]`, to the pixels that they belong to.
struct Moved<'a> {
    conv: &'a Conv,
    outputs: usize,
    products: &'a [i32],
    /// Subtracts them.
    negative: bool,
    sums: &'a mut [i32],
}

impl SimdOp for Moved<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, _: I) {
        let Self { conv, outputs, products, negative, sums } = self;
        let (columns, width, pad) = (columns(conv), conv.output.width, conv.pad[1]);
        // Positions in a row of the product.
        let positions = if columns == 1 { width } else { conv.input.width };
        for (pixel, sums) in sums.chunks_exact_mut(outputs).enumerate() {
            let (y, x) = (pixel / width, pixel % width);
            for tap in 0..columns {
                let at = if columns == 1 { Some(x) } else { (x + tap).checked_sub(pad) };
                let Some(at) = at.filter(|at| *at < positions) else { continue };
                let products = &products[((y * positions + at) * columns + tap) * outputs..][..outputs];
                if negative {
                    sums.iter_mut().zip(products).for_each(|(sum, product)| *sum -= product);
                } else {
                    sums.iter_mut().zip(products).for_each(|(sum, product)| *sum += product);
                }
            }
        }
    }
}

fn matrix<T>(data: &[T], rows: usize, cols: usize) -> Matrix<'_, T> {
    Matrix::from_data([rows, cols], data)
}

/// The input of each position, `[position][tap][entry]`, 0 in the padding: of each output pixel, or where products are moved, of each column
/// of the input, under the vertical taps alone. Gives the number of positions.
fn unfold(conv: &Conv, entries: usize, x: &[u8], rows: &mut Vec<u8>) -> usize {
    let Shape { height, width, .. } = conv.input;
    let moved = columns(conv) > 1;
    let (kernel, stride, pad) = if moved { (1, 1, 0) } else { (conv.kernel[1], conv.stride[1], conv.pad[1]) };
    let across = if moved { width } else { conv.output.width };
    let (positions, depth) = (conv.output.height * across, conv.kernel[0] * kernel * entries);
    rows.clear();
    rows.resize(positions * depth, 0);
    for (p, row) in rows.chunks_exact_mut(depth).enumerate() {
        let (y, x0) = (p / across * conv.stride[0], p % across * stride);
        for (ky, taps) in row.chunks_exact_mut(kernel * entries).enumerate() {
            let Some(y) = (y + ky).checked_sub(conv.pad[0]).filter(|at| *at < height) else { continue };
            // Neighbouring taps are neighbouring pixels.
            let from = pad.saturating_sub(x0).min(kernel);
            let to = (width + pad).saturating_sub(x0).min(kernel);
            if from < to {
                let first = (y * width + x0 + from - pad) * entries;
                taps[from * entries..to * entries].copy_from_slice(&x[first..][..(to - from) * entries]);
            }
        }
    }
    positions
}
