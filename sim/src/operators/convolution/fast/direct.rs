//! Computes a convolution with AVX2 instructions, without copying pixels into a matrix.
//!
//! The map gets a border of zeros, so that every tap reads a pixel. The bytes that a kernel row
//! reads, which are all entries of neighbouring pixels, are then next to each other. The code takes
//! four bytes at a time, a quad. It multiplies each quad by a vector of filters: 8 output channels
//! by 4 bytes. It does this for as many pixels and channels at the same time as there are registers
//! for their sums. The filters of the live channels are packed for each image.
//! put together for each image.

use super::input::{Input, Lanes, VECTOR};
use lcsim_spec::{Conv, Shape};
use pulp::x86::V3;
use pulp::{NullaryFnOnce, cast};
use std::arch::x86_64::__m256i;

/// The number of pixels of a block with one vector of channels. A block with two vectors has half
/// as many.
const BLOCK: usize = 8;

/// Four bytes for each output channel of a vector.
type Quads = [u32; VECTOR];

/// A convolution's filters.
pub(crate) struct Filters {
    simd: V3,
    /// `[tap][input][lane]`, with a lane for each output channel, in whole vectors. An input of
    /// zeros follows.
    all: Vec<u8>,
    /// The filters of all channels, as [`Pack`] packs them.
    packed: Vec<Quads>,
}

/// Buffers that all layers reuse.
#[derive(Default)]
pub(crate) struct Scratch {
    map: Bordered,
    /// The byte of the map at which each output pixel begins to read.
    at: Vec<usize>,
    packing: Packing,
    packed: Vec<Quads>,
}

impl Filters {
    pub fn new(conv: &Conv, simd: V3) -> Self {
        let (inputs, outputs) = (conv.input.channels, conv.output.channels);
        let lanes = outputs.next_multiple_of(VECTOR);
        let mut all = vec![0; (conv.taps() * inputs + 1) * lanes];
        for (row, all) in all.chunks_exact_mut(lanes).take(conv.taps() * inputs).enumerate() {
            let (tap, input) = (row / inputs, row % inputs);
            all.iter_mut().take(outputs).enumerate().for_each(|(o, w)| *w = conv.weight(o, input, tap) as u8);
        }
        let mut packed = Vec::new();
        simd.vectorize(Pack {
            conv,
            all: &all,
            live: [None, None],
            packing: &mut Packing::default(),
            packed: &mut packed,
        });
        Self { simd, all, packed }
    }

    /// Computes the sums of the output channels `live`, or of all without a list, as
    /// `[pixel][vector]`, in whole blocks of pixels.
    pub fn accumulate(
        &self,
        conv: &Conv,
        x: &Input,
        live: Option<&[usize]>,
        scratch: &mut Scratch,
        sums: &mut Vec<Lanes>,
    ) {
        let Scratch { map, at, packing, packed } = scratch;
        let filters = if x.live.is_none() && live.is_none() {
            &self.packed
        } else {
            let live = [x.live, live];
            self.simd.vectorize(Pack { conv, all: &self.all, live, packing, packed: &mut *packed });
            packed
        };
        map.read(conv, x);
        at.clear();
        for y in 0..conv.output.height {
            let first = y * conv.stride[0] * map.row;
            at.extend((0..conv.output.width).map(|column| first + column * conv.stride[1] * x.entries));
        }
        at.resize(at.len().next_multiple_of(BLOCK), 0);
        let vectors = live.map_or(conv.output.channels, <[usize]>::len).div_ceil(VECTOR);
        sums.resize(at.len() * vectors, [0; VECTOR]);
        let [rows, quads] = reads(conv, x.entries);
        self.simd.vectorize(Sums { simd: self.simd, map, at, rows, quads, filters, vectors, sums });
    }
}

/// The number of kernel rows, and the number of quads that each reads.
fn reads(conv: &Conv, entries: usize) -> [usize; 2] {
    [conv.kernel[0], (conv.kernel[1] * entries).div_ceil(4)]
}

/// The vectors of channels that are computed together: the first one, and how many.
fn together(vectors: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..vectors).step_by(2).map(move |first| (first, (vectors - first).min(2)))
}

/// The bytes of a map in a border of zeros, split by their sign.
#[derive(Default)]
struct Bordered {
    above: Vec<u8>,
    /// The magnitudes of negative values. Empty if there are none.
    below: Vec<u8>,
    /// The number of bytes of a row.
    row: usize,
}

impl Bordered {
    fn read(&mut self, conv: &Conv, x: &Input) {
        let extent = |axis: usize, outputs: usize| (outputs - 1) * conv.stride[axis] + conv.kernel[axis];
        let Shape { height, width, .. } = conv.output;
        let (height, width) = (extent(0, height), extent(1, width));
        self.row = width * x.entries;
        // The last quad of a row can read bytes of the next one, which are multiplied by 0.
        let bytes = height * self.row + 3;
        let copied = conv.input.width.min(width.saturating_sub(conv.pad[1])) * x.entries;
        let fill = |half: &mut Vec<u8>, read: fn(i8) -> u8| {
            half.clear();
            half.resize(bytes, 0);
            let rows = half.chunks_exact_mut(self.row).skip(conv.pad[0]);
            for (to, from) in rows.zip(x.values.chunks_exact(conv.input.width * x.entries)) {
                let to = to.iter_mut().skip(conv.pad[1] * x.entries);
                to.zip(&from[..copied]).for_each(|(to, from)| *to = read(*from));
            }
        };
        fill(&mut self.above, |v| v.max(0) as u8);
        if x.has_negative() {
            fill(&mut self.below, |v| v.min(0).unsigned_abs());
        } else {
            self.below.clear();
        }
    }
}

