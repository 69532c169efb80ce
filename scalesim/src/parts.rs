//! Cuts a layer of any size into convolutions that the accelerator can hold: [`Part`]s, which run
//! one after the other.
//!
//! Only outputs are cut: filters, and rows and columns of pixels. Sums are not cut. Their partial
//! sums would have to leave the accumulators with 32 bits, and the machine has no path for that. If
//! a layer has more channels than a map can have, its channels are laid out side by side along the
//! rows of the map, in several columns for each pixel, and the filters become wider by the same
//! factor. The sum is the same, and stays in the accumulators from the first fold to the last. The
//! last of these columns may have channels of zeros, which take cycles too.

use super::config::ScaleConfig;
use super::shape::{Format, Shape as Layer};
use anyhow::{Context, Result, bail, ensure};
use lcsim_spec::Shape;

/// The largest size of a map along an axis, and of a kernel.
pub(super) const MAX_AXIS: usize = 1 << 14;
/// The largest map in bytes.
const MAX_MAP: usize = 1 << 30;
/// The largest number of weights of a part, because the memory has several copies of them. It also
/// limits the weights of a PE, because each of its folds may add an entry to a vector.
const MAX_WEIGHTS: usize = 1 << 28;
const MAX_PE_WEIGHTS: usize = 1 << 23;
/// The largest number of pixels that the classifier after the layer can add up.
const MAX_PIXELS: usize = 1 << 23;

/// One convolution of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub input: Shape,
    pub output: Shape,
    pub kernel: [usize; 2],
    pub stride: [usize; 2],
    /// How many equal parts the layer has.
    pub times: u64,
}

/// Cuts a layer into parts. There is one part if the layer fits as it is.
///
/// # Errors
/// Fails if no cut helps. The error names the size, the limit and what was found.
pub(super) fn parts(config: &ScaleConfig, format: Format, layer: &Layer) -> Result<Vec<Part>> {
    // A product of an M x K and a K x N matrix is a convolution with a 1 x 1 kernel, from K to N
    // channels, over M pixels.
    let (all, filter_width) = match format {
        Format::Conv => (layer.channels, layer.filter_width),
        Format::Gemm => (layer.window(), 1),
    };
    let (channels, aside) = channels(config.rows, all);
    let kernel = [layer.filter_height, filter_width * aside];
    for (side, taps, found) in [
        ("height", kernel[0], layer.filter_height.to_string()),
        (
            "width",
            kernel[1],
            if aside > 1 { format!("{filter_width} x {aside} for its channels") } else { kernel[1].to_string() },
        ),
    ] {
        ensure!(taps <= MAX_AXIS, "filter {side}: expected at most {MAX_AXIS} taps, found {found}");
    }
    let stride = [layer.stride, layer.stride * aside];
    let window = channels * kernel[0] * kernel[1];
    let weights = MAX_WEIGHTS.min(MAX_PE_WEIGHTS * config.rows * config.cols);
    let width = filters(config.cols, weights / window, layer.filters)
        .with_context(|| format!("a filter: expected at most {} weights, found {window}", weights / config.cols))?;
    let widest = width.min(layer.filters);
    let banks = config.rows * config.cols.div_ceil(config.rows);
    let area = Area {
        pixels: (MAX_MAP / (widest.div_ceil(banks) * banks)).min(MAX_PIXELS),
        inputs: MAX_MAP / (channels.div_ceil(banks) * banks),
        kernel,
        stride,
        aside,
    };
    let areas = match format {
        Format::Conv => area.cut(layer.output())?,
        Format::Gemm => area.cut_freely(layer.height)?,
    };
    let mut parts = vec![];
    for (filters, by_filters) in cut(layer.filters, width) {
        for &([rows, cols], by_area) in &areas {
            let side = |axis: usize, outputs: usize, all: usize| ((outputs - 1) * stride[axis] + kernel[axis]).min(all);
            let [height, width] = match format {
                Format::Conv => [side(0, rows, layer.height), side(1, cols, layer.width * aside)],
                Format::Gemm => [rows, cols * aside],
            };
            parts.push(Part {
                input: Shape { channels, height, width },
                output: Shape { channels: filters, height: rows, width: cols },
                kernel,
                // A larger stride occurs only in parts of a single pixel, where it has no effect.
                stride: stride.map(|s| s.min(MAX_AXIS)),
                times: by_filters * by_area,
            });
        }
    }
    Ok(parts)
}

