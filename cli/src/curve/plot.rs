//! The curve as a picture.

use super::{Point, pareto, same_machine};
use crate::draw::{COLOURS, FONT, Painted, Picture, legend};
use crate::text::count;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

/// The plot of some points, of which there is one at least.
#[derive(Debug)]
pub struct Plot<'a> {
    /// What is plotted.
    pub points: &'a [Point],
    /// Stands under the title.
    pub caption: &'a str,
}

/// Points of one accelerator and gate unit, by cycles.
struct Machine<'a> {
    label: String,
    colour: RGBColor,
    points: Vec<(&'a Point, bool)>,
}

fn machines(points: &[Point]) -> Vec<Machine<'_>> {
    let front = pareto(points);
    let mut machines: Vec<Machine> = vec![];
    for (point, on_front) in points.iter().zip(front) {
        match machines.iter_mut().find(|m| same_machine(m.points[0].0, point)) {
            Some(machine) => machine.points.push((point, on_front)),
            None => machines.push(Machine {
                label: format!(
                    "{}: {}x{} PEs, {} gate MACs",
                    point.accelerator, point.rows, point.cols, point.gate_macs
                ),
                colour: COLOURS[machines.len() % COLOURS.len()],
                points: vec![(point, on_front)],
            }),
        }
    }
    machines.iter_mut().for_each(|m| m.points.sort_by(|a, b| a.0.cycles.total_cmp(&b.0.cycles)));
    machines
}

impl Picture for Plot<'_> {
    fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB> {
        let (points, caption) = (self.points, self.caption);
        let px = |n: u32| n * scale;
        let font = |size: u32| (FONT, px(size)).into_font();
        root.fill(&WHITE)?;
        let inner = root.margin(px(10), 0, 0, px(10));
        let below = inner.titled("Accuracy against cycles", font(22))?.titled(caption, font(14))?;
        let (low, high) = range(points.iter().flat_map(|p| [p.cycles_p5 as f64, p.cycles_p95 as f64, p.cycles]));
        let (worst, best) = range(points.iter().map(|p| 100.0 * p.accuracy));
        // Room for labels at both sides.
        let room = (high / low).powf(0.2).max(1.3);
        let x = (low / room)..(high * room);
        let grid = ticks(&x);
        let margin = (0.12 * (best - worst)).max(0.3);
        let y = (worst - margin)..(best + margin).min(100.5);
        let mut chart = ChartBuilder::on(&below)
            .margin(px(12))
            .x_label_area_size(px(44))
            .y_label_area_size(px(60))
            .build_cartesian_2d(x.log_scale().with_key_points(grid), y)?;
        chart
            .configure_mesh()
            .x_desc("cycles per image (mean, and 5th to 95th percentile)")
            .y_desc("top-1 accuracy, %")
            .x_label_formatter(&|cycles| count(cycles.round() as u64))
            .y_label_formatter(&|v| format!("{v:.1}"))
            .label_style(font(13))
            .axis_desc_style(font(15))
            .light_line_style(BLACK.mix(0.06))
            .draw()?;
        for machine in machines(points) {
            let colour = machine.colour;
            let at = |p: &Point| (p.cycles, 100.0 * p.accuracy);
            let places = |keep: &dyn Fn(&Point, bool) -> bool| -> Vec<(f64, f64)> {
                machine.points.iter().filter(|(p, front)| keep(p, *front)).map(|(p, _)| at(p)).collect()
            };
            let plain =
                DashedLineSeries::new(places(&|p, _| !p.gated), px(5), px(5), colour.mix(0.7).stroke_width(scale));
            chart.draw_series(plain)?;
            let front = chart.draw_series(LineSeries::new(places(&|_, front| front), colour.stroke_width(px(2))))?;
            front
                .label(format!("{} (line: Pareto front)", machine.label))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + px(18) as i32, y)], colour.stroke_width(px(2))));
            for &(p, on_front) in &machine.points {
                let (x, y) = at(p);
                if p.gated {
                    let ends = [(p.cycles_p5 as f64, y), (p.cycles_p95 as f64, y)];
                    chart.draw_series([PathElement::new(ends, colour.mix(0.5).stroke_width(px(1)))])?;
                    chart.draw_series([Circle::new((x, y), px(5), colour.filled())])?;
                } else {
                    let half = px(4) as i32;
                    let square = EmptyElement::at((x, y))
                        + Rectangle::new([(-half, -half), (half, half)], WHITE.filled())
                        + Rectangle::new([(-half, -half), (half, half)], colour.stroke_width(px(2)));
                    chart.draw_series([square])?;
                }
                // A front rises to the right: above it and to the left, and below it and to the right, no line is in the way.
                let (side, right, down) = if on_front { (HPos::Right, -7, -11) } else { (HPos::Left, 7, 11) };
                let style = font(12).color(&colour).pos(Pos::new(side, VPos::Center));
                let place = (right * scale as i32, down * scale as i32);
                chart.draw_series([EmptyElement::at((x, y)) + Text::new(p.label(), place, style)])?;
            }
        }
        let marks = "circles: gated networks, and the threshold of their scores; squares, dashed: static networks";
        chart
            .draw_series(LineSeries::new([], BLACK))?
            .label(marks)
            .legend(move |(x, y)| Circle::new((x + px(9) as i32, y), px(4), BLACK.filled()));
        legend(&mut chart, SeriesLabelPosition::LowerRight, scale)?;
        root.present()
    }
}

/// Grid lines of the logarithmic axis: 1, 2, 3, 5 and 7 times a power of ten.
fn ticks(range: &Range<f64>) -> Vec<f64> {
    let steps = (0..18).flat_map(|power| [1.0, 2.0, 3.0, 5.0, 7.0].map(|first| first * 10f64.powi(power)));
    steps.filter(|tick| range.contains(tick)).collect()
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}
