//! The curve as SVG and PNG.

use super::{Point, pareto, same_machine};
use crate::text::count;
use anyhow::{Context, Result, anyhow};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::sync::OnceLock;

/// Pixels.
const SIZE: (u32, u32) = (960, 640);
/// A PNG has twice as many along each axis.
const DENSITY: u32 = 2;
/// Colours that the colour-blind can tell apart (M. Okabe, K. Ito, "Color Universal Design", 2008), without the yellow.
const COLOURS: [RGBColor; 7] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(230, 159, 0),
    RGBColor(86, 180, 233),
    RGBColor(0, 0, 0),
];
const FONT: &str = "sans-serif";

/// The plot as SVG; `caption` stands under the title.
///
/// # Errors
/// None that depends on the points, of which there is one at least.
pub fn svg(points: &[Point], caption: &str) -> Result<String> {
    let mut text = String::new();
    draw(&SVGBackend::with_string(&mut text, SIZE).into_drawing_area(), points, caption, 1)?;
    Ok(text)
}

/// The plot as PNG.
///
/// # Errors
/// None that depends on the points, of which there is one at least.
pub fn png(points: &[Point], caption: &str) -> Result<Vec<u8>> {
    let (width, height) = (SIZE.0 * DENSITY, SIZE.1 * DENSITY);
    let mut pixels = vec![0; (3 * width * height) as usize];
    draw(&BitMapBackend::with_buffer(&mut pixels, (width, height)).into_drawing_area(), points, caption, DENSITY)?;
    let mut file = vec![];
    let mut encoder = ::png::Encoder::new(&mut file, width, height);
    encoder.set_color(::png::ColorType::Rgb);
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels)).context("cannot encode the plot")?;
    Ok(file)
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

/// plotters measures text with a font of its own, so that a plot is the same on every machine.
fn register() -> Result<()> {
    static DONE: OnceLock<bool> = OnceLock::new();
    let known = DONE.get_or_init(|| register_font(FONT, FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_ok());
    if *known { Ok(()) } else { Err(anyhow!("the embedded font cannot be read")) }
}

fn draw<DB: DrawingBackend>(root: &DrawingArea<DB, Shift>, points: &[Point], caption: &str, scale: u32) -> Result<()> {
    register()?;
    // A backend's error has no type of its own that could be kept.
    paint(root, points, caption, scale).map_err(|e| anyhow!("cannot draw the plot: {e}"))
}

type Painted<DB> = Result<(), DrawingAreaErrorKind<<DB as DrawingBackend>::ErrorType>>;

fn paint<DB: DrawingBackend>(
    root: &DrawingArea<DB, Shift>,
    points: &[Point],
    caption: &str,
    scale: u32,
) -> Painted<DB> {
    let px = |n: u32| n * scale;
    let font = |size: u32| (FONT, px(size)).into_font();
    root.fill(&WHITE)?;
    let inner = root.margin(px(10), 0, 0, px(10));
    let below = inner.titled("Accuracy against cycles", font(22))?.titled(caption, font(14))?;
    let (low, high) = range(points.iter().flat_map(|p| [p.cycles_p5 as f64, p.cycles_p95 as f64, p.cycles]));
    let (worst, best) = range(points.iter().map(|p| 100.0 * p.accuracy));
    // Room for the labels at the right, and for points beside the axes.
    let x = (low / 1.15)..(high * (high / low).powf(0.25).max(1.35));
    let margin = (0.12 * (best - worst)).max(0.3);
    let y = (worst - margin)..(best + margin).min(100.5);
    let mut chart = ChartBuilder::on(&below)
        .margin(px(12))
        .x_label_area_size(px(44))
        .y_label_area_size(px(60))
        .build_cartesian_2d(x.log_scale(), y)?;
    chart
        .configure_mesh()
        .x_desc("cycles per image (mean, and 5th to 95th percentile)")
        .y_desc("top-1 accuracy, %")
        .x_label_formatter(&cycle_label)
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
        let plain = DashedLineSeries::new(places(&|p, _| !p.gated), px(5), px(5), colour.mix(0.7).stroke_width(scale));
        chart.draw_series(plain)?;
        let front = chart.draw_series(LineSeries::new(places(&|_, front| front), colour.stroke_width(px(2))))?;
        front
            .label(format!("{} (line: Pareto front)", machine.label))
            .legend(move |(x, y)| PathElement::new([(x, y), (x + px(18) as i32, y)], colour.stroke_width(px(2))));
        for (n, (p, _)) in machine.points.iter().enumerate() {
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
            // Above and below in turn, so that neighbours do not cover each other.
            let down = if n % 2 == 0 { -(px(17) as i32) } else { px(5) as i32 };
            let label = EmptyElement::at((x, y)) + Text::new(p.label(), (px(7) as i32, down), font(12).color(&colour));
            chart.draw_series([label])?;
        }
    }
    let legend = "circles: gated networks, and the threshold of their scores; squares, dashed: static networks";
    chart
        .draw_series(LineSeries::new([], BLACK))?
        .label(legend)
        .legend(move |(x, y)| Circle::new((x + px(9) as i32, y), px(4), BLACK.filled()));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .legend_area_size(px(28))
        .label_font(font(12))
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    root.present()
}

/// A grid line of the logarithmic axis; those in between stay without a number, which would touch its neighbour's.
fn cycle_label(cycles: &f64) -> String {
    let text = count(cycles.round() as u64);
    if text.starts_with(['1', '2', '3', '5']) { text } else { String::new() }
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}
