//! Draws how many images take how many cycles.

use super::plane::{Axis, Plane, nice_step};
use lcsim_output::text::{count, rounded};
use lcsim_spec::Report;
use maud::{Markup, html};

/// The approximate number of bins.
const BINS: f64 = 24.0;

/// Bins of equal width: the lower end of the first one, the width, and the number of images in
/// each.
struct Bins {
    from: u64,
    width: u64,
    images: Vec<u64>,
}

impl Bins {
    /// Sorts values into bins. Returns `None` if there are none.
    fn new(values: &[u64]) -> Option<Self> {
        let (low, high) = (*values.iter().min()?, *values.iter().max()?);
        let width = nice_step((high - low) as f64 / BINS) as u64;
        let from = low / width * width;
        let mut images = vec![0; ((high - from) / width + 1) as usize];
        values.iter().for_each(|v| images[((v - from) / width) as usize] += 1);
        Some(Self { from, width, images })
    }

    /// The lower end of a bin.
    fn start(&self, bin: usize) -> u64 {
        self.from.saturating_add((bin as u64).saturating_mul(self.width))
    }
}

/// Draws the histogram. Returns `None` for a report without images.
pub fn histogram(report: &Report) -> Option<Markup> {
    let bins = Bins::new(&report.image_cycles)?;
    let most = bins.images.iter().max().map_or(0.0, |n| *n as f64);
    let ends = [bins.start(0), bins.start(bins.images.len())].map(|c| c as f64);
    let plane = Plane {
        x: Axis::linear(ends[0], ends[1], 5.0, "cycles of an image"),
        y: Axis::linear(0.0, most * 1.15, 5.0, "images"),
    };
    let bottom = plane.top(0.0);
    let content = html! {
        @for (bin, &images) in bins.images.iter().enumerate().filter(|(_, n)| **n > 0) {
            @let (from, to) = (bins.start(bin), bins.start(bin + 1));
            @let (left, right, top) = (plane.left(from as f64), plane.left(to as f64), plane.top(images as f64));
            rect.s0 x=(left) y=(top) width=((right - left - 1.0).max(1.0)) height=(bottom - top) {
                title { (count(from)) " to " (count(to - 1)) " cycles: " (count(images)) " images" }
            }
        }
        @let mean = plane.left(report.cycles.mean);
        line.mark x1=(mean) x2=(mean) y1=(plane.top(plane.y.to)) y2=(bottom) {
            title { "mean: " (rounded(report.cycles.mean)) " cycles" }
        }
    };
    Some(plane.draw("Cycles over images", &content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_value_is_in_one_bin() {
        let bins = Bins::new(&[101, 102, 199, 202, 300]).expect("values");
        assert_eq!((bins.from, bins.width, bins.images.iter().sum::<u64>()), (100, 10, 5));
        assert_eq!((bins.images[0], bins.images[9], bins.images[10], bins.images[20]), (2, 1, 1, 1));
        assert_eq!(Bins::new(&[7, 7]).expect("values").images, [2]);
        assert!(Bins::new(&[]).is_none());
    }
}
