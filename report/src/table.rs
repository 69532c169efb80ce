//! The layer table of a report: as CSV, and as people read it.

use anyhow::Result;
use comfy_table::{CellAlignment, Table, presets};
use lcsim_output::text::{abbreviated, percent, rounded};
use lcsim_spec::Report;
use lcsim_spec::escape::printable;
use lcsim_spec::report::LayerKind;
use serde::Serialize;

/// A line of the layer table. Figures are means per image.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The layer's name.
    pub name: String,
    /// Its kind.
    pub kind: LayerKind,
    /// Cycles.
    pub cycles_per_image: f64,
    /// Share of all cycles.
    pub cycle_share: f64,
    /// MACs executed.
    pub macs_executed_per_image: f64,
    /// MACs with everything live.
    pub macs_dense_per_image: f64,
    /// Executed MACs over what all PEs could have done; 0 off the array.
    pub utilization: f64,
    /// Output channels computed, over the images that executed the layer.
    pub live_channels: f64,
    /// Output channels.
    pub channels: u64,
    /// Share of the images that skipped the layer (an L-Net: its branch).
    pub skip_rate: f64,
    /// Energy in nanojoules.
    pub energy_nj_per_image: f64,
}

/// The rows of a report, in order of execution.
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

/// The rows as CSV with a header.
///
/// # Errors
/// None that can be provoked: the rows are flat and the writer is memory.
pub fn csv(rows: &[Row]) -> Result<Vec<u8>> {
    lcsim_output::csv(rows)
}

/// The rows as people read them.
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

/// A table for people with that header: figures, right-aligned, behind what they are of.
pub fn plain(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(header.to_vec());
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// The figures of a line, as every table for people has them: name, kind, cycles, their share,
/// MACs, dense MACs, utilisation, live channels, skip rate, energy.
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