/// Distributes `all` channels. Returns the channels of the map, and the number of columns side by
/// side. In all columns but the last, the number of channels is a multiple of the rows, so that
/// their folds are full.
fn channels(rows: usize, all: usize) -> (usize, usize) {
    if all <= MAX_AXIS {
        return (all, 1);
    }
    let folds = all.div_ceil(rows);
    let aside = folds.div_ceil(MAX_AXIS / rows);
    (folds.div_ceil(aside) * rows, aside)
}

/// The largest number of filters of a part, if the memory has room for `room`: all of them, or a
/// multiple of the columns. `None` if that is 0.
fn filters(cols: usize, room: usize, all: usize) -> Option<usize> {
    let most = room.min(MAX_AXIS);
    if all <= most { Some(all) } else { Some(most / cols * cols).filter(|filters| *filters > 0) }
}

/// The limits of a part's pixels.
struct Area {
    /// The largest number of pixels of the output, and of the input.
    pixels: usize,
    inputs: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    /// How many columns of the input belong to one pixel.
    aside: usize,
}

impl Area {
    /// Cuts the output into rows and columns. Returns the sizes of the parts, and how often each
    /// occurs.
    fn cut(&self, (height, width): (usize, usize)) -> Result<Vec<([usize; 2], u64)>> {
        let most = |axis: usize, pixels: usize| (pixels.min(MAX_AXIS) - self.kernel[axis]) / self.stride[axis] + 1;
        let [kernel_height, kernel_width] = self.kernel;
        ensure!(
            kernel_height * kernel_width <= self.inputs,
            "a window: expected at most {} pixels, found {kernel_height} x {kernel_width}",
            self.inputs
        );
        // First as many columns as leave room for the rows of a window, then as many rows as these
        // columns leave room for.
        let cols = width.min(most(1, self.inputs / kernel_height)).min(self.pixels);
        let across = (cols - 1) * self.stride[1] + kernel_width;
        let rows = height.min(most(0, self.inputs / across)).min(self.pixels / cols);
        let pairs = cut(height, rows).into_iter();
        Ok(pairs
            .flat_map(|(r, by_rows)| cut(width, cols).into_iter().map(move |(c, n)| ([r, c], by_rows * n)))
            .collect())
    }

    /// Like [`cut`](Self::cut), if the pixels can be in any rows and columns.
    fn cut_freely(&self, pixels: usize) -> Result<Vec<([usize; 2], u64)>> {
        let most_cols = MAX_AXIS / self.aside;
        let most = self.pixels.min(self.inputs / self.aside).min(MAX_AXIS * most_cols);
        let Some(step) = [MAX_AXIS, 1].into_iter().find(|step| most >= *step) else {
            bail!("K: expected at most {} columns of channels, found {}", self.inputs, self.aside);
        };
        let grid = |pixels: usize| {
            let fits = |width: &usize| pixels.is_multiple_of(*width) && pixels / width <= MAX_AXIS;
            (1..=most_cols).find(fits).map(|width| [pixels / width, width])
        };
        let mut areas = vec![];
        for (pixels, times) in cut(pixels, if pixels <= most { pixels } else { most / step * step }) {
            if let Some(grid) = grid(pixels) {
                areas.push((grid, times));
            } else {
                let rest = pixels % MAX_AXIS;
                areas.extend([([MAX_AXIS, pixels / MAX_AXIS], times), ([rest, 1], times)]);
            }
        }
        Ok(areas)
    }
}

