//! Tells accelerators apart by their parameters. Their names are only for people.
//!
//! ```
//! use lcsim_explore::curve::accelerators::{labels, same};
//!
//! let first = lcsim_input::load::config("16x16", &[])?;
//! let mut second = first.clone();
//! second.array.rows = 8;
//! assert!(!same(&first, &second));
//! let labels = labels(&[first, second]);
//! assert!(labels.iter().all(|label| label.starts_with("16x16, ")), "{labels:?}");
//! assert_ne!(labels[0], labels[1]);
//! # Ok::<(), anyhow::Error>(())
//! ```

use super::names::unique;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::config::{ArrayConfig, DramConfig, GateConfig, MemoryConfig, Prefetch};

/// A parameter of an accelerator.
struct Parameter {
    /// The key with its table.
    key: &'static str,
    /// The key as labels write it.
    short: &'static str,
    /// The value. Empty for the keys of a DRAM that the accelerator does not have.
    value: String,
}

/// All parameters but the name, in the order of the file.
fn parameters(config: &AcceleratorConfig) -> Vec<Parameter> {
    // This pattern names every field, so that a new parameter cannot be forgotten here.
    let AcceleratorConfig { name: _, clock_mhz, array, memory, gate, dram } = config;
    let ArrayConfig { rows, cols, accumulator_depth } = array;
    let MemoryConfig {
        stream_bytes,
        scratch_bytes,
        weight_bytes,
        gate_weight_bytes,
        image_bytes,
        parameters,
        gate_parameters,
        instructions,
        instruction_words,
    } = memory;
    let GateConfig { macs, channels } = gate;
    let of_dram = |value: fn(&DramConfig) -> String| dram.as_ref().map_or(String::new(), value);
    let all = [
        ("clock_mhz", "MHz", clock_mhz.to_string()),
        ("array.rows", "rows", rows.to_string()),
        ("array.cols", "cols", cols.to_string()),
        ("array.accumulator_depth", "accumulator depth", accumulator_depth.to_string()),
        ("memory.stream_bytes", "stream bytes", stream_bytes.to_string()),
        ("memory.scratch_bytes", "scratch bytes", scratch_bytes.to_string()),
        ("memory.weight_bytes", "weight bytes", weight_bytes.to_string()),
        ("memory.gate_weight_bytes", "gate weight bytes", gate_weight_bytes.to_string()),
        ("memory.image_bytes", "image bytes", image_bytes.to_string()),
        ("memory.parameters", "parameters", parameters.to_string()),
        ("memory.gate_parameters", "gate parameters", gate_parameters.to_string()),
        ("memory.instructions", "instructions", instructions.to_string()),
        ("memory.instruction_words", "instruction words", instruction_words.to_string()),
        ("gate.macs", "gate MACs", macs.to_string()),
        ("gate.channels", "gate channels", channels.to_string()),
        ("dram.bytes_per_cycle", "DRAM bytes per cycle", of_dram(|d| d.bytes_per_cycle.to_string())),
        ("dram.latency_cycles", "DRAM latency", of_dram(|d| d.latency_cycles.to_string())),
        ("dram.burst_bytes", "DRAM burst bytes", of_dram(|d| d.burst_bytes.to_string())),
        ("dram.prefetch", "DRAM prefetch", of_dram(|d| prefetch(d.prefetch).into())),
    ];
    all.map(|(key, short, value)| Parameter { key, short, value }).into()
}

/// The value as the file writes it.
fn prefetch(prefetch: Prefetch) -> &'static str {
    match prefetch {
        Prefetch::Gated => "gated",
        Prefetch::Speculative => "speculative",
    }
}

/// Keys and values for a table with a column for each key. Without a DRAM, its values are empty.
pub fn columns(config: &AcceleratorConfig) -> Vec<(&'static str, String)> {
    parameters(config).into_iter().map(|p| (p.key, p.value)).collect()
}

/// Whether both have the same parameters, whatever their names are.
pub fn same(a: &AcceleratorConfig, b: &AcceleratorConfig) -> bool {
    AcceleratorConfig { name: b.name.clone(), ..a.clone() } == *b
}

