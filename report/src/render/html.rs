//! A report as one HTML page. Charts are inline SVG. The page has no script, loads nothing from
//! elsewhere, and is also well-formed XML.

use super::bars::{Bar, Part, bars, legend};
use super::figures::{self, Component, ENERGY, Table, nanojoules};
use super::histogram::histogram;
use super::roofline::roofline;
use super::section::{CYCLES, OTHER, section};
use super::timeline::timeline;
use crate::colours::COLOURS;
use lcsim_output::text::{percent, rounded};
use lcsim_spec::Report;
use lcsim_spec::escape::printable_lines;
use lcsim_spec::report::{LayerKind, LayerReport};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::fmt::Write;

/// The layout, and the colours for light and dark.
const STYLE: &str = include_str!("page.css");
/// HTML allows these elements without an end, XML does not.
const META: &str = "<meta charset=\"utf-8\"/><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>";

/// The explanation of the roof and the points of the DRAM.
const DRAM_NOTE: &str = "Dashed: what the DRAM can move. A ring is a layer against its bytes of DRAM, which may have begun to arrive \
                         while the one before ran.";
/// The colours of what L-Nets skip, and of what C-Nets leave.
const GATES: [(usize, &str); 2] =
    [(1, "images on which an L-Net skips its block"), (2, "channels that a C-Net leaves live")];

/// Makes the page.
pub fn html(report: &Report) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (PreEscaped(META))
                title { (report.model) " on " (report.accelerator.name) }
                style { (PreEscaped(colours())) (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (report.model) " on " (report.accelerator.name) }
                    p { (figures::setting(report)) "." }
                }
                main {
                    (headlines(report))
                    div.columns { (cycles(report)) (energy(report)) }
                    div.columns { (distribution(report)) (roof(report)) }
                    (timeline(report))
                    (gates(report))
                    (section("Layers", "Cycles, MACs and energy are means per image.", &table(&figures::layers(report))))
                    @if let Some(dram) = figures::dram(report) { (section("DRAM", "Weights, and rows of maps that do not fit on chip.", &table(&dram))) }
                    div.columns {
                        (section("Accelerator", "", &table(&figures::configuration(report))))
                        (section("Energy table", &report.energy_table.name, &table(&figures::sources(report))))
                    }
                }
            }
        }
    };
    // XML does not allow control characters, not even as escapes.
    printable_lines(&page.into_string()).into()
}

/// Makes a variable and a class for each colour.
fn colours() -> String {
    let mut variables = String::new();
    let mut classes = String::new();
    for (i, (red, green, blue)) in COLOURS.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = write!(variables, "--s{i}:#{red:02x}{green:02x}{blue:02x};");
        let _ = write!(classes, ".s{i}{{fill:var(--s{i})}}");
    }
    format!(":root{{{variables}}}{classes}\n")
}

fn headlines(report: &Report) -> Markup {
    html! {
        dl.headlines {
            @for headline in figures::headlines(report) {
                div { dt { (headline.name) } dd { strong { (headline.figure) } span { (headline.means) } } }
            }
        }
    }
}

fn table(table: &Table) -> Markup {
    html! {
        div.wide {
            table {
                thead {
                    tr {
                        @for (column, cell) in table.head.iter().enumerate() {
                            th.figure[column >= table.texts] scope="col" { (cell) }
                        }
                    }
                }
                tbody {
                    @for row in &table.rows {
                        tr { @for (column, cell) in row.iter().enumerate() { td.figure[column >= table.texts] { (cell) } } }
                    }
                }
            }
        }
    }
}

fn cycles(report: &Report) -> Markup {
    let mean = |n: u64| rounded(n as f64 / report.images as f64);
    let bar = |layer: &LayerReport| {
        let title = |name: &str, n: u64| format!("{}: {name}, {} cycles per image", layer.name, mean(n));
        let own = CYCLES.map(|(series, name, of)| {
            let n = of(layer);
            Part { series: Some(series), length: n as f64, title: title(name, n) }
        });
        let rest = layer.cycles as f64 - own.iter().map(|p| p.length).sum::<f64>();
        let rest = Part { series: Some(OTHER.0), length: rest, title: title("all", layer.cycles) };
        let parts = own.into_iter().chain([rest]).collect();
        Bar { name: layer.name.clone(), parts, text: mean(layer.cycles), gap: false }
    };
    let full = report.layers.iter().map(|l| l.cycles).max().unwrap_or(0) as f64;
    let lines: Vec<Bar> = report.layers.iter().map(bar).collect();
    let series = CYCLES.map(|(colour, name, _)| (colour, name)).into_iter().chain([OTHER]);
    let note = format!("Means per image, of {} in all.", rounded(report.cycles.mean));
    let chart = html! { (legend(series)) (bars("Cycles by layer", &lines, full)) (details(&figures::cycles(report))) };
    section("Cycles by layer", &note, &chart)
}

