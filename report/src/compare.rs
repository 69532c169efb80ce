//! Compares two reports figure by figure.
//!
//! ```
//! use lcsim_report::compare::{differences, settings};
//! # use lcsim_sim::{Costs, Mode, Simulator, report};
//! # use lcsim_tests::tiny;
//! #
//! # let net = tiny::network(tiny::conv("stem", tiny::shape(1, 4, 4), 2, 3), vec![], 3);
//! # let simulator = Simulator::new(&net, &tiny::array(2, 2, 1))?;
//! # let costs = Costs::equal(&simulator, &simulator.run(&[1; 16], Mode::Gated), 1);
//! # let (version, model, threshold, data) = (String::new(), net.name.clone(), net.threshold(), "one image".to_owned());
//! # let (gated, forced_open, ungated) = (costs.clone(), costs.clone(), costs);
//! # let (correct, decisions) = (None, None);
//! # let run = report::Run { version, model, threshold, data, gated, forced_open, ungated, correct, decisions };
//! # let first = report::assemble(&simulator, &simulator, &lcsim_input::load::energy_table("45nm-lpddr4")?, run)?;
//!
//! let mut second = first.clone(); // of two runs
//! second.accelerator.clock_mhz = 50.0;
//! second.time_us *= 2.0;
//! assert!(settings(&first, &second)[0].starts_with("accelerator: "));
//! let all = differences(&first, &second);
//! let changed: Vec<_> = all.iter().filter(|figure| !figure.is_equal()).collect();
//! assert_eq!((changed[0].figure, changed[0].change().as_str()), ("time, us", "+100.0"));
//! # Ok::<(), anyhow::Error>(())
//! ```

use anyhow::{Context, Result, bail};
use comfy_table::{CellAlignment, Table, presets};
use lcsim_output::text::rounded;
use lcsim_spec::Report;
use lcsim_spec::escape::printable;
use lcsim_spec::file::{self, quoted};
use lcsim_spec::naming::Name;
use lcsim_spec::report::{LayerReport, SCHEMA};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// The largest report in bytes. A report of a thousand layers and a million images has a tenth of
/// this.
const MAX_BYTES: u64 = 1 << 27;

/// A hint for files that are no reports, because other commands write JSON too.
fn hint() -> String {
    format!("reports are written by `{}`", Name::WriteReport)
}

/// One figure of two reports. It is `None` in a report that does not have it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// What the figure belongs to: `all`, or a layer.
    pub of: String,
    /// The name of the figure, with its unit.
    pub figure: &'static str,
    /// The value in the first report.
    pub first: Option<f64>,
    /// The value in the second report.
    pub second: Option<f64>,
}

impl Difference {
    /// Whether both reports have the same value.
    pub fn is_equal(&self) -> bool {
        self.first == self.second
    }

    /// The change in percent of the first value. Empty if nothing changed; `new` or `gone` if only
    /// one report has the figure.
    pub fn change(&self) -> String {
        match (self.first, self.second) {
            (a, b) if a == b => String::new(),
            (None, _) => "new".into(),
            (_, None) => "gone".into(),
            (Some(0.0), Some(_)) => "from 0".into(),
            (Some(a), Some(b)) => format!("{:+.1}", 100.0 * (b - a) / a),
        }
    }
}

/// Reads a report from a file.
///
/// # Errors
/// Fails if the file cannot be read, or is no report of this layout. The error names the place, and
/// what was expected and found there.
pub fn read(path: &Path) -> Result<Report> {
    let shown = path.display().to_string();
    let text = file::read_text(path, MAX_BYTES).with_context(|| format!("{shown}: cannot read"))?;
    parse(&text).context(shown)
}

