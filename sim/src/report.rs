//! Makes the report from the costs of all images.
//!
//! ```
//! use lcsim_sim::report::{Run, assemble};
//! use lcsim_sim::{Costs, ENERGY_TABLES, EnergyTable, Mode, Simulator};
//! # use lcsim_spec::{AcceleratorConfig, Conv, Fc, InputSpec, Layer, QuantNetwork, Score, Shape};
//! #
//! # let shape = Shape { channels: 1, height: 4, width: 4 };
//! # let stem = Conv {
//! #     name: "stem".to_owned(),
//! #     input: shape,
//! #     output: Shape { channels: 2, ..shape },
//! #     kernel: [3, 3],
//! #     stride: [1, 1],
//! #     pad: [1, 1],
//! #     relu: true,
//! #     depthwise: false,
//! #     weights: vec![1; 2 * 9],
//! #     bias: vec![0; 2],
//! #     multiplier: vec![1 << 14; 2],
//! #     shift: vec![4; 2],
//! # };
//! # let (name, weights, bias, multiplier, shift) = ("fc".to_owned(), vec![1; 6], vec![0; 3], vec![], vec![]);
//! # let classifier = Fc { name, inputs: 2, outputs: 3, weights, bias, multiplier, shift, pool_shift: 2 };
//! # let input = InputSpec { shape, mean: vec![0.0], std: vec![1.0], scale: 0.01 };
//! # let (name, layers) = ("tiny".to_owned(), vec![Layer::Conv(stem)]);
//! # let network = QuantNetwork { name, input, layers, classifier, logit_scale: 1.0 };
//! # let toml = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../configs/8x8.toml"));
//! # let accelerator = AcceleratorConfig::parse(toml, "8x8")?;
//!
//! let simulator = Simulator::new(&network, &accelerator)?;
//! let outcome = simulator.run(&[1; 16], Mode::Gated);
//! let costs = Costs::equal(&simulator, &outcome, 1);
//! let run = Run {
//!     version: "1".to_owned(),
//!     model: "tiny".to_owned(),
//!     threshold: Score::ZERO,
//!     data: "one image".to_owned(),
//!     gated: costs.clone(),
//!     forced_open: costs.clone(),
//!     ungated: costs,
//!     correct: None,
//!     decisions: None,
//! };
//! let table = EnergyTable::parse(ENERGY_TABLES[0].1, ENERGY_TABLES[0].0)?;
//! let report = assemble(&simulator, &simulator, &table, run)?;
//! report.check()?;
//! assert_eq!(report.cycles.total, outcome.cycles);
//! assert_eq!(report.speedup, 1.0, "the network has no gates");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::costs::{Costs, LayerCosts, is_gate};
use crate::counters::CycleCounters;
use crate::energy::{EnergyModel, EnergyTable};
use crate::{Error, Simulator};
use lcsim_spec::report::{
    Cycles, Dram, Efficiency, Energy, GivenDecisions, LayerKind, LayerReport, Macs, Reference, Report, SCHEMA,
};
use lcsim_spec::schedule::{GateJob, LayerInfo, Target};
use lcsim_spec::{CYCLE_MODEL, Decision};

/// A run to report: its names, and the costs of its images.
#[derive(Debug, Clone)]
pub struct Run {
    /// The version of lcsim.
    pub version: String,
    /// Name of the network.
    pub model: String,
    /// The largest threshold of the network's gates.
    pub threshold: lcsim_spec::Score,
    /// Name of the data set.
    pub data: String,
    /// The costs with active gates.
    pub gated: Costs,
    /// The costs if every gate is evaluated and nothing is skipped.
    pub forced_open: Costs,
    /// The costs of the network without gates.
    pub ungated: Costs,
    /// The number of images whose predicted class, with active gates, is their label. `None` if
    /// only the timing was simulated.
    pub correct: Option<u64>,
    /// The file whose decisions gates took instead of their own.
    pub decisions: Option<String>,
}

/// Makes the report of a run. `gated` simulates the network, and `ungated` the same network without
/// gates, on the same accelerator.
///
/// # Errors
/// [`Error::EnergyTable`] if the table lacks a figure that the run needs.
pub fn assemble(gated: &Simulator, ungated: &Simulator, table: &EnergyTable, run: Run) -> Result<Report, Error> {
    let config = &gated.program().config;
    let model = EnergyModel::new(table, config);
    let images = run.gated.images();
    let pes = config.array.rows * config.array.cols;
    let layers: Vec<LayerReport> = (gated.program().layers.iter())
        .zip(&run.gated.layers)
        .map(|(info, costs)| layer_report(info, costs, images, &model, pes))
        .collect::<Result<_, _>>()?;
    let cycles = cycle_report(&run.gated);
    let macs = Macs {
        dense: layers.iter().filter(|l| !is_gate(l.kind)).map(|l| l.macs_dense).sum(),
        executed: layers.iter().filter(|l| !is_gate(l.kind)).map(|l| l.macs_executed).sum(),
        gate: layers.iter().filter(|l| is_gate(l.kind)).map(|l| l.macs_executed).sum(),
    };
    let reference = |sim: &Simulator, costs: &Costs| -> Result<Reference, Error> {
        let cycles = costs.image_cycles.iter().sum();
        let energy_pj = sum_layers(sim, costs, &model)?;
        let efficiency = efficiency(&energy_pj, cycles, costs.images(), config.clock_mhz);
        Ok(Reference { cycles, energy_pj, efficiency })
    };
    let ungated = reference(ungated, &run.ungated)?;
    let energy_pj = sum_layers(gated, &run.gated, &model)?;
    let speedup = ratio(ungated.cycles as f64, cycles.total as f64);
    let mac_reduction = ratio(macs.dense as f64, macs.executed as f64);
    let time_us = cycles.mean / config.clock_mhz;
    Ok(Report {
        schema: SCHEMA.into(),
        version: run.version,
        cycle_model: Some(CYCLE_MODEL),
        model: run.model,
        threshold: run.threshold.to_num(),
        data: run.data,
        accelerator: config.clone(),
        images,
        accuracy: run.correct.map(|correct| ratio(correct as f64, images as f64)),
        macs,
        efficiency: efficiency(&energy_pj, cycles.total, images, config.clock_mhz),
        energy_pj,
        energy_table: table.describe(),
        forced_open: reference(gated, &run.forced_open)?,
        ungated,
        speedup,
        mac_reduction,
        realized_fraction: ratio(speedup, mac_reduction),
        time_us,
        frames_per_second: ratio(1e6, time_us),
        dram: config.dram.as_ref().map(|_| dram_report(gated, &run.gated, &layers, &cycles)),
        decisions: run.decisions.map(|file| decisions(file, gated)),
        image_cycles: run.gated.image_cycles,
        cycles,
        layers,
    })
}

