//! What the sections of the page share.

use lcsim_spec::report::LayerReport;
use maud::{Markup, html};

/// A part of a layer's cycles: colour, name, and field.
pub(super) type CyclePart = (usize, &'static str, fn(&LayerReport) -> u64);
pub(super) const CYCLES: [CyclePart; 3] = [
    (0, "compute", |l| l.compute_cycles),
    (3, "waits for a gate", |l| l.gate_cycles),
    (1, "stalls", |l| l.stall_cycles),
];
/// The colour and the name of all other cycles.
pub(super) const OTHER: (usize, &str) = (5, "input, max pooling, classifier");

pub(super) fn section(title: &str, note: &str, content: &Markup) -> Markup {
    html! {
        section {
            h2 { (title) }
            @if !note.is_empty() { p.note { (note) } }
            (content)
        }
    }
}
