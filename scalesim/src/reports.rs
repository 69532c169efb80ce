//! Writes the reports exactly as SCALE-Sim 3.0.0 does.
//!
//! ```
//! use lcsim_scalesim::memory::{Budget, LIMIT};
//! use lcsim_scalesim::reports::{NAMES, all};
//! use lcsim_scalesim::run::run;
//! # use lcsim_scalesim::shape::Shape;
//! # use lcsim_scalesim::{Dataflow, ScaleConfig};
//! # let dataflow = Dataflow::WeightStationary;
//! # let config = ScaleConfig { rows: 4, cols: 4, ifmap_words: 1024, filter_words: 1024, ofmap_words: 1024, dataflow };
//! # let shape = Shape { height: 16, width: 8, filter_height: 1, filter_width: 8, channels: 1, filters: 4, stride: 1 };
//!
//! let layer = run(&config, &shape, &Budget::new(LIMIT), |_cycles| ())?;
//! let [compute, _, _] = all(&[layer]);
//! assert_eq!(NAMES[0], "COMPUTE_REPORT.csv");
//! assert!(compute.starts_with("LayerID, Total Cycles (incl. prefetch), Total Cycles"));
//! assert!(compute.contains("\n0, "), "layers are numbered from 0");
//! # Ok::<(), anyhow::Error>(())
//! ```

use super::config::Dataflow;
use super::ours::Comparison;
use super::run::LayerReport;

/// The names of the reports, in the order of [`all`].
pub const NAMES: [&str; 3] = ["COMPUTE_REPORT.csv", "BANDWIDTH_REPORT.csv", "DETAILED_ACCESS_REPORT.csv"];

/// The name of the report that is written without `--compat`.
pub const COMPARISON_NAME: &str = "COMPARISON_REPORT.csv";

const COMPUTE: &str = "LayerID, Total Cycles (incl. prefetch), Total Cycles, Stall Cycles, Overall Util %, Mapping Efficiency %, \
                       Compute Util %,\n";
const BANDWIDTH: &str = "LayerID, Avg IFMAP SRAM BW, Avg FILTER SRAM BW, Avg OFMAP SRAM BW, Avg IFMAP DRAM BW, \
                         Avg FILTER DRAM BW, Avg OFMAP DRAM BW,\n";

/// Stall cycles in `CALC` mode. The memories never stall there.
const STALLS: &str = "0";

/// Writes the three reports. Layers are numbered from 0.
pub fn all(layers: &[LayerReport]) -> [String; 3] {
    let table = |header: String, line: fn(&LayerReport) -> Vec<String>| {
        let lines = layers.iter().enumerate().map(|(id, layer)| format!("{id}, {},\n", line(layer).join(", ")));
        header + &lines.collect::<String>()
    };
    [table(COMPUTE.into(), compute), table(BANDWIDTH.into(), bandwidth), table(detailed_header(), detailed)]
}

/// Writes the report of both machines. Layers are numbered from 0, and `dataflow` is SCALE-Sim's. A
/// layer that could not run has the reason instead of figures.
pub fn comparison(layers: &[Result<Comparison, String>], dataflow: Dataflow) -> String {
    let name = dataflow.name();
    let header = format!("LayerID, SCALE-Sim Total Cycles ({name}), Cycles (ws), Difference, Explanation,\n");
    let lines = layers.iter().enumerate().map(|(id, layer)| match layer {
        Ok(Comparison { scale_sim, ours, explanation }) => {
            format!("{id}, {scale_sim}, {ours}, {}, {explanation},\n", i128::from(*ours) - i128::from(*scale_sim))
        }
        Err(reason) => format!("{id}, , , , cannot run: {},\n", reason.replace(',', ";")),
    });
    header + &lines.collect::<String>()
}

fn compute(layer: &LayerReport) -> Vec<String> {
    let cycles = [layer.overall_cycles.to_string(), layer.total_cycles.to_string(), STALLS.into()];
    let shares = [layer.overall_util, layer.mapping_efficiency, layer.compute_util].map(float);
    [cycles, shares].concat()
}

fn bandwidth(layer: &LayerReport) -> Vec<String> {
    let sram = layer.sram.map(|a| float(a.count as f64 / layer.total_cycles as f64));
    let dram = layer.dram.map(|a| float(a.bandwidth()));
    [sram, dram].concat()
}

fn detailed(layer: &LayerReport) -> Vec<String> {
    let all = [layer.sram, layer.dram].concat();
    all.iter().flat_map(|a| [float(a.start as f64), float(a.stop as f64), a.count.to_string()]).collect()
}

fn detailed_header() -> String {
    let mut header = "LayerID".to_string();
    for memory in ["SRAM", "DRAM"] {
        for (operand, access) in [("IFMAP", "Reads"), ("Filter", "Reads"), ("OFMAP", "Writes")] {
            for what in ["Start Cycle", "Stop Cycle", access] {
                header += &format!(", {memory} {operand} {what}");
            }
        }
    }
    header + ",\n"
}

/// Formats a number as Python does: with the fewest digits that give the same number when they are
/// read.
fn float(x: f64) -> String {
    let size = x.abs();
    if size == 0.0 || (1e-4..1e16).contains(&size) {
        return format!("{x:?}");
    }
    let text = format!("{x:e}");
    match text.split_once('e') {
        Some((digits, power)) => match power.strip_prefix('-') {
            Some(power) => format!("{digits}e-{power:0>2}"),
            None => format!("{digits}e+{power:0>2}"),
        },
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_pythons() {
        let cases = [
            (0.0, "0.0"),
            (-1.0, "-1.0"),
            (100.0, "100.0"),
            (1.0 / 3.0, "0.3333333333333333"),
            (1e-4, "0.0001"),
            (5e-5, "5e-05"),
            (1.25e-10, "1.25e-10"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
        ];
        for (x, text) in cases {
            assert_eq!(float(x), text);
        }
    }
}