fn energy(report: &Report) -> Markup {
    let bar = |layer: &LayerReport| {
        let part = |(series, (name, of)): (usize, &Component)| {
            let pj = of(&layer.energy_pj);
            Part {
                series: Some(series),
                length: pj,
                title: format!("{}: {name}, {} nJ per image", layer.name, nanojoules(report, pj)),
            }
        };
        let parts = ENERGY.iter().enumerate().map(part).collect();
        Bar { name: layer.name.clone(), parts, text: nanojoules(report, layer.energy_pj.total), gap: false }
    };
    let full = report.layers.iter().map(|l| l.energy_pj.total).fold(0.0, f64::max);
    let lines: Vec<Bar> = report.layers.iter().map(bar).collect();
    let spent = ENERGY.iter().enumerate().filter(|(_, (_, of))| of(&report.energy_pj) > 0.0);
    let series = spent.map(|(colour, (name, _))| (colour, *name));
    let note = format!("Nanojoules per image, of {} in all.", nanojoules(report, report.energy_pj.total));
    let chart = html! { (legend(series)) (bars("Energy by layer", &lines, full)) (details(&figures::energy(report))) };
    section("Energy by layer", &note, &chart)
}

/// The totals that a chart shows, as a table.
fn details(totals: &Table) -> Markup {
    html! { h3 { "In all" } (table(totals)) }
}

fn distribution(report: &Report) -> Markup {
    let note = format!("Images by their cycles; the line is the mean, {}.", rounded(report.cycles.mean));
    let chart = histogram(report);
    html! { @if let Some(chart) = chart { (section("Cycles over images", &note, &chart)) } }
}

fn roof(report: &Report) -> Markup {
    let note = "Convolutions; the larger, the more cycles. The roof is a MAC for each PE, and to its left what the memories' \
                ports can move: a byte read and one written in each bank of stream and scratch memory, a filter word, and 4 \
                bytes read and 4 written in each column's accumulators. With maps off chip, banks have as many ports again.";
    let fetches = report.layers.iter().any(|l| l.dram_bytes + l.dram_written_bytes > 0);
    let note = if fetches { format!("{note} {DRAM_NOTE}") } else { note.into() };
    html! {
        @if let Some(chart) = roofline(report) {
            (section("Roofline", &note, &html! { (legend([(0, "convolution"), (3, "shortcut")])) (chart) }))
        }
    }
}

fn gates(report: &Report) -> Markup {
    let gates: Vec<&LayerReport> =
        report.layers.iter().filter(|l| matches!(l.kind, LayerKind::LNet | LayerKind::CNet)).collect();
    let block = |l: &LayerReport| l.name.split('.').next().unwrap_or_default().to_string();
    let bar = |(at, layer): (usize, &&LayerReport)| {
        let (series, length, text) = match layer.kind {
            LayerKind::LNet => (GATES[0].0, layer.skip_rate, format!("{} % skipped", percent(layer.skip_rate))),
            _ => {
                let share = if layer.channels > 0 { layer.live_channels / layer.channels as f64 } else { 0.0 };
                (GATES[1].0, share, format!("{:.1} of {}", layer.live_channels, layer.channels))
            }
        };
        let gap = at > 0 && block(layer) != block(gates[at - 1]);
        let title = format!("{}: {text}", layer.name);
        Bar { name: layer.name.clone(), parts: vec![Part { series: Some(series), length, title }], text, gap }
    };
    let lines: Vec<Bar> = gates.iter().enumerate().map(bar).collect();
    html! {
        @if !lines.is_empty() {
            (section(
                "Gates",
                "Live channels are means over the images on which the block is not skipped.",
                &html! { (legend(GATES)) div.narrow { (bars("Gates", &lines, 1.0)) } },
            ))
        }
    }
}