/// Cuts `all` into pieces of `most` and a rest. Returns how often each size occurs.
fn cut(all: usize, most: usize) -> Vec<(usize, u64)> {
    let pieces = [(most, (all / most) as u64), (all % most, 1)];
    pieces.into_iter().filter(|(size, times)| *size > 0 && *times > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::{config, gemm};
    use proptest::prelude::*;

    #[test]
    fn a_product_that_is_too_wide_is_cut_by_filters_and_one_that_is_too_deep_is_laid_side_by_side() {
        let parts = parts(&config(32, 32), Format::Gemm, &gemm(1, 32000, 4096)).expect("parts");
        let sizes: Vec<_> = parts.iter().map(|p| (p.input.channels, p.output.channels, p.times)).collect();
        assert_eq!(sizes, [(4096, 16384, 1), (4096, 15616, 1)]);
        let deep = super::parts(&config(32, 32), Format::Gemm, &gemm(5, 7, 40000)).expect("parts");
        let [part] = deep[..] else { panic!("one part: {deep:?}") };
        // 1250 folds in 3 columns: 417 folds in each, of which the last column has one of zeros.
        assert_eq!((part.input.channels, part.kernel, part.stride), (417 * 32, [1, 3], [1, 3]));
        assert_eq!((part.input.height, part.input.width, part.output.pixels()), (5, 3, 5));
    }

    #[test]
    fn pixels_over_the_longest_axis_lie_in_rows_and_need_no_cut() {
        let parts = parts(&config(4, 4), Format::Gemm, &gemm(3 * MAX_AXIS, 1, 1)).expect("parts");
        let [part] = parts[..] else { panic!("one part: {parts:?}") };
        assert_eq!((part.input.height, part.input.width, part.times), (MAX_AXIS, 3, 1));
    }

    #[test]
    fn what_no_cut_helps_with_is_refused() {
        let wide = Layer {
            height: 1,
            width: 20000,
            filter_height: 1,
            filter_width: 20000,
            channels: 1,
            filters: 1,
            stride: 1,
        };
        let error = parts(&config(8, 8), Format::Conv, &wide).expect_err("refused").to_string();
        assert_eq!(error, "filter width: expected at most 16384 taps, found 20000");
        let error = parts(&config(8, 256), Format::Gemm, &gemm(1, 1 << 10, 1 << 21)).expect_err("refused").to_string();
        assert!(error.starts_with("a filter: expected at most 1048576 weights"), "{error}");
    }

    fn layers() -> impl Strategy<Value = (Format, Layer)> {
        let side = || prop_oneof![1usize..100, 15_000usize..70_000];
        let product =
            (1usize..3_000_000, 1usize..200_000, 1usize..100_000).prop_map(|(m, n, k)| (Format::Gemm, gemm(m, n, k)));
        let conv = (side(), side(), 1usize..4, 1usize..4, 1usize..40_000, 1usize..40_000, 1usize..20_000).prop_map(
            |(height, width, fh, fw, channels, filters, stride)| {
                let (filter_height, filter_width) = (fh.min(height), fw.min(width));
                (Format::Conv, Layer { height, width, filter_height, filter_width, channels, filters, stride })
            },
        );
        prop_oneof![product, conv]
    }

    proptest! {
        #[test]
        fn parts_have_every_output_once_and_fit((format, layer) in layers(), rows in 1usize..=256, cols in 1usize..=256) {
            let parts = parts(&config(rows, cols), format, &layer).expect("parts");
            prop_assert!(parts.len() <= 8);
            let (pixels, all) = match format {
                Format::Conv => (layer.pixels(), layer.channels),
                Format::Gemm => (layer.height, layer.width),
            };
            let outputs: u64 = parts.iter().map(|p| p.output.len() as u64 * p.times).sum();
            prop_assert_eq!(outputs, (pixels * layer.filters) as u64);
            for part in &parts {
                let aside = part.kernel[1] / if format == Format::Conv { layer.filter_width } else { 1 };
                prop_assert!(part.input.channels * aside >= all);
                // Less than one fold for each additional column.
                prop_assert!(part.input.channels.div_ceil(rows) * aside < all.div_ceil(rows) + aside);
                for shape in [part.input, part.output] {
                    prop_assert!([shape.channels, shape.height, shape.width].iter().all(|n| (1..=MAX_AXIS).contains(n)));
                    prop_assert!(shape.len() <= MAX_MAP, "{part:?}");
                }
                prop_assert!(part.output.pixels() <= MAX_PIXELS);
                let window = part.input.channels * part.kernel[0] * part.kernel[1];
                prop_assert!(window * part.output.channels <= MAX_WEIGHTS);
            }
        }
    }
}
