//! Draws how often each block is skipped.

use super::measure::Study;
use lcsim_report::draw::{COLOURS, FONT, Painted, Picture, SIZE, shortened};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

/// The largest number of bars with figures. With more bars, figures would cover each other;
/// plot.json has them.
const MOST_FIGURES: usize = 24;

/// Draws a bar for each block with an L-Net. The study has at least one.
#[derive(Debug)]
pub struct Blocks<'a>(pub &'a Study);

impl Picture for Blocks<'_> {
    fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB> {
        let px = |n: u32| n * scale;
        let font = |size: u32| (FONT, px(size)).into_font();
        let blocks = &self.0.blocks;
        root.fill(&WHITE)?;
        let inner = root.margin(px(10), 0, 0, px(10));
        let below = inner
            .titled("Images that skip a block", font(22))?
            .titled(&shortened(&self.0.caption(), 14, SIZE.0 - 40), font(14))?;
        let mut chart = ChartBuilder::on(&below)
            .margin(px(12))
            .x_label_area_size(px(44))
            .y_label_area_size(px(60))
            .build_cartesian_2d(0.4..blocks.len() as f64 + 0.6, 0.0..108.0)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .x_labels(blocks.len().min(40))
            .x_desc("block, in order of execution")
            .y_desc("share of the images, %")
            .x_label_formatter(&|x| if (x - x.round()).abs() < 0.01 { format!("{x:.0}") } else { String::new() })
            .y_label_formatter(&|y| format!("{y:.0}"))
            .label_style(font(13))
            .axis_desc_style(font(15))
            .light_line_style(BLACK.mix(0.06))
            .draw()?;
        let style = font(12).color(&BLACK).pos(Pos::new(HPos::Center, VPos::Bottom));
        for (n, block) in blocks.iter().enumerate() {
            let (x, share) = (n as f64 + 1.0, 100.0 * block.skip_rate);
            chart.draw_series([Rectangle::new([(x - 0.35, 0.0), (x + 0.35, share)], COLOURS[0].filled())])?;
            let above = -(px(3) as i32);
            if blocks.len() > MOST_FIGURES {
                continue;
            }
            let label = EmptyElement::at((x, share)) + Text::new(format!("{share:.1}"), (0, above), style.clone());
            chart.draw_series([label])?;
        }
        root.present()
    }
}
