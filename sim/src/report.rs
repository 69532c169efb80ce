//! Counters of all images -> the report.

use crate::counters::{Activity, CycleCounters};
use crate::energy::{EnergyModel, EnergyTable};
use crate::{Error, Outcome, Simulator};
use lcsim_spec::report::{Cycles, Dram, Efficiency, Energy, LayerKind, LayerReport, Macs, Reference, Report, SCHEMA};
use lcsim_spec::schedule::LayerInfo;

/// What was run, with the outcomes of all images in their order.
#[derive(Debug, Clone)]
pub struct Run {
    /// Version of lcsim.
    pub version: String,
    /// Name of the network.
    pub model: String,
    /// The largest threshold of its gates.
    pub threshold: lcsim_spec::Score,
    /// Name of the data set.
    pub data: String,
    /// Gates active.
    pub gated: Vec<Outcome>,
    /// Every gate evaluated, nothing skipped.
    pub forced_open: Vec<Outcome>,
    /// The network without gates.
    pub ungated: Vec<Outcome>,
    /// Images whose class, gates active, is their label; nothing where only the timing was simulated.
    pub correct: Option<u64>,
}

/// Sums up a run of `gated` and of `ungated`, the same network without gates, on the same accelerator.
///
/// # Errors
/// [`Error::EnergyTable`]: the table lacks a figure that the run needs.
pub fn assemble(gated: &Simulator, ungated: &Simulator, table: &EnergyTable, run: Run) -> Result<Report, Error> {
    let config = &gated.program.config;
    let model = EnergyModel::new(table, config);
    let images = run.gated.len() as u64;
    let pes = config.array.rows * config.array.cols;
    let layers: Vec<LayerReport> = (gated.program.layers.iter().enumerate())
        .map(|(i, info)| layer_report(info, i, &run.gated, &model, pes))
        .collect::<Result<_, _>>()?;
    let cycles = cycle_report(&run.gated);
    let macs = Macs {
        dense: layers.iter().filter(|l| !is_gate(l.kind)).map(|l| l.macs_dense).sum(),
        executed: layers.iter().filter(|l| !is_gate(l.kind)).map(|l| l.macs_executed).sum(),
        gate: layers.iter().filter(|l| is_gate(l.kind)).map(|l| l.macs_executed).sum(),
    };
    let reference = |sim: &Simulator, outcomes: &[Outcome]| -> Result<Reference, Error> {
        let cycles = outcomes.iter().map(|o| o.cycles).sum();
        let energy_pj = sum_layers(sim, outcomes, &model)?;
        let efficiency = efficiency(&energy_pj, cycles, outcomes.len(), config.clock_mhz);
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
        model: run.model,
        threshold: run.threshold.to_num(),
        data: run.data,
        accelerator: config.clone(),
        images,
        accuracy: run.correct.map(|correct| ratio(correct as f64, images as f64)),
        macs,
        efficiency: efficiency(&energy_pj, cycles.total, run.gated.len(), config.clock_mhz),
        energy_pj,
        energy_table: table.describe(),
        forced_open: reference(gated, &run.forced_open)?,
        ungated,
        speedup,
        mac_reduction,
        realized_fraction: ratio(speedup, mac_reduction),
        time_us,
        frames_per_second: ratio(1e6, time_us),
        image_cycles: run.gated.iter().map(|o| o.cycles).collect(),
        dram: config.dram.as_ref().map(|_| dram_report(gated, &run.gated, &layers, &cycles)),
        cycles,
        layers,
    })
}

fn dram_report(sim: &Simulator, outcomes: &[Outcome], layers: &[LayerReport], cycles: &Cycles) -> Dram {
    let program = &sim.program;
    Dram {
        filter_bytes: program.filters.len() as u64,
        filters_on_chip: program.filters_on_chip,
        gate_weight_bytes: program.gate_weights.len() as u64,
        gate_weights_on_chip: program.gate_weights_on_chip,
        read_bytes: layers.iter().map(|l| l.dram_bytes).sum(),
        wasted_bytes: layers.iter().map(|l| l.dram_wasted_bytes).sum(),
        busy_cycles: outcomes.iter().map(|o| o.dram_busy).sum(),
        stall_cycles: cycles.stall_by.get("dram").copied().unwrap_or(0),
    }
}

/// MACs that convolutions and classifier executed for one image.
pub fn image_macs(simulator: &Simulator, outcome: &Outcome) -> u64 {
    let layers = simulator.program.layers.iter().zip(&outcome.layers);
    layers.filter(|(info, _)| !is_gate(info.kind)).map(|(_, l)| l.activity.macs + l.activity.gate_macs).sum()
}

fn is_gate(kind: LayerKind) -> bool {
    matches!(kind, LayerKind::LNet | LayerKind::CNet)
}

/// 0 where there is nothing to divide by.
fn ratio(a: f64, b: f64) -> f64 {
    if b > 0.0 { a / b } else { 0.0 }
}

fn cycle_report(outcomes: &[Outcome]) -> Cycles {
    let mut sum = CycleCounters::default();
    outcomes.iter().flat_map(|o| &o.layers).for_each(|l| sum += l.cycles);
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
        mean: ratio(total as f64, outcomes.len() as f64),
        compute: sum.compute,
        input: sum.input,
        classifier: sum.classifier,
        pooling: sum.pooling,
        gate_exposed: sum.gate,
        stall: sum.stall(),
        stall_by: by.into_iter().map(|(reason, n)| (reason.to_string(), n)).collect(),
    }
}

fn efficiency(energy: &Energy, cycles: u64, images: usize, clock_mhz: f64) -> Efficiency {
    let energy_per_image_pj = ratio(energy.total, images as f64);
    let time_us = ratio(cycles as f64, images as f64) / clock_mhz;
    Efficiency {
        energy_per_image_pj,
        power_mw: ratio(energy_per_image_pj, time_us) * 1e-3, // pJ / us = uW
        energy_delay_js: energy_per_image_pj * 1e-12 * time_us * 1e-6,
    }
}

fn sum_layers(sim: &Simulator, outcomes: &[Outcome], model: &EnergyModel) -> Result<Energy, Error> {
    let mut sum = Energy::default();
    for (i, info) in sim.program.layers.iter().enumerate() {
        sum += model.energy(info.kind, &activity(i, outcomes), cycles(i, outcomes).total())?;
    }
    Ok(sum)
}

fn cycles(layer: usize, outcomes: &[Outcome]) -> CycleCounters {
    let mut sum = CycleCounters::default();
    outcomes.iter().for_each(|o| sum += o.layers[layer].cycles);
    sum
}

fn activity(layer: usize, outcomes: &[Outcome]) -> Activity {
    let mut sum = Activity::default();
    outcomes.iter().for_each(|o| sum += o.layers[layer].activity);
    sum
}

fn layer_report(
    info: &LayerInfo,
    i: usize,
    outcomes: &[Outcome],
    model: &EnergyModel,
    pes: usize,
) -> Result<LayerReport, Error> {
    let images = outcomes.len() as u64;
    let (cycles, activity) = (cycles(i, outcomes), activity(i, outcomes));
    let executed = outcomes.iter().filter(|o| o.layers[i].executed).count() as u64;
    let skipped = match info.kind {
        LayerKind::LNet => outcomes.iter().filter(|o| o.layers[i].skips).count() as u64,
        _ => images - executed,
    };
    let live: u64 = outcomes.iter().map(|o| o.layers[i].live).sum();
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