/// Parses the text of a report.
///
/// # Errors
/// The errors of [`read`], without the name of the file.
pub fn parse(text: &str) -> Result<Report> {
    let value: serde_json::Value = serde_json::from_str(text).context("no JSON")?;
    match value.get("schema").and_then(serde_json::Value::as_str) {
        Some(SCHEMA) => {}
        Some(other) => bail!("schema: expected {SCHEMA}, found {}; {}", quoted(other), hint()),
        None => bail!("schema: expected {SCHEMA}, found none; {}", hint()),
    }
    drop(value);
    let report: Report = serde_json::from_str(text).context("no report")?;
    report.accelerator.validate("accelerator")?;
    report.check()?;
    Ok(report)
}

/// Lists what differs between the two runs, one line each: `accelerator: 8x8 | 16x16`.
pub fn settings(a: &Report, b: &Report) -> Vec<String> {
    let of = |r: &Report| {
        let c = &r.accelerator;
        let array = format!(
            "{}: {}x{} PEs, {} gate MACs, {} MHz",
            c.name, c.array.rows, c.array.cols, c.gate.macs, c.clock_mhz
        );
        [
            ("lcsim", r.version.clone()),
            ("model", r.model.clone()),
            ("threshold", r.threshold.to_string()),
            ("data", format!("{}, {} images", r.data, r.images)),
            ("accelerator", array),
            ("energy table", r.energy_table.name.clone()),
        ]
    };
    let lines = of(a).into_iter().zip(of(b)).filter(|(a, b)| a != b);
    let line = |((what, a), (_, b)): ((&str, String), (&str, String))| printable(&format!("{what}: {a} | {b}")).into();
    let mut lines: Vec<String> = lines.map(line).collect();
    if a.cycle_model != b.cycle_model {
        let [a, b] = [a, b].map(|r| r.cycle_model.map_or("not told".into(), |model| model.to_string()));
        lines.push(format!(
            "cycle model: {a} | {b}: the machine was timed in different ways, so cycles may differ by that"
        ));
    }
    if a.accelerator != b.accelerator && a.accelerator.name == b.accelerator.name {
        lines.push(format!("accelerator: both are named {}, and differ", printable(&a.accelerator.name)));
    }
    lines
}

