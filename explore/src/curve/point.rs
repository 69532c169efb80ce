//! The figures of one network on one accelerator.

use anyhow::{Result, bail};
use lcsim_output::text::score;
use serde::{Deserialize, Serialize};

/// One network on one accelerator. Cycles, energy and MACs are per image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// The name of the network. In a curve, no other network has the same name.
    pub model: String,
    /// Whether the network has gates.
    pub gated: bool,
    /// Scores of gates below it counted as 0.
    pub threshold: f64,
    /// The name of the accelerator. In a curve, no other accelerator has the same name.
    pub accelerator: String,
    /// Rows of the array.
    pub rows: usize,
    /// Columns of the array.
    pub cols: usize,
    /// MACs of the gate unit.
    pub gate_macs: usize,
    /// Name of the data set.
    pub data: String,
    /// The number of images.
    pub images: u64,
    /// The share of images whose predicted class is their label.
    pub accuracy: f64,
    /// Mean cycles of an image.
    pub cycles: f64,
    /// The 5th percentile over the images: the smallest value that at least 5 % of the images do
    /// not exceed.
    pub cycles_p5: u64,
    /// 95th percentile over the images.
    pub cycles_p95: u64,
    /// Cycles of the same network without gates.
    pub cycles_ungated: u64,
    /// Mean energy of an image in pJ.
    pub energy_pj: f64,
    /// Mean MACs of convolutions and classifier, as executed.
    pub macs: f64,
    /// The standard deviation of these MACs over the images.
    pub macs_std: f64,
    /// MACs if everything is live.
    pub macs_dense: f64,
    /// `(cycles_ungated / cycles) / (macs_dense / macs)`. It has no meaning for a network without
    /// gates.
    pub realized_fraction: f64,
    /// The first of four shares of the cycles that together make up `1 - realized_fraction`: pixels
    /// given to tiles whose rows or columns are not all live.
    pub lost_to_tiles: f64,
    /// Cycles to fill and drain the array, and to wait for weights or banks. Short layers have
    /// relatively more of them.
    pub lost_to_stalls: f64,
    /// Cycles in which the array waited for gates.
    pub lost_to_gates: f64,
    /// The parts that cannot shrink (input, stem, projections, classifier), and the fact that
    /// layers use the array differently well.
    pub lost_to_mix: f64,
    /// The share of cycles in which the array waited for a gate's decision.
    pub gate_cycle_share: f64,
    /// The share of the energy for pool sums, gates and lists.
    pub gate_energy_share: f64,
}

/// The largest relative difference between figures that follow from each other.
const ROUNDING: f64 = 1e-9;

impl Point {
    /// The name of the network, with its threshold if it has one.
    pub fn label(&self) -> String {
        format!("{}{}", self.model, suffix(self.threshold))
    }

    /// Checks the figures for contradictions.
    ///
    /// # Errors
    /// Names the first figure that contradicts the others, with the expected and the found value.
    pub fn check(&self) -> Result<()> {
        let figures = [
            ("cycles", self.cycles),
            ("energy_pj", self.energy_pj),
            ("macs", self.macs),
            ("macs_std", self.macs_std),
            ("macs_dense", self.macs_dense),
            ("realized_fraction", self.realized_fraction),
        ];
        for (name, value) in figures {
            if !(value.is_finite() && value >= 0.0) {
                bail!("{name}: expected a number of at least 0, found {value}");
            }
        }
        let shares = [
            ("threshold", self.threshold),
            ("accuracy", self.accuracy),
            ("gate_cycle_share", self.gate_cycle_share),
            ("gate_energy_share", self.gate_energy_share),
        ];
        for (name, share) in shares {
            if !(0.0..=1.0).contains(&share) {
                bail!("{name}: expected 0 to 1, found {share}");
            }
        }
        self.check_sums()
    }

    fn check_sums(&self) -> Result<()> {
        let images = self.images as f64;
        for (name, mean) in [("accuracy", self.accuracy), ("cycles", self.cycles)] {
            if self.images == 0 || (mean * images).round() / images != mean {
                bail!("{name}: expected a count over {} images, found {mean}", self.images);
            }
        }
        if self.cycles_p5 > self.cycles_p95 {
            bail!("cycles_p5: expected at most cycles_p95, {}, found {}", self.cycles_p95, self.cycles_p5);
        }
        // At least this number of images takes the 95th percentile or more, and this number of the
        // others the 5th or more.
        let upper = self.images - rank(self.images, 0.95) + 1;
        let middle = rank(self.images, 0.95) - rank(self.images, 0.05);
        let least = (self.cycles_p95 as f64 * upper as f64 + self.cycles_p5 as f64 * middle as f64) / images;
        if self.cycles < least * (1.0 - ROUNDING) {
            bail!("cycles: expected at least {least}, by the percentiles, found {}", self.cycles);
        }
        if self.macs > self.macs_dense * (1.0 + ROUNDING) {
            bail!("macs: expected at most macs_dense, {}, found {}", self.macs_dense, self.macs);
        }
        if !self.gated && self.cycles != self.cycles_ungated as f64 {
            let expected = self.cycles_ungated;
            bail!("cycles: expected cycles_ungated, {expected}, of a network without gates, found {}", self.cycles);
        }
        let lost = [self.lost_to_tiles, self.lost_to_stalls, self.lost_to_gates, self.lost_to_mix];
        let equal = [
            (
                "realized_fraction",
                self.realized_fraction,
                self.cycles_ungated as f64 / self.cycles * self.macs / self.macs_dense,
            ),
            ("realized_fraction and what is lost", lost.iter().sum::<f64>() + self.realized_fraction, 1.0),
            ("lost_to_gates", self.lost_to_gates, self.gate_cycle_share),
        ];
        for (name, found, expected) in equal {
            // A value that is not a number is not close to any number.
            if !found.is_finite() || (found - expected).abs() > ROUNDING {
                bail!("{name}: expected {expected}, found {found}");
            }
        }
        Ok(())
    }
}