/// Makes a label for each of different accelerators. No two labels are equal. A label is the name;
/// if others have the same name, it also has the parameters that differ.
pub fn labels(configs: &[AcceleratorConfig]) -> Vec<String> {
    let label = |config: &AcceleratorConfig| {
        let namesakes: Vec<_> = configs.iter().filter(|other| other.name == config.name).collect();
        let others: Vec<_> = namesakes.iter().map(|other| parameters(other)).collect();
        let mut label = config.name.clone();
        for (n, own) in parameters(config).into_iter().enumerate() {
            // An accelerator without a DRAM differs by that alone.
            let mut values = others.iter().map(|other| &other[n].value).filter(|value| !value.is_empty());
            if !own.value.is_empty() && values.any(|value| *value != own.value) {
                label += &format!(", {} {}", own.short, own.value);
            }
        }
        if namesakes.iter().any(|other| other.dram.is_some() != config.dram.is_some()) {
            label += if config.dram.is_some() { ", DRAM" } else { ", no DRAM" };
        }
        label
    };
    unique(configs.iter().map(label).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use lcsim_input::load;

    fn shipped(name: &str) -> AcceleratorConfig {
        load::config(name, &[]).expect("embedded")
    }

    fn with(change: impl Fn(&mut AcceleratorConfig)) -> AcceleratorConfig {
        let mut config = shipped("16x16");
        change(&mut config);
        config
    }

    #[test]
    fn equal_names_get_what_differs() {
        let small = with(|c| c.array.rows = 4);
        assert_eq!(labels(&[shipped("16x16"), shipped("8x8")]), ["16x16", "8x8"]);
        let all = [shipped("16x16"), small.clone(), shipped("8x8")];
        assert_eq!(labels(&all), ["16x16, rows 16", "16x16, rows 4", "8x8"]);
        let few = with(|c| (c.array.rows, c.gate.macs) = (4, 1));
        let expected = ["16x16, rows 16, gate MACs 16", "16x16, rows 4, gate MACs 1", "16x16, rows 4, gate MACs 16"];
        assert_eq!(labels(&[shipped("16x16"), few, small]), expected);
    }

    #[test]
    fn a_dram_is_a_difference_and_so_are_its_parameters() {
        let dram = shipped("imagenet-32x32").dram.expect("it has one");
        let slow = DramConfig { latency_cycles: 999, ..dram.clone() };
        let latency = dram.latency_cycles;
        let one = [with(|_| {}), with(|c| c.dram = Some(dram.clone()))];
        assert_eq!(labels(&one), ["16x16, no DRAM", "16x16, DRAM"]);
        let two = [with(|_| {}), with(|c| c.dram = Some(dram.clone())), with(|c| c.dram = Some(slow.clone()))];
        let with_latency = [latency, 999].map(|l| format!("16x16, DRAM latency {l}, DRAM"));
        assert_eq!(labels(&two), ["16x16, no DRAM".into(), with_latency[0].clone(), with_latency[1].clone()]);
    }

    #[test]
    fn no_two_labels_are_alike() {
        let odd = AcceleratorConfig { name: "16x16, rows 4".into(), ..shipped("8x8") };
        let all = labels(&[shipped("16x16"), with(|c| c.array.rows = 4), odd]);
        assert_eq!(all, ["16x16, rows 16", "16x16, rows 4", "16x16, rows 4 (2)"]);
    }

    #[test]
    fn a_name_makes_no_other_machine() {
        assert!(same(&shipped("16x16"), &AcceleratorConfig { name: "mine".into(), ..shipped("16x16") }));
        assert!(!same(&shipped("16x16"), &with(|c| c.clock_mhz = 1.0)));
    }

    #[test]
    fn every_key_of_the_file_has_a_column() {
        for config in [shipped("16x16"), shipped("imagenet-32x32")] {
            let value = serde_json::to_value(&config).expect("JSON");
            let mut in_file = vec![];
            for (key, value) in value.as_object().expect("a table").iter().filter(|(key, _)| *key != "name") {
                match value.as_object() {
                    Some(table) => in_file.extend(table.iter().map(|(k, v)| (format!("{key}.{k}"), v.clone()))),
                    None => in_file.push((key.clone(), value.clone())),
                }
            }
            let mut ours: Vec<(String, serde_json::Value)> = (columns(&config).into_iter())
                .filter(|(_, value)| !value.is_empty())
                .map(|(key, value)| (key.into(), serde_json::from_str(&value).unwrap_or_else(|_| value.clone().into())))
                .collect();
            // The file writes the clock with a fraction.
            ours.iter_mut().filter(|(key, _)| key == "clock_mhz").for_each(|(_, v)| *v = config.clock_mhz.into());
            ours.sort_by(|a, b| a.0.cmp(&b.0));
            in_file.sort_by(|a, b| a.0.cmp(&b.0));
            assert_eq!(ours, in_file);
        }
    }
}
