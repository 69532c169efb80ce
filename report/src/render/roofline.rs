//! Draws a roofline (S. Williams, A. Waterman, D. Patterson, 2009): what each layer achieves,
//! compared with the limits that its bytes and the PEs set.

use super::plane::{Axis, Plane};
use lcsim_output::text::percent;
use lcsim_spec::Report;
use lcsim_spec::report::{LayerKind, LayerReport};
use maud::{Markup, html};

/// The radius of the layer with the most cycles, and the smallest radius at which a pointer can
/// hit. In the drawing's units.
const RADIUS: [f64; 2] = [11.0, 2.5];

/// A layer on the array that has executed MACs, and whose bytes the report has.
struct Point<'a> {
    layer: &'a LayerReport,
    /// MACs for each byte of the memories on chip.
    intensity: f64,
    /// MACs for each byte from and to DRAM, if there are any.
    of_dram: Option<f64>,
    /// MACs in each cycle.
    achieved: f64,
}

impl<'a> Point<'a> {
    fn of(layer: &'a LayerReport) -> Self {
        let macs = layer.macs_executed as f64;
        let bytes = layer.dram_bytes + layer.dram_written_bytes;
        let of_dram = (bytes > 0).then(|| macs / bytes as f64);
        Self { layer, intensity: macs / layer.bytes as f64, of_dram, achieved: macs / layer.cycles as f64 }
    }
}

fn points(report: &Report) -> Vec<Point<'_>> {
    let on_array = |l: &&LayerReport| matches!(l.kind, LayerKind::Conv | LayerKind::Shortcut);
    let known = |l: &&LayerReport| l.macs_executed > 0 && l.bytes > 0 && l.cycles > 0;
    report.layers.iter().filter(on_array).filter(known).map(Point::of).collect()
}

/// The bytes that all ports of stream, scratch, filter and accumulator memory can move in one
/// cycle. Each bank reads and writes one byte, or two if maps are off chip. The filter memory reads
/// a word. Each column reads and writes 4 bytes.
fn port_bytes(report: &Report) -> f64 {
    let config = &report.accelerator;
    let ports = if report.dram.as_ref().is_some_and(|d| d.maps_off_chip > 0) { 4 } else { 2 };
    (2 * ports * config.banks() + config.array.cols + 2 * 4 * config.array.cols) as f64
}

/// The corners of a roof from the left: at most `bytes` in each cycle, and at most `peak` MACs.
fn corners(plane: &Plane, peak: f64, bytes: f64) -> String {
    let place = |x: f64, y: f64| format!("{:.1},{:.1}", plane.left(x), plane.top(y));
    // The slope begins at the left end, or where it leaves the bottom.
    let foot = plane.x.from.max(plane.y.from / bytes);
    [place(foot, foot * bytes), place(peak / bytes, peak), place(plane.x.to, peak)].join(" ")
}

/// Draws the roofline. Returns `None` if the report does not have the bytes. If something came from
/// DRAM, the DRAM has a second roof.
pub fn roofline(report: &Report) -> Option<Markup> {
    let points = points(report);
    let config = &report.accelerator;
    let (peak, bytes) = ((config.array.rows * config.array.cols) as f64, port_bytes(report));
    let fetches = points.iter().any(|p| p.of_dram.is_some());
    let dram = config.dram.as_ref().filter(|_| fetches).map(|dram| dram.bytes_per_cycle as f64);
    let intensities = points.iter().flat_map(|p| [Some(p.intensity), p.of_dram]).flatten();
    let all = || intensities.clone().chain([peak / bytes]).chain(dram.map(|bytes| peak / bytes));
    let (least, most) = (all().reduce(f64::min)?, all().reduce(f64::max)?);
    let y = points.iter().map(|p| p.achieved).reduce(f64::min)?;
    let plane = Plane {
        x: Axis::powers(least / 2.0, most * 2.0, "MACs per byte moved"),
        y: Axis::powers(y.min(peak / 4.0), peak * 1.5, "MACs per cycle"),
    };
    let longest = points.iter().map(|p| p.layer.cycles).max()? as f64;
    let content = html! {
        polyline.roof points=(corners(&plane, peak, bytes)) {
            title { (peak) " PEs, a MAC each a cycle; the memories' ports move " (bytes) " bytes a cycle" }
        }
        @if let Some(bytes) = dram {
            polyline.roof.dram points=(corners(&plane, peak, bytes)) { title { "the DRAM moves " (bytes) " bytes a cycle" } }
        }
        @for p in &points {
            @let series = if p.layer.kind == LayerKind::Conv { 0 } else { 3 };
            @let radius = (RADIUS[0] * (p.layer.cycles as f64 / longest).sqrt()).max(RADIUS[1]);
            @let top = format!("{:.1}", plane.top(p.achieved));
            @if let Some(intensity) = p.of_dram {
                circle class={ "ring r" (series) } cx=(format!("{:.1}", plane.left(intensity))) cy=(top) r=(format!("{radius:.1}")) {
                    title { (p.layer.name) ": " (format!("{intensity:.3}")) " MACs per byte of DRAM" }
                }
            }
            circle class={ "point s" (series) } cx=(format!("{:.1}", plane.left(p.intensity))) cy=(top) r=(format!("{radius:.1}")) {
                title {
                    (p.layer.name) ": " (format!("{:.1}", p.achieved)) " MACs per cycle, " (format!("{:.3}", p.intensity))
                    " MACs per byte, utilised " (percent(p.layer.utilization)) " %"
                }
            }
        }
    };
    Some(plane.draw("Roofline", &content))
}
