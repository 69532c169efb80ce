//! Finds where the saving in MACs is lost on the array.

use lcsim_sim::{Costs, CycleCounters, Outcome, Simulator};

/// Computes which share of the cycles a network would not take if the whole network, and every
/// layer, took cycles in proportion to its executed MACs. The four shares are lost to tiles, to
/// stalls, to gates, and to parts that cannot shrink. Their sum is `1 - realized_fraction`.
///
/// `ungated` is the outcome of an image without gates. `macs` and `macs_dense` are means of the
/// whole network.
pub fn losses(simulators: [&Simulator; 2], gated: &Costs, ungated: &Outcome, [macs, macs_dense]: [f64; 2]) -> [f64; 4] {
    let [of_gated, of_ungated] = simulators.map(|simulator| &simulator.program().layers);
    let images = gated.images() as f64;
    let sum = gated.image_cycles.iter().sum::<u64>() as f64;
    let total = sum / images;
    let (mut tiles, mut stalls, mut gates) = (0.0, 0.0, 0);
    for (i, layer) in of_gated.iter().enumerate() {
        let costs = &gated.layers[i];
        let mean = |count: fn(&CycleCounters) -> u64| count(&costs.cycles) as f64 / images;
        gates += costs.cycles.gate;
        // Gates are layers of the gated network only, and have no MACs on the array.
        let Some(j) = of_ungated.iter().position(|other| other.name == layer.name) else { continue };
        let executed = costs.activity.macs as f64 / images;
        if ungated.layers[j].activity.macs == 0 {
            continue;
        }
        let share = executed / ungated.layers[j].activity.macs as f64;
        let dense = &ungated.layers[j].cycles;
        tiles += mean(|c| c.compute) - dense.compute as f64 * share;
        stalls += mean(CycleCounters::stall) - dense.stall() as f64 * share;
    }
    let excess = total - ungated.cycles as f64 * macs / macs_dense;
    let mix = excess - tiles - stalls - gates as f64 / images;
    // The report has the share of the gates too, so both are computed from the same whole numbers.
    [tiles / total, stalls / total, gates as f64 / sum, mix / total]
}
