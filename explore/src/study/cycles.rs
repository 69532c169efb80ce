//! Draws the distribution of the cycles of an image.

use super::measure::Study;
use lcsim_output::text::count;
use lcsim_report::draw::{COLOURS, Entry, FONT, Legend, Mark, Painted, Picture, SIZE, shortened};
use plotters::coord::Shift;
use plotters::prelude::*;

const BINS: usize = 40;
/// Pixels between the legend and the edges of the picture.
const MARGIN: u32 = 24;

/// The histogram.
#[derive(Debug)]
pub struct Cycles<'a>(pub &'a Study);

impl Cycles<'_> {
    /// The lower end of the first bin, the width of the bins, and for each bin two numbers of
    /// images: those that are classified correctly, and the others.
    pub(super) fn bins(&self) -> (f64, f64, Vec<[usize; 2]>) {
        let cycles = || self.0.images.iter().map(|r| r.cycles);
        let (low, high) = (cycles().min().unwrap_or(0), cycles().max().unwrap_or(0));
        // If all images take the same cycles, there is one bar.
        let width = ((high - low) as f64 / BINS as f64).max(1.0);
        let mut bins = vec![[0; 2]; BINS];
        for record in &self.0.images {
            let bin = ((record.cycles - low) as f64 / width) as usize;
            bins[bin.min(BINS - 1)][usize::from(record.class != record.label)] += 1;
        }
        (low as f64, width, bins)
    }
}

impl Cycles<'_> {
    fn mean(&self) -> f64 {
        self.0.images.iter().map(|r| r.cycles as f64).sum::<f64>() / self.0.images.len() as f64
    }

    fn legend(&self) -> Legend {
        let line = |what: &str, cycles: f64, colour| {
            let text = format!("{what}: {}", count(cycles.round() as u64));
            Entry { mark: Mark::Line(colour), text }
        };
        let entries = [
            Entry { mark: Mark::Area(COLOURS[0]), text: "classified as labelled".into() },
            Entry { mark: Mark::Area(COLOURS[1]), text: "not so".into() },
            line("mean", self.mean(), BLACK),
            line("without gates", self.0.cycles_ungated as f64, COLOURS[3]),
        ];
        Legend::new(entries, SIZE.0 - 2 * MARGIN)
    }
}

impl Picture for Cycles<'_> {
    fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB> {
        let px = |n: u32| n * scale;
        let font = |size: u32| (FONT, px(size)).into_font();
        root.fill(&WHITE)?;
        let legend = self.legend();
        let bottom = legend.height() + MARGIN / 2;
        let inner = root.margin(px(10), px(bottom), 0, px(10));
        let below = inner
            .titled("Cycles of an image", font(22))?
            .titled(&shortened(&self.0.caption(), 14, SIZE.0 - 40), font(14))?;
        let (low, width, bins) = self.bins();
        let most = bins.iter().map(|b| b[0] + b[1]).max().unwrap_or(0) as f64;
        let ungated = self.0.cycles_ungated as f64;
        let right = (low + width * BINS as f64).max(ungated);
        let room = 0.03 * (right - low).max(1.0);
        let mut chart = ChartBuilder::on(&below)
            .margin(px(12))
            .x_label_area_size(px(44))
            .y_label_area_size(px(60))
            .build_cartesian_2d(low - room..right + room, 0.0..1.12 * most)?;
        chart
            .configure_mesh()
            .x_desc("cycles")
            .y_desc("images")
            .x_label_formatter(&|x| count(x.max(0.0).round() as u64))
            .y_label_formatter(&|y| if (y - y.round()).abs() < 0.01 { format!("{y:.0}") } else { String::new() })
            .label_style(font(13))
            .axis_desc_style(font(15))
            .light_line_style(BLACK.mix(0.06))
            .draw()?;
        let bar = |n: usize, from: usize, to: usize, colour: RGBColor| {
            let x = low + width * n as f64;
            Rectangle::new([(x, from as f64), (x + 0.92 * width, to as f64)], colour.filled())
        };
        for (colour, wrong) in [(COLOURS[0], false), (COLOURS[1], true)] {
            let bars = bins.iter().enumerate().map(|(n, [right, wrongly])| match wrong {
                false => bar(n, 0, *right, colour),
                true => bar(n, *right, right + wrongly, colour),
            });
            chart.draw_series(bars)?;
        }
        for (x, colour) in [(self.mean(), BLACK), (ungated, COLOURS[3])] {
            chart.draw_series(LineSeries::new([(x, 0.0), (x, 1.08 * most)], colour.stroke_width(px(2))))?;
        }
        legend.draw(root, (MARGIN, SIZE.1 - bottom), scale)?;
        root.present()
    }
}
