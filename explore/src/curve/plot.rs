//! Draws the curve.

use super::place::{Labelled, Room, place};
use super::{Point, pareto};
use lcsim_output::text::count;
use lcsim_report::draw::{Entry, FONT, Legend, Mark, Painted, Picture, SIZE, colour, shortened, width};
use plotters::coord::Shift;
use plotters::coord::combinators::WithKeyPoints;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::ops::Range;

/// Pixels between the edges of the picture and its text.
const MARGIN: u32 = 24;
/// Pixels for the title and the caption.
const TOP: u32 = 62;
/// The size of the names of points.
const NAME_SIZE: u32 = 12;
const NAME_LINE: u32 = 14;
const NAME_ROOM: u32 = 220;

/// A plot of points, at least one.
#[derive(Debug)]
pub struct Plot<'a> {
    /// The points to draw.
    pub points: &'a [Point],
    /// The text below the title.
    pub caption: &'a str,
}

/// The points of one accelerator, sorted by cycles. Each has a flag that says whether it is on the
/// Pareto front.
struct Machine<'a> {
    colour: RGBColor,
    points: Vec<(&'a Point, bool)>,
}

impl Machine<'_> {
    fn label(&self) -> String {
        let Point { accelerator, rows, cols, gate_macs, .. } = self.points[0].0;
        format!("{accelerator}: {rows}x{cols} PEs, {gate_macs} gate MACs")
    }
}

fn machines(points: &[Point]) -> Vec<Machine<'_>> {
    let front = pareto(points);
    let mut machines: Vec<Machine> = vec![];
    for (point, on_front) in points.iter().zip(front) {
        match machines.iter_mut().find(|m| m.points[0].0.accelerator == point.accelerator) {
            Some(machine) => machine.points.push((point, on_front)),
            None => machines.push(Machine { colour: colour(machines.len()), points: vec![(point, on_front)] }),
        }
    }
    machines.iter_mut().for_each(|m| m.points.sort_by(|a, b| a.0.cycles.total_cmp(&b.0.cycles)));
    machines
}

/// The axes. The axis of cycles is logarithmic.
type Axes = Cartesian2d<WithKeyPoints<LogCoord<f64>>, RangedCoordf64>;

impl Plot<'_> {
    fn legend(&self) -> Legend {
        let machines = machines(self.points);
        let of_machines = machines.iter().map(|m| Entry { mark: Mark::Line(m.colour), text: m.label() });
        let signs = [
            "circles: gated networks, and the threshold of their scores",
            "squares, dashed: static networks",
            "thick line: Pareto front",
        ];
        let of_signs = signs.map(|text| Entry { mark: Mark::None, text: text.into() });
        Legend::new(of_machines.chain(of_signs), SIZE.0 - 2 * MARGIN)
    }

    /// The ranges of both axes, with some room beside the points.
    fn ranges(&self) -> [Range<f64>; 2] {
        let points = self.points;
        let (low, high) = range(points.iter().flat_map(|p| [p.cycles_p5 as f64, p.cycles_p95 as f64, p.cycles]));
        let (worst, best) = range(points.iter().map(|p| 100.0 * p.accuracy));
        let room = (high / low).powf(0.1).max(1.2);
        let margin = (0.12 * (best - worst)).max(0.3);
        [(low / room)..(high * room), (worst - margin)..(best + margin).min(100.5)]
    }
}

impl Picture for Plot<'_> {
    fn size(&self) -> (u32, u32) {
        (SIZE.0, SIZE.1 + self.legend().height())
    }

    fn paint<DB: DrawingBackend>(&self, root: &DrawingArea<DB, Shift>, scale: u32) -> Painted<DB> {
        let px = |n: u32| n * scale;
        let font = |size: u32| (FONT, px(size)).into_font();
        let (wide, high) = self.size();
        let legend = self.legend();
        root.fill(&WHITE)?;
        let (_, below) = root.split_vertically(px(TOP));
        let (of_chart, _) = below.split_vertically(px(high - TOP - legend.height() - MARGIN / 2));
        let [x, y] = self.ranges();
        let grid = ticks(&x);
        let mut chart = ChartBuilder::on(&of_chart)
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
        let machines = machines(self.points);
        for machine in &machines {
            signs(&mut chart, machine, scale)?;
        }
        let left_out = names(root, &chart, &machines, scale)?;
        let mut caption = self.caption.to_string();
        match left_out {
            0 => {}
            1 => caption += "; 1 name is left out for want of room",
            _ => caption += &format!("; {left_out} names are left out for want of room"),
        }
        for (text, middle, size) in [("Accuracy against cycles", 24, 22), (&caption, 50, 14)] {
            let style = font(size).color(&BLACK).pos(Pos::new(HPos::Center, VPos::Center));
            let text = shortened(text, size, wide - 2 * MARGIN);
            root.draw(&Text::new(text, (px(wide / 2) as i32, px(middle) as i32), style))?;
        }
        legend.draw(root, (MARGIN, high - legend.height() - MARGIN / 2), scale)?;
        root.present()
    }
}

