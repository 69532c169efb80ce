//! Accuracy against cycles: points, and what is drawn of them.

mod losses;
mod plot;

pub use plot::Plot;

use crate::data::Image;
use crate::parallel;
use crate::text::score;
use anyhow::{Context, Result};
use lcsim_sim::{Costs, EnergyTable, Engine, Mode, Simulator, report};
use lcsim_spec::schedule::Program;
use lcsim_spec::{AcceleratorConfig, QuantNetwork, Report};
use serde::{Deserialize, Serialize};

/// One network on one accelerator. Cycles, energy and MACs are per image.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Name of the network.
    pub model: String,
    /// Whether it has gates.
    pub gated: bool,
    /// Gate scores below it counted as 0.
    pub threshold: f64,
    /// Name of the accelerator.
    pub accelerator: String,
    /// Rows of its array.
    pub rows: usize,
    /// Columns of its array.
    pub cols: usize,
    /// MACs of its gate unit.
    pub gate_macs: usize,
    /// Name of the data set.
    pub data: String,
    /// Images.
    pub images: u64,
    /// Share of the images classified as labelled.
    pub accuracy: f64,
    /// Mean.
    pub cycles: f64,
    /// 5th percentile over the images: the least value that 5 % of them do not exceed.
    pub cycles_p5: u64,
    /// 95th percentile over the images.
    pub cycles_p95: u64,
    /// Cycles of the same network without gates.
    pub cycles_ungated: u64,
    /// Mean, picojoules.
    pub energy_pj: f64,
    /// Mean, of convolutions and classifier.
    pub macs: f64,
    /// Standard deviation over the images.
    pub macs_std: f64,
    /// With everything live.
    pub macs_dense: f64,
    /// `(cycles_ungated / cycles) / (macs_dense / macs)`.
    pub realized_fraction: f64,
    /// Where the rest of it goes, as shares of the cycles that make up `1 - realized_fraction`. Pixels fed to tiles whose rows or
    /// columns are not all live.
    pub lost_to_tiles: f64,
    /// Filling, draining and waiting for weights or banks, which short layers do relatively more of.
    pub lost_to_stalls: f64,
    /// Waiting for gates.
    pub lost_to_gates: f64,
    /// What cannot shrink: input, stem, projections, classifier; and that layers use the array differently well.
    pub lost_to_mix: f64,
    /// Share of the cycles in which the array waited for a gate's decision.
    pub gate_cycle_share: f64,
    /// Share of the energy that pool sums, gates and lists take.
    pub gate_energy_share: f64,
}

impl Point {
    /// The network, and its threshold if there is one.
    pub fn label(&self) -> String {
        format!("{}{}", self.model, suffix(self.threshold))
    }
}

/// What tells a network from the same with another threshold.
pub fn suffix(threshold: f64) -> String {
    if threshold > 0.0 { format!(", {}", score(threshold)) } else { String::new() }
}

/// What points are measured on.
#[derive(Debug)]
pub struct Setting<'a> {
    /// The network.
    pub net: &'a QuantNetwork,
    /// The accelerators, at least one: each gives a point.
    pub configs: &'a [&'a AcceleratorConfig],
    /// Picojoules per operation.
    pub energy: &'a EnergyTable,
    /// Name of the data set.
    pub data: &'a str,
    /// Its images, at least one.
    pub images: &'a [Image],
    /// How they are simulated.
    pub engine: Engine,
}

