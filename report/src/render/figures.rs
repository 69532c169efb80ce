//! The figures of a report as tables of text. Markdown and HTML lay them out.

use crate::table;
use lcsim_output::text::{percent, rounded, threshold};
use lcsim_spec::Report;
use lcsim_spec::report::Energy;
use serde_json::Value;

/// A component of the energy: its name, and its field.
pub type Component = (&'static str, fn(&Energy) -> f64);

/// All components, in the order in which they are stacked.
pub const ENERGY: [Component; 8] = [
    ("MACs", |e| e.mac),
    ("registers", |e| e.register),
    ("SRAM reads", |e| e.sram_read),
    ("SRAM writes", |e| e.sram_write),
    ("gates", |e| e.gate),
    ("DRAM", |e| e.dram),
    ("leakage", |e| e.leakage),
    ("clock", |e| e.clock),
];

/// A figure at the top of the page: its name, its value, and what it means.
pub struct Headline {
    pub name: &'static str,
    pub figure: String,
    pub means: String,
}

/// A table of text.
pub struct Table {
    pub head: Vec<&'static str>,
    /// The number of columns of text, to the left of the columns of figures.
    pub texts: usize,
    pub rows: Vec<Vec<String>>,
}

impl Table {
    fn new<const N: usize>(head: [&'static str; N], texts: usize, rows: Vec<[String; N]>) -> Self {
        Self { head: head.to_vec(), texts, rows: rows.into_iter().map(Vec::from).collect() }
    }
}

/// Describes the run in one line.
pub fn setting(report: &Report) -> String {
    let c = &report.accelerator;
    let threshold = if report.threshold > 0.0 { format!(", {}", threshold(report.threshold)) } else { String::new() };
    let model = report.cycle_model.map_or(String::new(), |model| format!(", cycle model {model}"));
    format!(
        "{} on {} ({}x{} PEs, {} gate MACs, {} MHz), {} images of {}{threshold}; lcsim {}{model}",
        report.model,
        c.name,
        c.array.rows,
        c.array.cols,
        c.gate.macs,
        c.clock_mhz,
        report.images,
        report.data,
        report.version
    )
}

/// The most important figures.
pub fn headlines(report: &Report) -> Vec<Headline> {
    let images = report.images as f64;
    let line = |name, figure, means: String| Headline { name, figure, means };
    let gated = report.has_gates();
    let without_gates = |figure: String| match gated {
        true => format!("{figure} without gates"),
        false => "the network has no gates".into(),
    };
    let macs = &report.macs;
    let mut all = vec![
        match report.accuracy {
            Some(accuracy) => {
                line("accuracy", format!("{} %", percent(accuracy)), format!("of {} images", report.images))
            }
            None => line("accuracy", "none".into(), format!("timing of {} images alone", report.images)),
        },
        line(
            "cycles per image",
            rounded(report.cycles.mean),
            without_gates(rounded(report.ungated.cycles as f64 / images)),
        ),
        line(
            "time per image",
            format!("{:.1} us", report.time_us),
            format!("{:.1} images a second", report.frames_per_second),
        ),
        line(
            "energy per image",
            format!("{} nJ", nanojoules(report, report.energy_pj.total)),
            without_gates(format!("{} nJ", nanojoules(report, report.ungated.energy_pj.total))),
        ),
        line(
            "MACs per image",
            rounded(macs.executed as f64 / images),
            if gated { format!("of {} dense", rounded(macs.dense as f64 / images)) } else { "none saved".into() },
        ),
    ];
    // These figures have no meaning for a network without gates.
    if gated {
        all.extend([
            line("MAC reduction", format!("{:.3}x", report.mac_reduction), "the saving on paper".into()),
            line("speed-up", format!("{:.3}x", report.speedup), "over the network without gates".into()),
            line(
                "realised fraction",
                format!("{:.3}", report.realized_fraction),
                "of the MAC reduction arrives as speed-up".into(),
            ),
        ]);
    }
    all
}

/// The cycles by reason.
pub fn cycles(report: &Report) -> Table {
    let c = &report.cycles;
    let line = |name: String, n: u64| [name, rounded(n as f64 / report.images as f64), share(n as f64, c.total as f64)];
    let own = [
        ("all", c.total),
        ("compute", c.compute),
        ("input", c.input),
        ("classifier", c.classifier),
        ("max pooling", c.pooling),
        ("exposed gates", c.gate_exposed),
        ("stalls", c.stall),
    ];
    let stalls = c.stall_by.iter().map(|(reason, n)| line(format!("stalls: {}", reason.replace('_', " ")), *n));
    let others = [("gates forced open", report.forced_open.cycles), ("without gates", report.ungated.cycles)];
    let rows = own.map(|(name, n)| line(name.into(), n)).into_iter();
    let rows = rows.chain(stalls).chain(others.map(|(name, n)| line(name.into(), n)));
    Table::new(["", "cycles per image", "%"], 1, rows.collect())
}

/// The energy by component.
pub fn energy(report: &Report) -> Table {
    let e = &report.energy_pj;
    let line = |name: &str, pj: f64| [name.into(), nanojoules(report, pj), share(pj, e.total)];
    let mut rows = vec![line("all", e.total)];
    let absent = |figure: &str| report.energy_table.absent.iter().any(|f| f == figure);
    rows.extend(ENERGY.iter().map(|(name, of)| match *name {
        "clock" if absent("clock_bit") => [(*name).into(), "not in the table".into(), "-".into()],
        _ => line(name, of(e)),
    }));
    rows.push(line("gates forced open", report.forced_open.energy_pj.total));
    rows.push(line("without gates", report.ungated.energy_pj.total));
    Table::new(["", "nJ per image", "%"], 1, rows)
}

/// A line for each layer.
pub fn layers(report: &Report) -> Table {
    let head = [
        "layer",
        "kind",
        "cycles",
        "cycles, %",
        "MACs",
        "dense MACs",
        "utilised, %",
        "live channels",
        "skipped, %",
        "energy, nJ",
    ];
    Table::new(head, 2, table::rows(report).iter().map(table::cells).collect())
}

/// All parameters of the accelerator with their keys.
pub fn configuration(report: &Report) -> Table {
    let mut rows = vec![];
    // The configuration always has a JSON form: its keys are strings, and its numbers are finite.
    flatten("", &serde_json::to_value(&report.accelerator).unwrap_or_default(), &mut rows);
    Table::new(["parameter", "value"], 1, rows)
}

fn flatten(key: &str, value: &Value, rows: &mut Vec<[String; 2]>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                let key = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                flatten(&key, value, rows);
            }
        }
        Value::String(text) => rows.push([key.into(), text.clone()]),
        other => rows.push([key.into(), other.to_string()]),
    }
}

