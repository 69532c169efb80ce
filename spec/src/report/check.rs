//! Checks a report for contradictions: each total has to be the sum of its parts, each share has to
//! be between 0 and 1, and each quotient has to follow from its figures. lcsim checks every report
//! that it reads back.

use super::{Cycles, Dram, Efficiency, Energy, LayerKind, LayerReport, Reference, Report};
use thiserror::Error;

/// A contradiction in a report.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("{item}: expected {expected}, found {found}; it was changed or damaged since lcsim wrote it")]
pub struct ReportError {
    /// The field that contradicts the others.
    pub item: String,
    /// The value that follows from the other fields.
    pub expected: String,
    /// The value in the report.
    pub found: String,
}

type Checked = Result<(), ReportError>;

fn wrong(item: &str, expected: String, found: impl ToString) -> Checked {
    Err(ReportError { item: item.into(), expected, found: found.to_string() })
}

/// Checks that a count is the sum of `parts`.
fn sum(item: &str, found: u64, parts: impl IntoIterator<Item = u64>, what: &str) -> Checked {
    // A damaged file can have counts whose sum does not fit in 64 bits.
    let expected: u128 = parts.into_iter().map(u128::from).sum();
    if u128::from(found) == expected { Ok(()) } else { wrong(item, format!("{expected}, {what}"), found) }
}

/// Checks a figure that follows from others. The order of additions may have changed its last bits.
fn computed(item: &str, found: f64, expected: f64, what: &str) -> Checked {
    let close = (found - expected).abs() <= 1e-6 * expected.abs().max(f64::MIN_POSITIVE);
    if found == expected || close { Ok(()) } else { wrong(item, format!("{expected}, {what}"), found) }
}

fn within(item: &str, found: f64, low: f64, high: f64) -> Checked {
    // The quotient may be rounded up in its last bit.
    if found >= low && found <= high * (1.0 + 1e-9) { Ok(()) } else { wrong(item, format!("{low} to {high}"), found) }
}

fn at_most(item: &str, found: u64, most: u64, what: &str) -> Checked {
    if found <= most { Ok(()) } else { wrong(item, format!("at most {most}, {what}"), found) }
}

fn at_least_one(item: &str, found: u64) -> Checked {
    if found > 0 { Ok(()) } else { wrong(item, "at least 1".into(), found) }
}

/// Divides `a` by `b`; returns 0 if `b` is 0.
fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

impl Report {
    /// Checks every figure that follows from others, and the range of every other figure.
    ///
    /// # Errors
    /// Names the first field that contradicts the others.
    pub fn check(&self) -> Checked {
        let images = self.images;
        at_least_one("images", images)?;
        at_least_one("cycles.total", self.cycles.total)?;
        let listed = self.image_cycles.len() as u64;
        if listed != images {
            return wrong("image_cycles", format!("{images}, as many as images"), listed);
        }
        within("threshold", self.threshold, 0.0, 1.0)?;
        if let Some(accuracy) = self.accuracy {
            within("accuracy", accuracy, 0.0, 1.0)?;
            let correct = (accuracy * images as f64).round();
            computed("accuracy", accuracy, correct / images as f64, "a whole number of the images")?;
        }
        self.layers.iter().try_for_each(check_layer)?;
        self.check_cycles()?;
        self.check_macs()?;
        self.check_energy()?;
        self.dram.as_ref().map_or(Ok(()), |dram| self.check_dram(dram))?;
        let time = self.cycles.mean / self.accelerator.clock_mhz;
        computed("time_us", self.time_us, time, "mean cycles by the clock")?;
        computed("frames_per_second", self.frames_per_second, ratio(1e6, self.time_us), "images by their time")?;
        let speedup = ratio(self.ungated.cycles as f64, self.cycles.total as f64);
        computed("speedup", self.speedup, speedup, "cycles without gates by those with them")?;
        let reduction = ratio(self.macs.dense as f64, self.macs.executed as f64);
        computed("mac_reduction", self.mac_reduction, reduction, "dense MACs by those executed")?;
        let realized = ratio(self.speedup, self.mac_reduction);
        computed("realized_fraction", self.realized_fraction, realized, "speed-up by MAC reduction")
    }

    fn check_cycles(&self) -> Checked {
        let c = &self.cycles;
        let Cycles { compute, input, classifier, pooling, gate_exposed, stall, .. } = *c;
        let parts = [compute, input, classifier, pooling, gate_exposed, stall];
        sum("cycles.total", c.total, parts, "the sum of its parts")?;
        sum("cycles.stall", stall, c.stall_by.values().copied(), "the sum of stall_by")?;
        sum("cycles.total", c.total, self.image_cycles.iter().copied(), "the sum of image_cycles")?;
        let layers = |of: fn(&LayerReport) -> u64| self.layers.iter().map(of);
        sum("cycles.total", c.total, layers(|l| l.cycles), "the sum of the layers")?;
        sum("cycles.compute", compute, layers(|l| l.compute_cycles), "the sum of the layers")?;
        sum("cycles.gate_exposed", gate_exposed, layers(|l| l.gate_cycles), "the sum of the layers")?;
        sum("cycles.stall", stall, layers(|l| l.stall_cycles), "the sum of the layers")?;
        computed("cycles.mean", c.mean, c.total as f64 / self.images as f64, "the total by images")
    }

