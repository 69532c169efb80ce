//! Energy: counters times the figures of one table, each figure with its source.

use crate::Error;
use crate::counters::Activity;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::report::{self, Energy, LayerKind};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Figures of energy/45nm.toml or of a table like it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnergyTable {
    name: String,
    mac_int8: Figure,
    register_byte: Figure,
    add_int32: Figure,
    multiply_8x16: Figure,
    multiply_16x16: Figure,
    sram: Sram,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Figure {
    pj: f64,
    source: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sram {
    access_bytes: f64,
    source: String,
    sizes: Vec<SramSize>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct SramSize {
    bytes: f64,
    read_pj: f64,
    write_pj: f64,
}

/// Picojoules to read and to write one byte of a memory.
#[derive(Debug, Clone, Copy, PartialEq)]
struct PerByte {
    read: f64,
    write: f64,
}

impl EnergyTable {
    /// The table that is shipped.
    pub fn embedded() -> Self {
        // A unit test parses it.
        Self::parse(include_str!("../../energy/45nm.toml"), "energy/45nm.toml").expect("the shipped table is valid")
    }

    /// Parses a table; `path` is for error messages.
    ///
    /// # Errors
    /// [`Error::EnergyTable`]: no TOML, a figure is missing, unknown, negative or not finite, or sizes do not ascend.
    pub fn parse(text: &str, path: &str) -> Result<Self, Error> {
        let bad = |message: String| Error::EnergyTable { path: path.into(), message };
        let table: Self = toml::from_str(text).map_err(|e| {
            let line = e.span().map_or(1, |s| text[..s.start].lines().count().max(1));
            bad(format!("line {line}: {}", e.message().trim()))
        })?;
        for (key, figure) in table.figures() {
            if !(figure.pj.is_finite() && figure.pj >= 0.0) {
                return Err(bad(format!("{key}.pj: expected a finite figure of at least 0, found {}", figure.pj)));
            }
        }
        let sizes = &table.sram.sizes;
        let positive = |s: &SramSize| [s.bytes, s.read_pj, s.write_pj].iter().all(|v| v.is_finite() && *v > 0.0);
        let ascending = sizes.windows(2).all(|w| w[0].bytes < w[1].bytes);
        if sizes.is_empty() || !sizes.iter().all(positive) || !ascending {
            return Err(bad("sram.sizes: expected one or more, ascending, with figures above 0".into()));
        }
        if !(table.sram.access_bytes.is_finite() && table.sram.access_bytes > 0.0) {
            return Err(bad(format!("sram.access_bytes: expected above 0, found {}", table.sram.access_bytes)));
        }
        Ok(table)
    }

    fn figures(&self) -> [(&'static str, &Figure); 5] {
        [
            ("mac_int8", &self.mac_int8),
            ("register_byte", &self.register_byte),
            ("add_int32", &self.add_int32),
            ("multiply_8x16", &self.multiply_8x16),
            ("multiply_16x16", &self.multiply_16x16),
        ]
    }

    /// Name and sources, for the report.
    pub fn describe(&self) -> report::EnergyTable {
        let mut sources: BTreeMap<String, String> =
            self.figures().into_iter().map(|(key, f)| (key.to_string(), f.source.clone())).collect();
        sources.insert("sram".into(), self.sram.source.clone());
        report::EnergyTable { name: self.name.clone(), sources }
    }

    /// Figures for one byte of a memory of `bytes`.
    fn per_byte(&self, bytes: usize) -> PerByte {
        let sizes = &self.sram.sizes;
        let x = (bytes as f64).ln();
        let above = sizes.iter().position(|s| s.bytes.ln() >= x).unwrap_or(sizes.len() - 1);
        let (low, high) = (&sizes[above.saturating_sub(1)], &sizes[above]);
        let span = high.bytes.ln() - low.bytes.ln();
        let t = if span > 0.0 { (x - low.bytes.ln()) / span } else { 0.0 };
        let between = |a: f64, b: f64| (a.ln() + t * (b.ln() - a.ln())).exp() / self.sram.access_bytes;
        PerByte { read: between(low.read_pj, high.read_pj), write: between(low.write_pj, high.write_pj) }
    }
}

/// A table applied to an accelerator's memories.
pub(crate) struct EnergyModel<'a> {
    table: &'a EnergyTable,
    stream: PerByte,
    scratch: PerByte,
    accumulator: PerByte,
    filter: PerByte,
    gate_weight: PerByte,
    pool: PerByte,
    list: PerByte,
}

impl<'a> EnergyModel<'a> {
    pub fn new(table: &'a EnergyTable, config: &AcceleratorConfig) -> Self {
        let sized = |bytes: usize| table.per_byte(bytes);
        Self {
            table,
            stream: sized(config.stream_depth()),
            scratch: sized(config.scratch_depth()),
            accumulator: sized(4 * config.array.accumulator_depth),
            filter: sized(config.memory.weight_bytes),
            gate_weight: sized(config.memory.gate_weight_bytes),
            pool: sized(3 * 4 * config.gate.channels),
            list: sized(4 * config.gate.channels),
        }
    }

    pub fn energy(&self, kind: LayerKind, a: &Activity) -> Energy {
        let t = self.table;
        let times = |n: u64, pj: f64| n as f64 * pj;
        let gate_unit = times(a.gate_macs, t.multiply_8x16.pj + t.add_int32.pj)
            + times(a.scores, t.multiply_16x16.pj + 2.0 * t.add_int32.pj)
            + times(a.gate_weight_read, self.gate_weight.read)
            + times(a.pool_read, self.pool.read);
        let gate = times(a.pool_adds, t.add_int32.pj)
            + times(a.pool_write, self.pool.write)
            + times(a.list_read, self.list.read)
            + times(a.list_write, self.list.write);
        // The classifier borrows the gate unit; its work is the network's own.
        let (own, gate) = if kind == LayerKind::Classifier { (gate_unit, gate) } else { (0.0, gate + gate_unit) };
        let mac = own
            + times(a.macs, t.mac_int8.pj)
            + times(a.accumulations, t.add_int32.pj)
            // Bias, two roundings and the residual are additions.
            + times(a.requantized, t.multiply_16x16.pj + 4.0 * t.add_int32.pj);
        let register = times(a.register_bytes, t.register_byte.pj);
        let sram = times(a.stream_read, self.stream.read)
            + times(a.stream_write, self.stream.write)
            + times(a.scratch_read, self.scratch.read)
            + times(a.scratch_write, self.scratch.write)
            + times(a.accumulator_read, self.accumulator.read)
            + times(a.accumulator_write, self.accumulator.write)
            + times(a.filter_read + a.param_read, self.filter.read);
        Energy { total: mac + register + sram + gate, mac, register, sram, gate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_at_and_between_sizes() {
        let table = EnergyTable::embedded();
        assert_eq!(table.per_byte(100), table.per_byte(8192), "below the smallest: its figures");
        assert!((table.per_byte(8192).read - 6.14 / 8.0).abs() < 1e-12);
        assert!((table.per_byte(262_144).write - 38.49 / 8.0).abs() < 1e-9);
        let middle = table.per_byte(16_384).read;
        assert!((middle - (6.14f64 * 17.04).sqrt() / 8.0).abs() < 1e-9, "log-log: {middle}");
        assert!(table.per_byte(4 << 20).read > 93.52 / 8.0, "beyond the largest it goes on rising");
    }

    #[test]
    fn bad_tables_are_refused() {
        let shipped = include_str!("../../energy/45nm.toml");
        for (from, to, word) in [
            ("pj = 0.315", "pj = -1.0", "mac_int8.pj"),
            ("pj = 0.1\n", "pj = inf\n", "add_int32.pj"),
            ("bytes = 8_192", "bytes = 65_536", "ascending"),
            ("access_bytes = 8", "access_bytes = 0", "access_bytes"),
            ("[add_int32]", "[add_int23]", "add_int23"),
        ] {
            let text = shipped.replace(from, to);
            assert_ne!(text, shipped);
            let error = EnergyTable::parse(&text, "t.toml").expect_err(from).to_string();
            assert!(error.contains("t.toml") && error.contains(word), "{error}");
        }
    }
}
