//! How the cycles of an image are distributed.

use super::Study;
use crate::draw::{COLOURS, FONT, Painted, Picture, legend};
use crate::text::count;
use plotters::coord::Shift;
use plotters::prelude::*;

const BINS: usize = 40;

/// The histogram.
#[derive(Debug)]
pub struct Cycles<'a>(pub &'a Study);

impl Cycles<'_> {
    /// Lower end and width of the bins; for each how many images are classified as labelled, and how many are not.
    pub(super) fn bins(&self) -> (f64, f64, Vec<[usize; 2]>) {
        let cycles = || self.0.images.iter().map(|r| r.cycles);
        let (low, high) = (cycles().min().unwrap_or(0), cycles().max().unwrap_or(0));
        // Equal images are one bar.
        let width = ((high - low) as f64 / BINS as f64).max(1.0);
        let mut bins = vec![[0; 2]; BINS];
        for record in &self.0.images {
            let bin = ((record.cycles - low) as f64 / width) as usize;
            bins[bin.min(BINS - 1)][usize::from(record.class != record.label)] += 1;
        }
        (low as f64, width, bins)
    }
}

impl Picture for Cycles<'_> {
    fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB> {
        let px = |n: u32| n * scale;
        let font = |size: u32| (FONT, px(size)).into_font();
        root.fill(&WHITE)?;
        let inner = root.margin(px(10), 0, 0, px(10));
        let below = inner.titled("Cycles of an image", font(22))?.titled(&self.0.caption(), font(14))?;
        let (low, width, bins) = self.bins();
        let most = bins.iter().map(|b| b[0] + b[1]).max().unwrap_or(0) as f64;
        let ungated = self.0.cycles_ungated as f64;
        let right = (low + width * BINS as f64).max(ungated);
        let room = 0.03 * (right - low).max(1.0);
        let mut chart = ChartBuilder::on(&below)
            .margin(px(12))
            .x_label_area_size(px(44))
            .y_label_area_size(px(60))
            .build_cartesian_2d(low - room..right + room, 0.0..1.35 * most)?;
        chart
            .configure_mesh()
            .x_desc("cycles")
            .y_desc("images")
            .x_label_formatter(&|x| count(x.max(0.0).round() as u64))
            .y_label_formatter(&|y| format!("{y:.0}"))
            .label_style(font(13))
            .axis_desc_style(font(15))
            .light_line_style(BLACK.mix(0.06))
            .draw()?;
        let bar = |n: usize, from: usize, to: usize, colour: RGBColor| {
            let x = low + width * n as f64;
            Rectangle::new([(x, from as f64), (x + 0.92 * width, to as f64)], colour.filled())
        };
        for (label, colour, wrong) in [("classified as labelled", COLOURS[0], false), ("not so", COLOURS[1], true)] {
            let bars = bins.iter().enumerate().map(|(n, [right, wrongly])| match wrong {
                false => bar(n, 0, *right, colour),
                true => bar(n, *right, right + wrongly, colour),
            });
            let swatch = move |(x, y): (i32, i32)| {
                let (half, wide) = (px(5) as i32, px(18) as i32);
                Rectangle::new([(x, y - half), (x + wide, y + half)], colour.filled())
            };
            chart.draw_series(bars)?.label(label).legend(swatch);
        }
        let images = self.0.images.len() as f64;
        let mean = self.0.images.iter().map(|r| r.cycles as f64).sum::<f64>() / images;
        for (label, x, colour) in [("mean", mean, BLACK), ("without gates", ungated, COLOURS[3])] {
            let line = LineSeries::new([(x, 0.0), (x, 1.08 * most)], colour.stroke_width(px(2)));
            let label = format!("{label}: {}", count(x.round() as u64));
            chart
                .draw_series(line)?
                .label(label)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + px(18) as i32, y)], colour.stroke_width(px(2))));
        }
        legend(&mut chart, SeriesLabelPosition::UpperMiddle, scale)?;
        root.present()
    }
}