/// Checks that `net` fits the accelerator.
///
/// # Errors
/// It does not: the parameter, the limit and the need.
pub fn fits(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<()> {
    Program::new(net, config).map(|_| ()).with_context(|| format!("{} on {}", net.name, config.name))
}

/// `net` on the accelerator.
fn simulator(net: &QuantNetwork, config: &AcceleratorConfig, engine: Engine) -> Result<Simulator> {
    let simulator = Simulator::new(net, config).with_context(|| format!("{} on {}", net.name, config.name))?;
    Ok(simulator.with_engine(engine))
}

/// What the images gave on all accelerators.
struct Measured {
    correct: usize,
    /// On each accelerator.
    costs: Vec<Costs>,
}

/// Measures a point for each accelerator of `setting`, with a progress bar if `bar` is set. Classes and the gates' decisions do not depend on
/// the accelerator: they are computed once for each image.
///
/// # Errors
/// The network does not fit an accelerator; the user stopped the work.
pub fn measure(setting: &Setting, bar: bool) -> Result<Vec<Point>> {
    let Setting { net, images, engine, .. } = *setting;
    let on_all = |net: &QuantNetwork| -> Result<Vec<Simulator>> {
        setting.configs.iter().map(|config| simulator(net, config, engine)).collect()
    };
    let (gated, ungated) = (on_all(net)?, on_all(&net.ungated())?);
    let nothing = || Measured { correct: 0, costs: gated.iter().map(Costs::none).collect() };
    let add = |measured: &mut Measured, i: usize| {
        let image = net.input.quantize_image(&images[i].pixels);
        let first = gated[0].run(&image, Mode::Gated);
        measured.correct += usize::from(first.class == images[i].label);
        measured.costs[0].add(&gated[0], &first);
        for (costs, simulator) in measured.costs.iter_mut().zip(&gated).skip(1) {
            costs.add(simulator, &simulator.cost(&image, &first.trace.gates, Mode::Gated));
        }
    };
    let append = |measured: &mut Measured, later: Measured| {
        measured.correct += later.correct;
        measured.costs.iter_mut().zip(later.costs).for_each(|(costs, later)| costs.append(later));
    };
    let measured = parallel::sum(images.len(), bar, nothing, add, append)?;
    let image = net.input.quantize_image(&images[0].pixels);
    let accuracy = measured.correct as f64 / images.len() as f64;
    let point = |((costs, config), simulators): ((Costs, &&AcceleratorConfig), (&Simulator, &Simulator))| {
        let (gated, ungated) = simulators;
        let reference = ungated.forced_open(&image);
        let reference_costs = Costs::equal(ungated, &reference, 1);
        let macs = costs.image_macs.clone();
        let means = [mean(&macs), reference_costs.image_macs[0] as f64];
        let lost = losses::losses([gated, ungated], &costs, &reference, means);
        let run = run(setting, costs, reference_costs, Costs::none(gated));
        Ok(point(setting, config, &report::assemble(gated, ungated, setting.energy, run)?, &macs, lost, accuracy))
    };
    measured.costs.into_iter().zip(setting.configs).zip(gated.iter().zip(&ungated)).map(point).collect()
}

fn mean(values: &[u64]) -> f64 {
    values.iter().sum::<u64>() as f64 / values.len() as f64
}

/// Whether the network has gates.
pub fn has_gates(net: &QuantNetwork) -> bool {
    net.gates().next().is_some()
}

fn run(setting: &Setting, gated: Costs, ungated: Costs, forced_open: Costs) -> report::Run {
    report::Run {
        version: env!("CARGO_PKG_VERSION").into(),
        model: setting.net.name.clone(),
        threshold: setting.net.threshold(),
        data: setting.data.into(),
        gated,
        forced_open,
        ungated,
        correct: None,
    }
}

fn point(
    setting: &Setting,
    config: &AcceleratorConfig,
    report: &Report,
    macs: &[u64],
    lost: [f64; 4],
    accuracy: f64,
) -> Point {
    let simulated = report.images as f64;
    let mean = mean(macs);
    let [lost_to_tiles, lost_to_stalls, lost_to_gates, lost_to_mix] = lost;
    let variance = macs.iter().map(|m| (*m as f64 - mean).powi(2)).sum::<f64>() / simulated;
    let mut cycles = report.image_cycles.clone();
    cycles.sort_unstable();
    let macs_dense = report.macs.dense as f64 / simulated;
    let speedup = report.ungated.cycles as f64 / report.cycles.mean;
    Point {
        model: report.model.clone(),
        gated: has_gates(setting.net),
        threshold: report.threshold,
        accelerator: config.name.clone(),
        rows: config.array.rows,
        cols: config.array.cols,
        gate_macs: config.gate.macs,
        data: report.data.clone(),
        images: setting.images.len() as u64,
        accuracy,
        cycles: report.cycles.mean,
        cycles_p5: percentile(&cycles, 0.05),
        cycles_p95: percentile(&cycles, 0.95),
        cycles_ungated: report.ungated.cycles,
        energy_pj: report.energy_pj.total / simulated,
        macs: mean,
        macs_std: variance.sqrt(),
        macs_dense,
        realized_fraction: speedup / (macs_dense / mean),
        lost_to_tiles,
        lost_to_stalls,
        lost_to_gates,
        lost_to_mix,
        gate_cycle_share: report.cycles.gate_exposed as f64 / report.cycles.total as f64,
        gate_energy_share: report.energy_pj.gate / report.energy_pj.total,
    }
}

/// The least of the sorted `values` that a share `q` of them does not exceed.
fn percentile(values: &[u64], q: f64) -> u64 {
    let rank = (q * values.len() as f64).ceil() as usize;
    values[rank.clamp(1, values.len()) - 1]
}

/// For each point whether no other of its accelerator and gate unit is as accurate and faster, or as fast and more accurate.
pub fn pareto(points: &[Point]) -> Vec<bool> {
    let beats = |a: &Point, b: &Point| {
        let (as_good, as_fast) = (a.accuracy >= b.accuracy, a.cycles <= b.cycles);
        as_good && as_fast && (a.accuracy > b.accuracy || a.cycles < b.cycles)
    };
    points.iter().map(|p| !points.iter().any(|other| same_machine(p, other) && beats(other, p))).collect()
}

/// Whether both stand on the same accelerator with the same gate unit.
fn same_machine(a: &Point, b: &Point) -> bool {
    a.accelerator == b.accelerator && a.gate_macs == b.gate_macs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draw::{png, svg};

    fn at(model: &str, accuracy: f64, cycles: f64) -> Point {
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
            cycles_ungated: 100,
            energy_pj: 1.0,
            macs: 1.0,
            macs_std: 0.0,
            macs_dense: 1.0,
            realized_fraction: 1.0,
            lost_to_tiles: 0.0,
            lost_to_stalls: 0.0,
            lost_to_gates: 0.0,
            lost_to_mix: 0.0,
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
    fn a_stored_point_is_read_back_to_the_last_digit() {
        let point = Point { gate_energy_share: 0.010819962885290399, ..at("gated", 0.9, 100.0) };
        let text = serde_json::to_string(&point).expect("JSON");
        assert_eq!(serde_json::from_str::<Point>(&text).expect("a point"), point);
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
    fn both_plots_are_drawn_and_name_every_model() {
        let points = vec![at("gated", 0.9, 100.0), Point { gated: false, ..at("static & plain", 0.8, 50.0) }];
        let plot = Plot { points: &points, caption: "10 images" };
        let text = svg(&plot).expect("drawn");
        for word in ["gated", "static &amp; plain", "10 images", "8x8"] {
            assert!(text.contains(word), "{word}");
        }
        assert_eq!(text, svg(&plot).expect("drawn"), "the same points give the same plot");
        let picture = png(&plot).expect("drawn");
        let decoder = ::png::Decoder::new(std::io::Cursor::new(&picture));
        assert!(decoder.read_info().expect("a PNG").info().width > 500);
        // A single point spans no range.
        svg(&Plot { points: &points[..1], caption: "" }).expect("drawn");
    }
}
