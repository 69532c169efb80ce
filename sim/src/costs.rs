//! What many images cost together: the sums that a report needs, so that no image's counts have to
//! be kept.

use crate::counters::{Activity, CycleCounters};
use crate::outcome::Outcome;
use crate::simulator::Simulator;
use lcsim_spec::report::LayerKind;

/// The cost of images on one accelerator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// Cycles of each image, in their order.
    pub image_cycles: Vec<u64>,
    /// MACs that convolutions and classifier executed for each image, in their order.
    pub image_macs: Vec<u64>,
    /// Sums over the images, in the order of the report's lines.
    pub layers: Vec<LayerCosts>,
    /// Cycles in which bytes arrived from DRAM.
    pub dram_busy: u64,
}

/// Counts of one line of the report, over all images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LayerCosts {
    /// Cycles that passed while the accelerator was at this layer.
    pub cycles: CycleCounters,
    /// Activities that cost energy.
    pub activity: Activity,
    /// Output channels computed; of a gate, scores above 0.
    pub live: u64,
    /// Images for which it ran.
    pub executed: u64,
    /// Images for which it is an L-Net that gave 0.
    pub skips: u64,
}

impl Costs {
    /// Of no image on `simulator`.
    pub fn none(simulator: &Simulator) -> Self {
        let layers = vec![LayerCosts::default(); simulator.program().layers.len()];
        Self { image_cycles: vec![], image_macs: vec![], layers, dram_busy: 0 }
    }

    /// Of so many images on `simulator` that cost the same.
    pub fn equal(simulator: &Simulator, outcome: &Outcome, images: usize) -> Self {
        let mut costs = Self::none(simulator);
        (0..images).for_each(|_| costs.add(simulator, outcome));
        costs
    }

    /// Images.
    pub fn images(&self) -> u64 {
        self.image_cycles.len() as u64
    }

    /// Adds the next image, which gave `outcome` on `simulator`.
    pub fn add(&mut self, simulator: &Simulator, outcome: &Outcome) {
        let mut macs = 0;
        for ((sum, layer), info) in self.layers.iter_mut().zip(&outcome.layers).zip(&simulator.program().layers) {
            sum.cycles += layer.cycles;
            sum.activity += layer.activity;
            sum.live += layer.live;
            sum.executed += u64::from(layer.executed);
            sum.skips += u64::from(layer.skips);
            macs += if is_gate(info.kind) { 0 } else { layer.activity.macs + layer.activity.gate_macs };
        }
        self.image_cycles.push(outcome.cycles);
        self.image_macs.push(macs);
        self.dram_busy += outcome.dram_busy;
    }

    /// Adds images that follow.
    pub fn append(&mut self, mut later: Self) {
        self.image_cycles.append(&mut later.image_cycles);
        self.image_macs.append(&mut later.image_macs);
        for (sum, layer) in self.layers.iter_mut().zip(later.layers) {
            sum.cycles += layer.cycles;
            sum.activity += layer.activity;
            sum.live += layer.live;
            sum.executed += layer.executed;
            sum.skips += layer.skips;
        }
        self.dram_busy += later.dram_busy;
    }
}

/// Whether a layer is a gate, whose work is not the network's own.
pub(crate) fn is_gate(kind: LayerKind) -> bool {
    matches!(kind, LayerKind::LNet | LayerKind::CNet)
}