/// Draws the lines and signs of an accelerator's points.
fn signs<'a, DB: DrawingBackend + 'a>(
    chart: &mut ChartContext<'a, DB, Axes>,
    machine: &Machine,
    scale: u32,
) -> Painted<DB> {
    let px = |n: u32| n * scale;
    let colour = machine.colour;
    let places = |keep: &dyn Fn(&Point, bool) -> bool| -> Vec<(f64, f64)> {
        machine.points.iter().filter(|(p, front)| keep(p, *front)).map(|(p, _)| at(p)).collect()
    };
    let plain = DashedLineSeries::new(places(&|p, _| !p.gated), px(5), px(5), colour.mix(0.7).stroke_width(scale));
    chart.draw_series(plain)?;
    chart.draw_series(LineSeries::new(places(&|_, front| front), colour.stroke_width(px(2))))?;
    for (p, _) in &machine.points {
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
    }
    Ok(())
}

/// Draws the names of points where there is room, those on a front first. Returns the number of
/// points without a name.
fn names<DB: DrawingBackend>(
    root: &DrawingArea<DB, Shift>,
    chart: &ChartContext<'_, DB, Axes>,
    machines: &[Machine],
    scale: u32,
) -> Result<usize, DrawingAreaErrorKind<DB::ErrorType>> {
    let mut points: Vec<_> = machines.iter().flat_map(|m| m.points.iter().map(|p| (m.colour, p.0, p.1))).collect();
    points.sort_by_key(|(_, _, on_front)| !on_front);
    let texts: Vec<String> = points.iter().map(|(_, p, _)| shortened(&p.label(), NAME_SIZE, NAME_ROOM)).collect();
    let labelled = |((_, p, on_front), text): (&(RGBColor, &Point, bool), &String)| Labelled {
        at: chart.backend_coord(&at(p)),
        width: (width(text, NAME_SIZE) * scale) as i32,
        left: *on_front,
    };
    let labelled: Vec<Labelled> = points.iter().zip(&texts).map(labelled).collect();
    let (x, y) = chart.plotting_area().get_pixel_range();
    let places = place(&labelled, &Room { x, y, line: (NAME_LINE * scale) as i32, scale: scale as i32 });
    let mut left_out = 0;
    for ((text, &(colour, ..)), place) in texts.into_iter().zip(&points).zip(places) {
        let Some((left, top)) = place else {
            left_out += 1;
            continue;
        };
        let style = (FONT, NAME_SIZE * scale).into_font().color(&colour).pos(Pos::new(HPos::Left, VPos::Center));
        root.draw(&Text::new(text, (left, top + (NAME_LINE * scale) as i32 / 2), style))?;
    }
    Ok(left_out)
}

fn at(p: &Point) -> (f64, f64) {
    (p.cycles, 100.0 * p.accuracy)
}

/// The grid lines of the logarithmic axis: 1, 2, 3, 5 and 7 times a power of ten. In a short range,
/// the lines are a fifth of a power of ten apart.
fn ticks(range: &Range<f64>) -> Vec<f64> {
    let inside = |tick: &f64| range.contains(tick);
    let steps = (0..18).flat_map(|power| [1.0, 2.0, 3.0, 5.0, 7.0].map(|first| first * 10f64.powi(power)));
    let coarse: Vec<f64> = steps.filter(inside).collect();
    if coarse.len() > 2 {
        return coarse;
    }
    (0..18).flat_map(|power| (5..50).map(move |n| f64::from(n) * 0.2 * 10f64.powi(power))).filter(inside).collect()
}

fn range(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
}

#[cfg(test)]
mod tests {
    use super::super::point::tests::at;
    use super::*;
    use lcsim_report::draw::{png, svg};

