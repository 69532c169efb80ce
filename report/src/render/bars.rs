//! Horizontal bars, one on each line. A bar is an SVG as wide as the page allows. The text beside
//! it keeps its own size, so that it is legible on a phone.

use maud::{Markup, html};

/// A part of a bar: its series, its length, and the text that the pointer shows. A part without a
/// series is a gap.
pub struct Part {
    pub series: Option<usize>,
    pub length: f64,
    pub title: String,
}

/// A line: the name, the parts from left to right, and the text after them.
pub struct Bar {
    pub name: String,
    pub parts: Vec<Part>,
    pub text: String,
    /// Whether a gap separates it from the line before.
    pub gap: bool,
}

/// Draws the bars on a scale that ends with `full`.
pub fn bars(label: &str, bars: &[Bar], full: f64) -> Markup {
    html! {
        div.bars role="group" aria-label=(label) {
            @for bar in bars {
                div.bar.gap[bar.gap] {
                    span.name title=(bar.name) { bdi { (bar.name) } }
                    (track(bar, full))
                    span.value { (bar.text) }
                }
            }
        }
    }
}

/// Lengths are in percent of the scale, because browsers cut lengths of some millions.
fn track(bar: &Bar, full: f64) -> Markup {
    let percent = |length: f64| 100.0 * length / full;
    let mut from = 0.0;
    html! {
        svg viewBox="0 0 100 1" preserveAspectRatio="none" role="img" aria-label=(bar.text) {
            rect.track width="100" height="1" {}
            @for part in bar.parts.iter().filter(|p| p.length > 0.0) {
                @if let Some(series) = part.series {
                    rect class={ "s" (series) } x=(percent(from)) width=(percent(part.length)) height="1" {
                        title { (part.title) }
                    }
                }
                @let () = from += part.length;
            }
        }
    }
}

/// Explains the colours.
pub fn legend<'a>(series: impl IntoIterator<Item = (usize, &'a str)>) -> Markup {
    html! {
        ul.legend {
            @for (number, name) in series {
                li { svg viewBox="0 0 1 1" aria-hidden="true" { rect class={ "s" (number) } width="1" height="1" {} } (name) }
            }
        }
    }
}
