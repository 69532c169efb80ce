//! Accuracy against cycles: measures networks on accelerators as points, and plots them.
//!
//! ```
//! use lcsim_explore::curve::{Setting, measure, pareto};
//! use lcsim_input::{Image, load};
//! use lcsim_sim::Engine;
//! use lcsim_spec::progress::Silent;
//! # use lcsim_tests::tiny;
//! # let net = tiny::network(tiny::conv("stem", tiny::shape(1, 4, 4), 2, 3), vec![], 3);
//! # let [small, large] = [tiny::array(2, 1, 1), tiny::array(2, 2, 1)];
//!
//! let images = [Image { pixels: vec![128; 16], label: 0 }];
//! let energy = load::energy_table("45nm-lpddr4")?;
//! let (configs, engine) = ([&small, &large], Engine::Fast); // 2x1 and 2x2 PEs
//! let setting =
//!     Setting { net: &net, configs: &configs, energy: &energy, data: "one image", images: &images, engine };
//! let points = measure(&setting, &Silent)?;
//! assert!(points[0].cycles > points[1].cycles);
//! assert_eq!(pareto(&points).len(), 2);
//! # Ok::<(), anyhow::Error>(())
//! ```

pub mod accelerators;
mod losses;
pub mod names;
#[cfg(feature = "plots")]
mod place;
#[cfg(feature = "plots")]
mod plot;
mod point;
pub mod store;

#[cfg(feature = "plots")]
pub use plot::Plot;
pub use point::{Point, pareto, suffix};

use anyhow::{Context, Result};
use lcsim_input::Image;
use lcsim_report::parallel;
use lcsim_sim::{Costs, EnergyTable, Engine, Mode, Simulator, report};
use lcsim_spec::progress::Progress;
use lcsim_spec::schedule::Program;
use lcsim_spec::{AcceleratorConfig, QuantNetwork, Report};
use point::percentile;

/// The network, accelerators and images of points.
#[derive(Debug)]
pub struct Setting<'a> {
    /// The network.
    pub net: &'a QuantNetwork,
    /// The accelerators, at least one. Each gives a point.
    pub configs: &'a [&'a AcceleratorConfig],
    /// The energy table.
    pub energy: &'a EnergyTable,
    /// Name of the data set.
    pub data: &'a str,
    /// The images, at least one.
    pub images: &'a [Image],
    /// The engine that simulates them.
    pub engine: Engine,
}

/// Checks that `net` fits the accelerator.
///
/// # Errors
/// Names the parameters that are too small, with their limits and the needed values.
pub fn fits(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<()> {
    Program::new(net, config).map(|_| ())?;
    Ok(())
}

/// Simulates `net` on the accelerator.
fn simulator(net: &QuantNetwork, config: &AcceleratorConfig, engine: Engine) -> Result<Simulator> {
    let simulator = Simulator::new(net, config).with_context(|| format!("{} on {}", net.name, config.name))?;
    Ok(simulator.with_engine(engine))
}

/// The results of the images on all accelerators.
struct Measured {
    correct: usize,
    /// The costs on each accelerator.
    costs: Vec<Costs>,
}

/// Measures a point for each accelerator of `setting`. Classes and the gates' decisions do not
/// depend on the accelerator, so they are computed once for each image.
///
/// # Errors
/// Fails if the network does not fit an accelerator, or if `progress` stops the work.
pub fn measure(setting: &Setting, progress: &dyn Progress) -> Result<Vec<Point>> {
    let Setting { net, images, engine, .. } = *setting;
    let on_all = |net: &QuantNetwork| -> Result<Vec<Simulator>> {
        setting.configs.iter().map(|config| simulator(net, config, engine)).collect()
    };
    let (gated, ungated) = (on_all(net)?, on_all(&net.ungated())?);
    gated[0].expect_memory(parallel::at_a_time(images.len()))?;
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
    let measured = parallel::sum(images.len(), progress, nothing, add, append)?;
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
        decisions: None,
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
