//! Draws the mean image from its first cycle to its last: what the array does, and where it waits
//! for a gate.

use super::bars::{Bar, Part, bars, legend};
use super::section::{CYCLES, OTHER, section};
use lcsim_output::text::rounded;
use lcsim_spec::Report;
use lcsim_spec::report::LayerReport;
use maud::{Markup, html};

/// The smallest width of a mark, as a share of the image. Most waits are shorter than a pixel.
const MARK: f64 = 0.003;
/// The index in [`CYCLES`] of the waits for a gate.
const GATE: usize = 1;

/// Draws the timeline. The lines of a report are in the order in which they run, so their cycles
/// follow each other.
pub fn timeline(report: &Report) -> Markup {
    let all: f64 = report.layers.iter().map(|l| l.cycles as f64).sum();
    let waits: u64 = report.layers.iter().map(|l| l.gate_cycles).sum();
    let mean = |n: u64| rounded(n as f64 / report.images as f64);
    let title = |l: &LayerReport, name: &str, n: u64, from: f64| {
        format!("{}: {name}, {} cycles from {} on", l.name, mean(n), rounded(from / report.images as f64))
    };
    let (mut array, mut gates) = (vec![], vec![]);
    // Where this line begins, and the right end of the last mark.
    let (mut from, mut marked) = (0.0, 0.0f64);
    for layer in &report.layers {
        let parts = CYCLES.map(|(series, name, of)| (series, name, of(layer)));
        let rest = layer.cycles - parts.iter().map(|p| p.2).sum::<u64>();
        for (series, name, n) in parts.into_iter().chain([(OTHER.0, OTHER.1, rest)]) {
            array.push(Part { series: Some(series), length: n as f64, title: title(layer, name, n, from) });
        }
        if layer.gate_cycles > 0 {
            let at = from.max(marked);
            let length = (layer.gate_cycles as f64).max(MARK * all);
            let (series, name, _) = CYCLES[GATE];
            gates.push(Part { series: None, length: at - marked, title: String::new() });
            gates.push(Part { series: Some(series), length, title: title(layer, name, layer.gate_cycles, from) });
            marked = at + length;
        }
        from += layer.cycles as f64;
    }
    let strip = |name: &str, parts, text| Bar { name: name.into(), parts, text, gap: false };
    let lines = [strip("array", array, rounded(report.cycles.mean)), strip("waits for gates", gates, mean(waits))];
    let series = CYCLES.map(|(colour, name, _)| (colour, name)).into_iter().chain([OTHER]);
    html! {
        @if waits > 0 {
            (section(
                "Gate timeline",
                "The mean image from left to right, in cycles. A mark stands where the array waits for a gate, and is wider than the wait where that is too short to be seen.",
                &html! { (legend(series)) (bars("Gate timeline", &lines, all)) },
            ))
        }
    }
}
