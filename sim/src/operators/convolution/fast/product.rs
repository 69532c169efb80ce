//! One convolution as a product of matrices: pixels by taps and inputs, times taps and inputs by
//! output channels.
//!
//! Copying pixels in front of a product costs as much as the product. So where a kernel moves by
//! one pixel, only the taps of a column stand side by side in a row of the first matrix, a third
//! for a kernel of 3x3. The second has a column for each tap of a row, and the products are added
//! up, each moved by its tap.

use super::input::{Input, Lanes, VECTOR};
use lcsim_spec::{Conv, Shape};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::{Isa, SimdOp};
use rten_tensor::Matrix;

/// Multiplies unsigned by signed bytes, exactly.
///
/// Where a machine's widest instructions saturate sums of two products at 16 bits, operands of at
/// most 128 keep them exact: signed operands are split by their sign.
pub(crate) type Multiplier = GemmExecutor<u8, i8, i32>;

/// A map's bytes, split by sign.
#[derive(Debug, Default)]
struct Operands {
    above: Vec<u8>,
    /// Magnitudes of negative values; empty if there are none.
    below: Vec<u8>,
}

impl Operands {
    fn read(&mut self, x: &Input) {
        self.above.clear();
        self.above.extend(x.values.iter().map(|&v| v.max(0) as u8));
        self.below.clear();
        if x.has_negative() {
            self.below.extend(x.values.iter().map(|&v| v.min(0).unsigned_abs()));
        }
    }
}

/// Buffers, used again from layer to layer.
#[derive(Default)]
pub(crate) struct Scratch {
    multiplier: Multiplier,
    operands: Operands,
    rows: Vec<u8>,
    filters: Vec<i8>,
    products: Vec<i32>,
}

/// A convolution's filters, `[vertical tap][input][horizontal tap][output]`; where products are not
/// moved, all taps count as vertical.
pub(crate) struct Filters {
    all: Vec<i8>,
    packed: PackedBMatrix<i8>,
}

/// Horizontal taps that stand in columns of the second matrix.
fn columns(conv: &Conv) -> usize {
    if conv.stride[1] == 1 { conv.kernel[1] } else { 1 }
}

impl Filters {
    pub fn new(conv: &Conv) -> Self {
        let (inputs, outputs, columns) = (conv.input.channels, conv.output.channels, columns(conv));
        let mut all = Vec::with_capacity(conv.weights.len());
        for tap in (0..conv.taps()).step_by(columns) {
            for input in 0..inputs {
                for tap in tap..tap + columns {
                    all.extend((0..outputs).map(|o| conv.weight(o, input, tap)));
                }
            }
        }
        let packed = Multiplier::new().prepack_b(matrix(&all, conv.taps() / columns * inputs, columns * outputs));
        Self { all, packed }
    }

    /// Accumulators of the output channels `live`, all without, `[pixel][vector]`.
    pub fn accumulate(
        &self,
        conv: &Conv,
        x: &Input,
        live: Option<&[usize]>,
        scratch: &mut Scratch,
        sums: &mut Vec<Lanes>,
    ) {
        let outputs = live.map_or(conv.output.channels, <[usize]>::len);
        let columns = columns(conv);
        let depth = conv.taps() / columns * x.entries;
        let vectors = outputs.div_ceil(VECTOR);
        sums.clear();
        sums.resize(conv.output.pixels() * vectors, [0; VECTOR]);
        let Scratch { multiplier, operands, rows, filters, products } = scratch;
        operands.read(x);
        let filters = if x.live.is_none() && live.is_none() {
            GemmInputB::Packed(&self.packed)
        } else {
            self.gather(conv, x.live, live, filters);
            GemmInputB::Unpacked(matrix(filters, depth, columns * outputs))
        };
        for (half, negative) in [(&operands.above, false), (&operands.below, true)] {
            if half.is_empty() {
                continue;
            }
            let (a, positions) = if conv.taps() == 1 && conv.stride == [1, 1] && conv.pad == [0, 0] {
                (half, conv.output.pixels())
            } else {
                let positions = unfold(conv, x.entries, half, rows);
                (&*rows, positions)
            };
            products.resize(positions * columns * outputs, 0);
            let a = GemmInputA::Unpacked(matrix(a, positions, depth));
            let done = multiplier.gemm(products, a, filters, GemmOptions::default());
            assert!(done.is_ok(), "shapes of a product: {done:?}");
            Moved { conv, outputs, products, negative, sums: sums.as_flattened_mut() }.dispatch();
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
    /// `[pixel][vector]`.
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
        for (pixel, sums) in sums.chunks_exact_mut(outputs.next_multiple_of(VECTOR)).enumerate() {
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

/// The input of each position, `[position][tap][entry]`, 0 in the padding: of each output pixel, or
/// where products are moved, of each column of the input, under the vertical taps alone. Gives the
/// number of positions.
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
