//! Computes a convolution as a product of two matrices. The first has a row for each pixel, with
//! one element for each tap and input. The second has a column for each output channel.
//!
//! Copying pixels into the first matrix would take as long as the product. If the kernel moves by
//! one pixel, a row of the first matrix therefore holds only the taps of one kernel column, a third
//! of them for a 3x3 kernel. The second matrix then has a column for each horizontal tap of each
//! output channel. The products are shifted by their tap and added.

use super::input::{Input, Lanes, VECTOR};
use lcsim_spec::{Conv, Shape};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::{Isa, SimdOp};
use rten_tensor::Matrix;

/// Multiplies unsigned by signed bytes, exactly.
///
/// The widest instructions of some machines saturate the sum of two products at 16 bits. With
/// operands of at most 128 these sums are exact, so signed operands are split by their sign.
pub(crate) type Multiplier = GemmExecutor<u8, i8, i32>;

/// The bytes of a map, split by their sign.
#[derive(Debug, Default)]
struct Operands {
    above: Vec<u8>,
    /// The magnitudes of negative values. Empty if there are none.
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

/// Buffers that all layers reuse.
#[derive(Default)]
pub(crate) struct Scratch {
    multiplier: Multiplier,
    operands: Operands,
    rows: Vec<u8>,
    filters: Vec<i8>,
    products: Vec<i32>,
}

/// A convolution's filters as `[vertical tap][input][horizontal tap][output]`. If the products are
/// not shifted, all taps count as vertical.
pub(crate) struct Filters {
    all: Vec<i8>,
    packed: PackedBMatrix<i8>,
}

/// The number of horizontal taps that have columns of their own in the second matrix.
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

    /// Computes the sums of the output channels `live`, or of all without a list, as
    /// `[pixel][vector]`.
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

    /// Copies the filters of the live channels.
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

/// Adds products, `[position][horizontal tap][output]`, to the pixels to which they belong.
struct Moved<'a> {
    conv: &'a Conv,
    outputs: usize,
    products: &'a [i32],
    /// Whether the products are subtracted instead.
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
        // The number of positions in a row of the product.
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

/// Copies the inputs of each position as `[position][tap][entry]`, with 0 in the padding. A
/// position is an output pixel. If products are shifted, it is a column of the input, and only the
/// vertical taps are copied. Returns the number of positions.
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
            // Neighbouring taps read neighbouring pixels, so one copy takes all of them.
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