/// The buffers of [`Pack`].
#[derive(Default)]
struct Packing {
    /// The row of the filters with which each byte of each quad is multiplied.
    rows: Vec<usize>,
    /// A quad of each output, and a quad of zeros.
    quads: Vec<u32>,
    /// The output channel of each lane.
    lanes: Vec<usize>,
}

/// Packs filters as `[vectors that are computed together][kernel row][quad][vector][lane][byte]`.
struct Pack<'a> {
    conv: &'a Conv,
    all: &'a [u8],
    /// The live inputs and the live outputs.
    live: [Option<&'a [usize]>; 2],
    packing: &'a mut Packing,
    packed: &'a mut Vec<Quads>,
}

impl NullaryFnOnce for Pack<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { conv, all, live: [live_in, live_out], packing: Packing { rows, quads, lanes }, packed } = self;
        let (inputs, outputs) = (conv.input.channels, conv.output.channels);
        rows.clear();
        for tap in 0..conv.taps() {
            match live_in {
                Some(live) => rows.extend(live.iter().map(|input| tap * inputs + input)),
                None => rows.extend(tap * inputs..(tap + 1) * inputs),
            }
            if (tap + 1).is_multiple_of(conv.kernel[1]) {
                rows.resize(rows.len().next_multiple_of(4), conv.taps() * inputs);
            }
        }
        lanes.clear();
        match live_out {
            Some(live) => lanes.extend_from_slice(live),
            None => lanes.extend(0..outputs),
        }
        let width = outputs.next_multiple_of(VECTOR);
        lanes.resize(lanes.len().next_multiple_of(VECTOR), width);
        quads.clear();
        quads.resize(width + 1, 0);
        let (rows, _) = rows.as_chunks::<4>();
        let (lanes, _) = lanes.as_chunks::<VECTOR>();
        packed.resize(rows.len() * lanes.len(), [0; VECTOR]);
        let (quads, packed) = (&mut quads[..], &mut packed[..]);
        let depth = rows.len();
        for (quad, rows) in rows.iter().enumerate() {
            let [a, b, c, d] = [0, 1, 2, 3].map(|at| all[rows[at] * width..][..width].as_chunks::<VECTOR>().0);
            for ((((quads, a), b), c), d) in quads.as_chunks_mut::<VECTOR>().0.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                for o in 0..VECTOR {
                    quads[o] = u32::from_le_bytes([a[o], b[o], c[o], d[o]]);
                }
            }
            for (first, count) in together(lanes.len()) {
                let packed = &mut packed[first * depth + quad * count..][..count];
                for (to, lanes) in packed.iter_mut().zip(&lanes[first..]) {
                    for (to, o) in to.iter_mut().zip(lanes) {
                        *to = quads[*o];
                    }
                }
            }
        }
    }
}

/// Computes all sums.
struct Sums<'a> {
    simd: V3,
    map: &'a Bordered,
    at: &'a [usize],
    rows: usize,
    quads: usize,
    filters: &'a [Quads],
    vectors: usize,
    /// `[pixel][vector]`.
    sums: &'a mut [Lanes],
}

impl NullaryFnOnce for Sums<'_> {
    type Output = ();

    #[inline(always)]
    fn call(mut self) {
        let depth = self.rows * self.quads;
        for (first, count) in together(self.vectors) {
            let filters = &self.filters[first * depth..][..count * depth];
            match count {
                1 => self.vectors::<BLOCK, 1>(filters, first),
                _ => self.vectors::<{ BLOCK / 2 }, 2>(filters, first),
            }
        }
    }
}

impl Sums<'_> {
    /// Computes the sums of `V` vectors of channels, beginning with `first`, for `P` pixels at a
    /// time.
    #[inline(always)]
    fn vectors<const P: usize, const V: usize>(&mut self, filters: &[Quads], first: usize) {
        let (filters, _) = filters.as_chunks::<V>();
        let (blocks, _) = self.at.as_chunks::<P>();
        for (block, at) in blocks.iter().enumerate() {
            let block_sums = self.block::<P, V>(filters, at);
            let pixels = self.sums[block * P * self.vectors..].chunks_exact_mut(self.vectors);
            for (pixel, sums) in pixels.zip(&block_sums) {
                for (to, sums) in pixel[first..first + V].iter_mut().zip(sums) {
                    *to = cast(*sums);
                }
            }
        }
    }

    #[inline(always)]
    fn block<const P: usize, const V: usize>(&self, filters: &[[Quads; V]], at: &[usize; P]) -> [[__m256i; V]; P] {
        let (avx, avx2) = (self.simd.avx, self.simd.avx2);
        let zero = avx._mm256_setzero_si256();
        let ones = avx._mm256_set1_epi16(1);
        let mut sums = [[zero; V]; P];
        for half in [&self.map.below, &self.map.above] {
            if half.is_empty() {
                continue;
            }
            // The first half has the negative values, so it is subtracted.
            for sum in sums.as_flattened_mut() {
                *sum = avx2._mm256_sub_epi32(zero, *sum);
            }
            for (row, filters) in filters.chunks_exact(self.quads).enumerate() {
                let mut runs: [&[[u8; 4]]; P] = [&[]; P];
                for p in 0..P {
                    runs[p] = &half[at[p] + row * self.map.row..].as_chunks::<4>().0[..self.quads];
                }
                for (quad, filters) in filters.iter().enumerate() {
                    for p in 0..P {
                        let bytes = avx._mm256_set1_epi32(i32::from_le_bytes(runs[p][quad]));
                        for v in 0..V {
                            let pairs = avx2._mm256_maddubs_epi16(bytes, cast(filters[v]));
                            sums[p][v] = avx2._mm256_add_epi32(sums[p][v], avx2._mm256_madd_epi16(pairs, ones));
                        }
                    }
                }
            }
        }
        sums
    }
}