    fn check_macs(&self) -> Checked {
        let of = |gates: bool, macs: fn(&LayerReport) -> u64| {
            let is_gate = |l: &LayerReport| matches!(l.kind, LayerKind::LNet | LayerKind::CNet);
            self.layers.iter().filter(move |l| is_gate(l) == gates).map(macs)
        };
        sum("macs.dense", self.macs.dense, of(false, |l| l.macs_dense), "the sum of the layers")?;
        sum("macs.executed", self.macs.executed, of(false, |l| l.macs_executed), "the sum of the layers")?;
        sum("macs.gate", self.macs.gate, of(true, |l| l.macs_executed), "the sum of the gates")
    }

    fn check_energy(&self) -> Checked {
        let gated = Reference {
            cycles: self.cycles.total,
            energy_pj: self.energy_pj.clone(),
            efficiency: self.efficiency.clone(),
        };
        for (name, run) in [("", &gated), ("forced_open.", &self.forced_open), ("ungated.", &self.ungated)] {
            check_components(&format!("{name}energy_pj"), &run.energy_pj)?;
            self.check_efficiency(&format!("{name}efficiency"), run)?;
        }
        let layers = self.layers.iter().map(|l| l.energy_pj.total).sum();
        computed("energy_pj.total", self.energy_pj.total, layers, "the sum of the layers")
    }

    fn check_efficiency(&self, item: &str, run: &Reference) -> Checked {
        let images = self.images as f64;
        let (energy, time_us) = (run.energy_pj.total / images, run.cycles as f64 / images / self.accelerator.clock_mhz);
        let Efficiency { energy_per_image_pj, power_mw, energy_delay_js } = run.efficiency;
        computed(&format!("{item}.energy_per_image_pj"), energy_per_image_pj, energy, "the total by images")?;
        computed(&format!("{item}.power_mw"), power_mw, ratio(energy, time_us) * 1e-3, "energy by time")?;
        computed(&format!("{item}.energy_delay_js"), energy_delay_js, energy * time_us * 1e-18, "energy times time")
    }

    fn check_dram(&self, dram: &Dram) -> Checked {
        let layers = |of: fn(&LayerReport) -> u64| self.layers.iter().map(of);
        sum("dram.read_bytes", dram.read_bytes, layers(|l| l.dram_bytes), "the sum of the layers")?;
        sum("dram.wasted_bytes", dram.wasted_bytes, layers(|l| l.dram_wasted_bytes), "the sum of the layers")?;
        sum("dram.written_bytes", dram.written_bytes, layers(|l| l.dram_written_bytes), "the sum of the layers")?;
        at_most("dram.wasted_bytes", dram.wasted_bytes, dram.read_bytes, "the bytes read")?;
        at_most("dram.maps_off_chip", dram.maps_off_chip, dram.maps, "all maps")?;
        at_most("dram.busy_cycles", dram.busy_cycles, self.cycles.total, "all cycles")?;
        let stalls = self.cycles.stall_by.get("dram").copied();
        sum("dram.stall_cycles", dram.stall_cycles, stalls, "cycles.stall_by.dram")
    }
}

fn check_layer(l: &LayerReport) -> Checked {
    let item = |field: &str| format!("layer `{}`: {field}", crate::file::quoted(&l.name));
    let parts = u128::from(l.compute_cycles) + u128::from(l.gate_cycles) + u128::from(l.stall_cycles);
    if parts > u128::from(l.cycles) {
        return wrong(&item("cycles"), format!("at least {parts}, the sum of its parts"), l.cycles);
    }
    within(&item("utilization"), l.utilization, 0.0, 1.0)?;
    within(&item("skip_rate"), l.skip_rate, 0.0, 1.0)?;
    within(&item("live_channels"), l.live_channels, 0.0, l.channels as f64)?;
    at_most(&item("macs_executed"), l.macs_executed, l.macs_dense, "its dense MACs")?;
    check_components(&item("energy_pj"), &l.energy_pj)
}

fn check_components(item: &str, energy: &Energy) -> Checked {
    energy.components().into_iter().try_for_each(|part| within(item, part, 0.0, f64::MAX))?;
    computed(&format!("{item}.total"), energy.total, energy.components().iter().sum(), "the sum of its parts")
}