/// The text by which a name shows its threshold.
pub fn suffix(threshold: f64) -> String {
    if threshold > 0.0 { format!(", {}", score(threshold)) } else { String::new() }
}

/// The position, counted from 1, of the smallest of `count` sorted values that at least a share `q`
/// of them does not exceed.
fn rank(count: u64, q: f64) -> u64 {
    ((q * count as f64).ceil() as u64).clamp(1, count.max(1))
}

/// The smallest of the sorted `values` that at least a share `q` of them does not exceed.
pub fn percentile(values: &[u64], q: f64) -> u64 {
    values[rank(values.len() as u64, q) as usize - 1]
}

/// For each point: whether it is on the Pareto front of its accelerator. Then no other point is as
/// accurate and faster, or as fast and more accurate.
pub fn pareto(points: &[Point]) -> Vec<bool> {
    let beats = |a: &Point, b: &Point| {
        let (as_good, as_fast) = (a.accuracy >= b.accuracy, a.cycles <= b.cycles);
        as_good && as_fast && (a.accuracy > b.accuracy || a.cycles < b.cycles)
    };
    let beaten = |p: &Point| points.iter().any(|other| other.accelerator == p.accelerator && beats(other, p));
    points.iter().map(|p| !beaten(p)).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A point of 10 images whose figures do not contradict each other.
    pub fn at(model: &str, accuracy: f64, cycles: f64) -> Point {
        Point {
            model: model.into(),
            gated: true,
            threshold: 0.0,
            accelerator: "8x8".into(),
            rows: 8,
            cols: 8,
            gate_macs: 8,
            data: "d".into(),
            images: 10,
            accuracy,
            cycles,
            cycles_p5: cycles as u64 / 2,
            cycles_p95: cycles as u64 * 2,
            cycles_ungated: cycles as u64,
            energy_pj: 1.0,
            macs: 1.0,
            macs_std: 0.0,
            macs_dense: 2.0,
            realized_fraction: 0.5,
            lost_to_tiles: 0.125,
            lost_to_stalls: 0.125,
            lost_to_gates: 0.0,
            lost_to_mix: 0.25,
            gate_cycle_share: 0.0,
            gate_energy_share: 0.0,
        }
    }

    #[test]
    fn percentiles_are_values_that_occur() {
        let values: Vec<u64> = (1..=100).collect();
        assert_eq!([0.0, 0.05, 0.5, 0.95, 1.0].map(|q| percentile(&values, q)), [1, 5, 50, 95, 100]);
        assert_eq!(percentile(&[7], 0.05), 7);
    }

    #[test]
    fn the_front_holds_what_nothing_beats_on_its_own_machine() {
        let mut points =
            vec![at("best", 0.9, 100.0), at("fast", 0.8, 50.0), at("beaten", 0.8, 60.0), at("twin", 0.9, 100.0)];
        assert_eq!(pareto(&points), [true, true, false, true]);
        points.push(Point { accelerator: "16x16".into(), ..at("elsewhere", 0.5, 70.0) });
        assert_eq!(pareto(&points), [true, true, false, true, true]);
    }

    #[test]
    fn figures_that_contradict_each_other_are_found() {
        let good = at("net", 0.9, 100.0);
        good.check().expect("consistent");
        type Change = fn(&mut Point);
        let changes: [(&str, Change); 15] = [
            ("accuracy", |p| p.accuracy = 1.1),
            ("accuracy", |p| p.accuracy = 0.85),
            ("images", |p| p.images = 0),
            ("threshold", |p| p.threshold = -0.5),
            ("gate_energy_share", |p| p.gate_energy_share = 2.0),
            ("cycles", |p| p.cycles = f64::INFINITY),
            ("cycles", |p| p.cycles = 100.01),
            ("cycles", |p| p.cycles_p95 = 2000),
            ("cycles_p5", |p| (p.cycles_p5, p.cycles_p95) = (90, 80)),
            ("macs", |p| p.macs = 2.1),
            ("macs_std", |p| p.macs_std = f64::NAN),
            ("cycles_ungated", |p| (p.gated, p.cycles_ungated) = (false, 99)),
            ("realized_fraction", |p| p.cycles_ungated = 99),
            ("what is lost", |p| p.lost_to_tiles = 0.2),
            ("lost_to_gates", |p| (p.lost_to_gates, p.lost_to_tiles) = (0.1, 0.025)),
        ];
        for (n, (part, change)) in changes.into_iter().enumerate() {
            let mut point = good.clone();
            change(&mut point);
            let message = point.check().expect_err("refused").to_string();
            assert!(message.contains(part), "{n}: {message}");
        }
    }
}