/// Lists every figure of two reports: first the totals, then layer by layer.
pub fn differences(a: &Report, b: &Report) -> Vec<Difference> {
    // A report of the timing alone has no accuracy.
    let [first, second] = [a, b].map(|r| r.accuracy.map(|accuracy| 100.0 * accuracy));
    let mut all = vec![Difference { of: "all".into(), figure: "accuracy, %", first, second }];
    for ((figure, first), (_, second)) in totals(a).into_iter().zip(totals(b)) {
        if first.is_some() || second.is_some() {
            all.push(Difference { of: "all".into(), figure, first, second });
        }
    }
    let reasons: BTreeSet<&String> = a.cycles.stall_by.keys().chain(b.cycles.stall_by.keys()).collect();
    for reason in reasons {
        let of = |r: &Report| r.cycles.stall_by.get(reason).map(|n| *n as f64 / r.images as f64);
        let of = [of(a), of(b)];
        all.push(Difference { of: format!("stalls: {reason}"), figure: "cycles", first: of[0], second: of[1] });
    }
    let [in_a, in_b] = [a, b].map(|r| {
        // Of several layers with the same name, the first one counts.
        r.layers.iter().rev().map(|l| (l.name.as_str(), l)).collect::<HashMap<_, _>>()
    });
    let only_in_b = b.layers.iter().filter(|l| !in_a.contains_key(l.name.as_str()));
    for name in a.layers.iter().chain(only_in_b).map(|l| &l.name) {
        let of = |layers: &HashMap<&str, &LayerReport>, r: &Report| {
            layers.get(name.as_str()).map(|l| layer_figures(l, r.images as f64))
        };
        let (first, second) = (of(&in_a, a), of(&in_b, b));
        let figures = first.as_ref().or(second.as_ref());
        for (i, (figure, _)) in figures.into_iter().flatten().enumerate() {
            let value = |of: &Option<[(&'static str, f64); 3]>| of.as_ref().map(|f| f[i].1);
            all.push(Difference { of: name.clone(), figure, first: value(&first), second: value(&second) });
        }
    }
    all
}

/// The figures of the whole run. A figure is `None` if the report cannot have it: what gates save
/// in a network without gates, and energies that the table lacks.
fn totals(r: &Report) -> [(&'static str, Option<f64>); 23] {
    let images = r.images as f64;
    let (c, e) = (&r.cycles, &r.energy_pj);
    let nj = |pj: f64| pj / images / 1000.0;
    let all = [
        ("cycles", c.mean),
        ("cycles: compute", c.compute as f64 / images),
        ("cycles: input", c.input as f64 / images),
        ("cycles: classifier", c.classifier as f64 / images),
        ("cycles: exposed gates", c.gate_exposed as f64 / images),
        ("cycles: stalls", c.stall as f64 / images),
        ("cycles, without gates", r.ungated.cycles as f64 / images),
        ("MACs", r.macs.executed as f64 / images),
        ("speed-up", r.speedup),
        ("realised fraction", r.realized_fraction),
        ("energy, nJ", nj(e.total)),
        ("energy: MACs, nJ", nj(e.mac)),
        ("energy: registers, nJ", nj(e.register)),
        ("energy: SRAM reads, nJ", nj(e.sram_read)),
        ("energy: SRAM writes, nJ", nj(e.sram_write)),
        ("energy: gates, nJ", nj(e.gate)),
        ("energy: DRAM, nJ", nj(e.dram)),
        ("energy: leakage, nJ", nj(e.leakage)),
        ("energy: clock, nJ", nj(e.clock)),
        ("energy, without gates, nJ", nj(r.ungated.energy_pj.total)),
        ("power, mW", r.efficiency.power_mw),
        ("energy-delay product, nJ s", r.efficiency.energy_delay_js * 1e9),
        ("time, us", r.time_us),
    ];
    let absent = |key: &str| r.energy_table.absent.iter().any(|absent| absent == key);
    let known = |figure| match figure {
        "speed-up" | "realised fraction" => r.has_gates(),
        "energy: DRAM, nJ" => !absent("dram"),
        "energy: leakage, nJ" => !(absent("leakage_sram") && absent("leakage_pe")),
        "energy: clock, nJ" => !absent("clock_bit"),
        _ => true,
    };
    all.map(|(figure, value)| (figure, known(figure).then_some(value)))
}

fn layer_figures(l: &LayerReport, images: f64) -> [(&'static str, f64); 3] {
    [
        ("cycles", l.cycles as f64 / images),
        ("MACs", l.macs_executed as f64 / images),
        ("energy, nJ", l.energy_pj.total / images / 1000.0),
    ]
}

/// Writes the figures as CSV with a header.
///
/// # Errors
/// No input makes this fail: the rows are flat, and the writer is memory.
pub fn csv(all: &[Difference]) -> Result<Vec<u8>> {
    lcsim_output::csv(all)
}

/// Formats the figures as a table for people.
pub fn table(all: &[Difference]) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(["", "figure", "first", "second", "change, %"]);
    let mut before = "";
    for d in all {
        let name = if d.of == before { "" } else { d.of.as_str() };
        before = &d.of;
        table.add_row([printable(name).into(), d.figure.into(), value(d.first), value(d.second), d.change()]);
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table.to_string()
}

/// Formats counts without a fraction, and small figures with three digits of it.
fn value(x: Option<f64>) -> String {
    match x {
        None => "-".into(),
        Some(x) if x.abs() >= 1000.0 => rounded(x),
        Some(x) => format!("{x:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_in_percent_of_the_first() {
        let change = |first, second| Difference { of: "all".into(), figure: "cycles", first, second }.change();
        assert_eq!(change(Some(200.0), Some(150.0)), "-25.0");
        assert_eq!(change(Some(2.0), Some(2.0)), "");
        assert_eq!(change(Some(0.0), Some(2.0)), "from 0");
        assert_eq!(change(None, Some(2.0)), "new");
        assert_eq!(change(Some(2.0), None), "gone");
    }
}