/// Transfers between accelerator and DRAM. `None` without a DRAM.
#[cfg(feature = "html")]
pub fn dram(report: &Report) -> Option<Table> {
    let dram = report.dram.as_ref()?;
    let mean = |n: u64| rounded(n as f64 / report.images as f64);
    let stand = |bytes: u64, on_chip: bool| {
        let place = if on_chip { "on chip" } else { "from DRAM for each image" };
        format!("{} bytes, {place}", rounded(bytes as f64))
    };
    let rows = [
        ("filters", stand(dram.filter_bytes, dram.filters_on_chip)),
        ("gate weights", stand(dram.gate_weight_bytes, dram.gate_weights_on_chip)),
        ("maps", crate::totals::maps(dram)),
        ("bytes read per image", mean(dram.read_bytes)),
        ("of them in vain", mean(dram.wasted_bytes)),
        ("bytes written per image", mean(dram.written_bytes)),
        ("cycles per image in which bytes are transferred", mean(dram.busy_cycles)),
        ("cycles per image in which the array waits for them", mean(dram.stall_cycles)),
    ];
    Some(Table::new(["", ""], 1, rows.map(|(name, text)| [name.into(), text]).into()))
}

/// The figures of the energy table with their sources.
pub fn sources(report: &Report) -> Table {
    let rows = report.energy_table.sources.iter().map(|(figure, source)| [figure.clone(), source.clone()]);
    Table::new(["figure", "source"], 2, rows.collect())
}

/// Converts picojoules of all images to nanojoules of one image.
pub fn nanojoules(report: &Report, pj: f64) -> String {
    format!("{:.1}", pj / report.images as f64 / 1000.0)
}

/// Formats a share in percent. If the whole is 0, there is no share.
fn share(part: f64, all: f64) -> String {
    if all > 0.0 { percent(part / all) } else { "-".into() }
}