fn decisions(file: String, sim: &Simulator) -> GivenDecisions {
    let given = || sim.program().gates.iter().filter(|job| job.decision == Some(Decision::Given));
    let count = |wanted: &dyn Fn(&GateJob) -> bool| given().filter(|job| wanted(job)).count() as u64;
    GivenDecisions {
        file,
        blocks: count(&|job| matches!(job.target, Target::Block(_))),
        convolutions: count(&|job| matches!(job.target, Target::Channels(_))),
        gates_left_out: count(&|job| job.fc.is_none()),
    }
}

fn dram_report(sim: &Simulator, costs: &Costs, layers: &[LayerReport], cycles: &Cycles) -> Dram {
    let program = sim.program();
    Dram {
        filter_bytes: program.filters.len() as u64,
        filters_on_chip: program.filters_on_chip,
        gate_weight_bytes: program.gate_weights.len() as u64,
        gate_weights_on_chip: program.gate_weights_on_chip,
        maps: program.maps as u64,
        maps_off_chip: program.off_chip.len() as u64,
        written_bytes: layers.iter().map(|l| l.dram_written_bytes).sum(),
        read_bytes: layers.iter().map(|l| l.dram_bytes).sum(),
        wasted_bytes: layers.iter().map(|l| l.dram_wasted_bytes).sum(),
        busy_cycles: costs.dram_busy,
        stall_cycles: cycles.stall_by.get("dram").copied().unwrap_or(0),
    }
}

/// Divides `a` by `b`; returns 0 if `b` is 0.
fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

fn cycle_report(costs: &Costs) -> Cycles {
    let mut sum = CycleCounters::default();
    costs.layers.iter().for_each(|l| sum += l.cycles);
    let total = sum.total();
    let by = [
        ("weights", sum.weights),
        ("dram", sum.dram),
        ("drain", sum.drain),
        ("bank_conflict", sum.bank_conflict),
        ("control", sum.control),
    ];
    Cycles {
        total,
        mean: ratio(total as f64, costs.images() as f64),
        compute: sum.compute,
        input: sum.input,
        classifier: sum.classifier,
        pooling: sum.pooling,
        gate_exposed: sum.gate,
        stall: sum.stall(),
        stall_by: by.into_iter().map(|(reason, n)| (reason.to_string(), n)).collect(),
    }
}

fn efficiency(energy: &Energy, cycles: u64, images: u64, clock_mhz: f64) -> Efficiency {
    let energy_per_image_pj = ratio(energy.total, images as f64);
    let time_us = ratio(cycles as f64, images as f64) / clock_mhz;
    Efficiency {
        energy_per_image_pj,
        power_mw: ratio(energy_per_image_pj, time_us) * 1e-3, // pJ / us = uW
        energy_delay_js: energy_per_image_pj * 1e-12 * time_us * 1e-6,
    }
}

fn sum_layers(sim: &Simulator, costs: &Costs, model: &EnergyModel) -> Result<Energy, Error> {
    let mut sum = Energy::default();
    for (info, layer) in sim.program().layers.iter().zip(&costs.layers) {
        sum += model.energy(info.kind, &layer.activity, layer.cycles.total())?;
    }
    Ok(sum)
}

fn layer_report(
    info: &LayerInfo,
    costs: &LayerCosts,
    images: u64,
    model: &EnergyModel,
    pes: usize,
) -> Result<LayerReport, Error> {
    let LayerCosts { cycles, activity, live, executed, skips } = *costs;
    let skipped = if info.kind == LayerKind::LNet { skips } else { images - executed };
    let on_array = matches!(info.kind, LayerKind::Conv | LayerKind::Shortcut);
    Ok(LayerReport {
        name: info.name.clone(),
        kind: info.kind,
        cycles: cycles.total(),
        compute_cycles: cycles.compute,
        gate_cycles: cycles.gate,
        stall_cycles: cycles.stall(),
        dram_bytes: activity.dram_read,
        dram_wasted_bytes: activity.dram_wasted,
        dram_written_bytes: activity.dram_write,
        macs_dense: info.macs_dense * images,
        macs_executed: activity.macs + activity.gate_macs,
        bytes: activity.bytes(),
        utilization: if on_array { ratio(activity.macs as f64, (cycles.total() * pes as u64) as f64) } else { 0.0 },
        channels: info.channels as u64,
        live_channels: ratio(live as f64, executed as f64),
        skip_rate: ratio(skipped as f64, images as f64),
        energy_pj: model.energy(info.kind, &activity, cycles.total())?,
    })
}
