//! A table of energy figures with their sources.

use lcsim_spec::report;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The figures of a file like energy/45nm.toml, or of an energy reference table of Accelergy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnergyTable {
    pub(super) name: String,
    pub(super) mac_int8: Figure,
    pub(super) register_byte: Figure,
    pub(super) add_int32: Figure,
    pub(super) multiply_8x16: Figure,
    pub(super) multiply_16x16: Figure,
    pub(super) sram: Sram,
    pub(super) leakage_pe: Option<Power>,
    pub(super) clock_bit: Option<Figure>,
    pub(super) dram: Option<Dram>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figure {
    pub pj: f64,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Power {
    pub uw: f64,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Dram {
    pub name: Option<String>,
    pub pj_per_bit: f64,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sram {
    pub access_bytes: f64,
    pub source: String,
    pub sizes: Vec<SramSize>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SramSize {
    pub bytes: f64,
    pub read_pj: f64,
    pub write_pj: f64,
    pub leakage_uw: Option<f64>,
}

/// The limit of figures: no access of a chip costs a microjoule, and no part leaks a watt.
const LIMIT: f64 = 1e6;

/// The energies to read and to write one byte of a memory, in picojoules.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PerByte {
    pub read: f64,
    pub write: f64,
}

impl EnergyTable {
    /// Checks all figures. The error describes the first fault.
    pub(super) fn check(&self) -> Result<(), String> {
        for (key, value) in self.figures() {
            if !(0.0..=LIMIT).contains(&value) {
                return Err(format!("{key}: expected a figure from 0 to {LIMIT}, found {value}"));
            }
        }
        let sizes = &self.sram.sizes;
        let within = |v: f64| v > 0.0 && v <= LIMIT;
        let usable = |s: &SramSize| {
            let figures = [Some(s.read_pj), Some(s.write_pj), s.leakage_uw];
            s.bytes.is_finite() && s.bytes > 0.0 && figures.into_iter().flatten().all(within)
        };
        let ascending = sizes.windows(2).all(|w| w[0].bytes < w[1].bytes);
        if sizes.is_empty() || !sizes.iter().all(usable) || !ascending {
            let expected = format!("one or more, ascending, with figures above 0, at most {LIMIT}");
            return Err(format!("sram.sizes: expected {expected}"));
        }
        if sizes.iter().any(|s| s.leakage_uw.is_some() != sizes[0].leakage_uw.is_some()) {
            return Err("sram.sizes: expected leakage_uw for all of them or for none".into());
        }
        if !within(self.sram.access_bytes) {
            return Err(format!("sram.access_bytes: expected above 0, found {}", self.sram.access_bytes));
        }
        match self.sources().iter().find(|(_, source)| source.trim().is_empty()) {
            Some((key, _)) => Err(format!("{key}.source: expected where the figure comes from, found nothing")),
            None => Ok(()),
        }
    }

    /// All figures but those of SRAM, with their keys.
    fn figures(&self) -> Vec<(&'static str, f64)> {
        let mut all = vec![
            ("mac_int8.pj", self.mac_int8.pj),
            ("register_byte.pj", self.register_byte.pj),
            ("add_int32.pj", self.add_int32.pj),
            ("multiply_8x16.pj", self.multiply_8x16.pj),
            ("multiply_16x16.pj", self.multiply_16x16.pj),
        ];
        all.extend(self.leakage_pe.iter().map(|power| ("leakage_pe.uw", power.uw)));
        all.extend(self.clock_bit.iter().map(|figure| ("clock_bit.pj", figure.pj)));
        if let Some(dram) = &self.dram {
            all.push(("dram.pj_per_bit", dram.pj_per_bit));
        }
        all
    }

    fn sources(&self) -> Vec<(&'static str, &String)> {
        let mut all = vec![
            ("mac_int8", &self.mac_int8.source),
            ("register_byte", &self.register_byte.source),
            ("add_int32", &self.add_int32.source),
            ("multiply_8x16", &self.multiply_8x16.source),
            ("multiply_16x16", &self.multiply_16x16.source),
            ("sram", &self.sram.source),
        ];
        all.extend(self.leakage_pe.iter().map(|power| ("leakage_pe", &power.source)));
        all.extend(self.clock_bit.iter().map(|figure| ("clock_bit", &figure.source)));
        all.extend(self.dram.iter().map(|dram| ("dram", &dram.source)));
        all
    }

    /// Describes the table for a report: its name with the name of its DRAM, the sources, and the
    /// figures that it does not have.
    pub fn describe(&self) -> report::EnergyTable {
        let dram = self.dram.as_ref().and_then(|dram| dram.name.as_ref());
        let sources: BTreeMap<String, String> =
            self.sources().into_iter().map(|(key, source)| (key.into(), source.clone())).collect();
        let absent = [
            ("clock_bit", self.clock_bit.is_none()),
            ("dram", self.dram.is_none()),
            ("leakage_pe", self.leakage_pe.is_none()),
            ("leakage_sram", self.sram.sizes[0].leakage_uw.is_none()),
        ];
        report::EnergyTable {
            name: dram.map_or(self.name.clone(), |dram| format!("{}-{dram}", self.name)),
            sources,
            absent: absent.into_iter().filter(|(_, absent)| *absent).map(|(key, _)| key.into()).collect(),
        }
    }

    /// The energies for one byte of a memory of `bytes` bytes.
    pub(super) fn per_byte(&self, bytes: usize) -> PerByte {
        let sram = &self.sram;
        let of = |figure: fn(&SramSize) -> f64| sram.between(bytes, figure) / sram.access_bytes;
        PerByte { read: of(|s| s.read_pj), write: of(|s| s.write_pj) }
    }

    /// The leakage power of a memory of `bytes` bytes in microwatts. 0 if the table has no leakage.
    pub(super) fn leakage_uw(&self, bytes: usize) -> f64 {
        let smallest = &self.sram.sizes[0];
        let Some(least) = smallest.leakage_uw else { return 0.0 };
        if (bytes as f64) < smallest.bytes {
            return least * bytes as f64 / smallest.bytes;
        }
        self.sram.between(bytes, |s| s.leakage_uw.unwrap_or_default())
    }
}

impl Sram {
    /// Interpolates on logarithmic axes between two sizes. Beyond the largest size it extends the
    /// last two; below the smallest size it takes the figure of the smallest.
    fn between(&self, bytes: usize, figure: impl Fn(&SramSize) -> f64) -> f64 {
        let x = (bytes as f64).ln();
        let above = self.sizes.iter().position(|s| s.bytes.ln() >= x).unwrap_or(self.sizes.len() - 1);
        let (low, high) = (&self.sizes[above.saturating_sub(1)], &self.sizes[above]);
        let span = high.bytes.ln() - low.bytes.ln();
        let t = if span > 0.0 { (x - low.bytes.ln()) / span } else { 0.0 };
        let (a, b) = (figure(low).ln(), figure(high).ln());
        (a + t * (b - a)).exp()
    }
}
