//! The layer table of a report, as CSV and for people.
//!
//! ```
//! use lcsim_report::table::{csv, rows};
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
//! # let report = report::assemble(&simulator, &simulator, &lcsim_input::load::energy_table("45nm-lpddr4")?, run)?;
//!
//! let rows = rows(&report);
//! let stem = rows.iter().find(|row| row.name == "stem").ok_or(anyhow::anyhow!("no stem"))?;
//! assert_eq!(stem.macs_dense_per_image, (2 * 16 * 9) as f64);
//! assert!(csv(&rows)?.starts_with(b"name,kind,cycles_per_image"));
//! # Ok::<(), anyhow::Error>(())
//! ```

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use lcsim_output::text::{abbreviated, percent, rounded};
use lcsim_spec::Report;
use lcsim_spec::escape::printable;
use lcsim_spec::report::LayerKind;
use serde::Serialize;

/// One line of the layer table. Its figures are means per image.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The layer's name.
    pub name: String,
    /// Its kind.
    pub kind: LayerKind,
    /// Cycles.
    pub cycles_per_image: f64,
    /// The layer's share of all cycles.
    pub cycle_share: f64,
    /// MACs that were executed.
    pub macs_executed_per_image: f64,
    /// MACs if everything is live.
    pub macs_dense_per_image: f64,
    /// Executed MACs divided by the MACs that all PEs could have done. 0 for layers that do not run
    /// on the array.
    pub utilization: f64,
    /// Output channels that were computed, as a mean over the images that executed the layer.
    pub live_channels: f64,
    /// Output channels.
    pub channels: u64,
    /// The share of images that skipped the layer. For an L-Net: that skipped its branch.
    pub skip_rate: f64,
    /// Energy in nJ.
    pub energy_nj_per_image: f64,
}

/// Makes the rows of a report in the order of execution.
pub fn rows(report: &Report) -> Vec<Row> {
    let images = report.images as f64;
    let row = |layer: &lcsim_spec::report::LayerReport| Row {
        name: layer.name.clone(),
        kind: layer.kind,
        cycles_per_image: layer.cycles as f64 / images,
        cycle_share: layer.cycles as f64 / report.cycles.total as f64,
        macs_executed_per_image: layer.macs_executed as f64 / images,
        macs_dense_per_image: layer.macs_dense as f64 / images,
        utilization: layer.utilization,
        live_channels: layer.live_channels,
        channels: layer.channels,
        skip_rate: layer.skip_rate,
        energy_nj_per_image: layer.energy_pj.total / images / 1000.0,
    };
    report.layers.iter().map(row).collect()
}

/// Writes the rows as CSV with a header.
///
/// # Errors
/// No input makes this fail: the rows are flat, and the writer is memory.
pub fn csv(rows: &[Row]) -> Result<Vec<u8>> {
    lcsim_output::csv(rows)
}

/// Formats the rows as a table for people.
pub fn text(rows: &[Row]) -> String {
    let mut table = plain(&[
        "layer",
        "kind",
        "cycles\n/image",
        "cycles\n%",
        "MACs\n/image",
        "dense MACs\n/image",
        "utilised\n%",
        "live\nchannels",
        "skipped\n%",
        "energy\nnJ/image",
    ]);
    for row in rows {
        let mut shown = cells(row).map(|cell| printable(&cell).into_owned());
        shown[0] = abbreviated(&shown[0]).into_owned();
        table.add_row(shown);
    }
    if let Some(kind) = table.column_mut(1) {
        kind.set_cell_alignment(CellAlignment::Left);
    }
    table.to_string()
}

/// Makes an empty table for people. The first column is aligned left, and the others, which have
/// figures, right.
pub fn plain(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(header.to_vec());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Formats the figures of a row for every table for people: name, kind, cycles, their share, MACs,
/// dense MACs, utilisation, live channels, skip rate, energy.
pub fn cells(row: &Row) -> [String; 10] {
    let on_array = matches!(row.kind, LayerKind::Conv | LayerKind::Shortcut);
    [
        row.name.clone(),
        row.kind.called().into(),
        rounded(row.cycles_per_image),
        percent(row.cycle_share),
        rounded(row.macs_executed_per_image),
        rounded(row.macs_dense_per_image),
        if on_array { percent(row.utilization) } else { "-".into() },
        format!("{:.1} of {}", row.live_channels, row.channels),
        percent(row.skip_rate),
        format!("{:.1}", row.energy_nj_per_image),
    ]
}
