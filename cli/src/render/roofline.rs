//! Roofline (S. Williams, A. Waterman, D. Patterson, 2009): what a layer achieves against what its bytes and the PEs allow.

use super::plane::{Axis, Plane};
use crate::text::percent;
use lcsim_spec::report::{LayerKind, LayerReport};
use lcsim_spec::{AcceleratorConfig, Report};
use maud::{Markup, html};

/// Radius of the layer that takes most cycles, and the smallest that can be pointed at, in the drawing's units.
const RADIUS: [f64; 2] = [11.0, 2.5];

/// A layer on the array that has computed, and whose bytes are known.
struct Point<'a> {
    layer: &'a LayerReport,
    /// MACs a byte.
    intensity: f64,
    /// MACs a cycle.
    achieved: f64,
}

impl<'a> Point<'a> {
    fn of(layer: &'a LayerReport) -> Self {
        let macs = layer.macs_executed as f64;
        Self { layer, intensity: macs / layer.bytes as f64, achieved: macs / layer.cycles as f64 }
    }
}

fn points(report: &Report) -> Vec<Point<'_>> {
    let on_array = |l: &&LayerReport| matches!(l.kind, LayerKind::Conv | LayerKind::Shortcut);
    let known = |l: &&LayerReport| l.macs_executed > 0 && l.bytes > 0 && l.cycles > 0;
    report.layers.iter().filter(on_array).filter(known).map(Point::of).collect()
}

/// Bytes that the ports of stream, scratch, filter and accumulator memory move in a cycle, all of them at work: a byte read and one
/// written in each bank, a filter word, and in each column 4 bytes read and 4 written.
fn port_bytes(config: &AcceleratorConfig) -> f64 {
    (2 * 2 * config.banks() + config.array.cols + 2 * 4 * config.array.cols) as f64
}

/// The roofline; nothing if the report does not know its bytes.
pub fn roofline(report: &Report) -> Option<Markup> {
    let points = points(report);
    let config = &report.accelerator;
    let (peak, bytes) = ((config.array.rows * config.array.cols) as f64, port_bytes(config));
    let ridge = peak / bytes;
    let least = |of: fn(&Point) -> f64| points.iter().map(of).reduce(f64::min);
    let most = points.iter().map(|p| p.intensity).reduce(f64::max)?;
    let (x, y) = (least(|p| p.intensity)?, least(|p| p.achieved)?);
    let plane = Plane {
        x: Axis::powers(x.min(ridge) / 2.0, most.max(ridge) * 2.0, "MACs per byte moved"),
        y: Axis::powers(y.min(peak / 4.0), peak * 1.5, "MACs per cycle"),
    };
    let longest = points.iter().map(|p| p.layer.cycles).max()? as f64;
    let place = |x: f64, y: f64| format!("{:.1},{:.1}", plane.left(x), plane.top(y));
    // The slope begins at the left end or where it leaves the bottom.
    let foot = plane.x.from.max(plane.y.from / bytes);
    let roof = [place(foot, foot * bytes), place(ridge, peak), place(plane.x.to, peak)].join(" ");
    let content = html! {
        polyline.roof points=(roof) {
            title { (peak) " PEs, a MAC each a cycle; the memories' ports move " (bytes) " bytes a cycle" }
        }
        @for p in &points {
            @let series = if p.layer.kind == LayerKind::Conv { 0 } else { 3 };
            @let radius = (RADIUS[0] * (p.layer.cycles as f64 / longest).sqrt()).max(RADIUS[1]);
            circle class={ "point s" (series) } cx=(format!("{:.1}", plane.left(p.intensity)))
                cy=(format!("{:.1}", plane.top(p.achieved))) r=(format!("{radius:.1}")) {
                title {
                    (p.layer.name) ": " (format!("{:.1}", p.achieved)) " MACs per cycle, " (format!("{:.3}", p.intensity))
                    " MACs per byte, utilised " (percent(p.layer.utilization)) " %"
                }
            }
        }
    };
    Some(plane.draw("Roofline", &content))
}