    #[test]
    fn both_plots_are_drawn_and_name_every_model() {
        let points = vec![at("gated", 0.9, 100.0), Point { gated: false, ..at("static & plain", 0.8, 50.0) }];
        let plot = Plot { points: &points, caption: "10 images" };
        let text = svg(&plot).expect("drawn");
        for word in ["gated", "static &amp; plain", "10 images", "8x8"] {
            assert!(text.contains(word), "{word}");
        }
        assert_eq!(text, svg(&plot).expect("drawn"), "the same points give the same plot");
        let picture = png(&plot).expect("drawn");
        let decoder = ::png::Decoder::new(std::io::Cursor::new(&picture));
        assert!(decoder.read_info().expect("a PNG").info().width > 500);
        // A single point has a range of width 0.
        svg(&Plot { points: &points[..1], caption: "" }).expect("drawn");
    }

    /// The upper and lower edge of each sign and text of the picture, with its text.
    fn elements(text: &str) -> Vec<(String, f64, f64)> {
        let document = roxmltree::Document::parse(text).expect("well-formed");
        let number = |node: &roxmltree::Node, name: &str| -> f64 {
            node.attribute(name).and_then(|v| v.parse().ok()).expect("a number")
        };
        let mut all = vec![];
        for node in document.descendants() {
            match node.tag_name().name() {
                "circle" => {
                    let (middle, radius) = (number(&node, "cy"), number(&node, "r"));
                    all.push(("sign".to_string(), middle - radius, middle + radius));
                }
                "text" => {
                    let words = node.text().unwrap_or_default().trim().to_string();
                    let middle = number(&node, "y");
                    all.push((words, middle - 10.0, middle + 10.0));
                }
                _ => {}
            }
        }
        all
    }

    #[test]
    fn the_legend_covers_nothing() {
        // Points in all corners and in the middle, for each of 12 accelerators.
        let corners = [(0.1, 1e3), (0.9, 1e3), (0.1, 1e6), (0.9, 1e6), (0.5, 3e4)];
        let on = |n: usize| {
            corners.map(|(accuracy, cycles)| Point {
                accelerator: format!("accelerator {n}"),
                ..at(&format!("net {n}"), accuracy, cycles)
            })
        };
        for machines in [1, 2, 12, 50] {
            let points: Vec<Point> = (0..machines).flat_map(on).collect();
            let plot = Plot { points: &points, caption: "10 images" };
            let all = elements(&svg(&plot).expect("drawn"));
            let (_, high) = plot.size();
            let top = f64::from(high - plot.legend().height() - MARGIN / 2);
            let of_legend =
                |words: &str| ["accelerator ", "circles:", "squares,", "and "].iter().any(|w| words.starts_with(w));
            for (words, upper, lower) in all {
                if of_legend(&words) {
                    assert!(upper >= top - 1.0 && lower <= f64::from(high), "{words}: {upper} to {lower}");
                } else if words == "sign" || words.starts_with("net ") {
                    assert!(lower < top, "{words}: {upper} to {lower}, legend from {top} on");
                }
            }
        }
    }

    #[test]
    fn an_axis_has_some_lines_and_not_too_many() {
        for (from, to) in [(1e2, 1e6), (1e4, 3e4), (28_000.0, 41_000.0), (99_000.0, 121_000.0), (1.0, 1e9)] {
            let ticks = ticks(&(from..to)).len();
            assert!((2..50).contains(&ticks), "{from} to {to}: {ticks}");
        }
    }

    #[test]
    fn accelerators_of_one_size_have_colours_and_lines_of_their_own() {
        let named = |name: &str, cycles| Point { accelerator: name.into(), ..at("net", 0.9, cycles) };
        let points = [named("16x16, rows 4", 100.0), named("16x16, rows 16", 40.0)];
        assert_eq!(pareto(&points), [true, true], "each is alone on its accelerator");
        let text = svg(&Plot { points: &points, caption: "" }).expect("drawn");
        assert!(text.contains("16x16, rows 4: 8x8 PEs") && text.contains("16x16, rows 16: 8x8 PEs"), "{text}");
        for machine in 0..2 {
            let RGBColor(r, g, b) = colour(machine);
            assert!(text.contains(&format!("#{r:02X}{g:02X}{b:02X}")), "{machine}");
        }
    }

    #[test]
    fn names_of_any_length_stay_in_the_picture() {
        let points = [at(&"long name ".repeat(50), 0.9, 100.0)];
        let text = svg(&Plot { points: &points, caption: &"long caption ".repeat(50) }).expect("drawn");
        assert!(text.contains('…'));
        for (words, ..) in elements(&text) {
            assert!(words.chars().count() < 200, "{words}");
        }
    }
}
