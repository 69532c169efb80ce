//! Sums the costs of many images. The report needs only these sums, so the counts of single images
//! are not kept.

use crate::counters::{Activity, CycleCounters};
use crate::outcome::Outcome;
use crate::simulator::Simulator;
use lcsim_spec::report::LayerKind;

/// The costs of some images on one accelerator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Costs {
    /// The cycles of each image, in the order of the images.
    pub image_cycles: Vec<u64>,
    /// The MACs of convolutions and classifier that each image executed, in the order of the
    /// images.
    pub image_macs: Vec<u64>,
    /// Sums over the images, for each line of the report in its order.
    pub layers: Vec<LayerCosts>,
    /// Cycles in which the DRAM transferred bytes.
    pub dram_busy: u64,
}

/// The counts of one line of the report, summed over all images.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LayerCosts {
    /// Cycles that were charged to this layer.
    pub cycles: CycleCounters,
    /// The activities that cost energy.
    pub activity: Activity,
    /// Output channels that were computed. For a gate: scores above 0.
    pub live: u64,
    /// The number of images that executed the layer.
    pub executed: u64,
    /// The number of images for which the layer, an L-Net, gave 0.
    pub skips: u64,
}

impl Costs {
    /// The costs before any image has run on `simulator`.
    pub fn none(simulator: &Simulator) -> Self {
        let layers = vec![LayerCosts::default(); simulator.program().layers.len()];
        Self { image_cycles: vec![], image_macs: vec![], layers, dram_busy: 0 }
    }

    /// The costs of `images` images on `simulator` that each cost what `outcome` says.
    pub fn equal(simulator: &Simulator, outcome: &Outcome, images: usize) -> Self {
        let mut costs = Self::none(simulator);
        (0..images).for_each(|_| costs.add(simulator, outcome));
        costs
    }

    /// The number of images.
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

    /// Appends the images that follow these ones.
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

/// Whether a layer is a gate. The report counts the MACs of gates apart from those of the network.
pub(crate) fn is_gate(kind: LayerKind) -> bool {
    matches!(kind, LayerKind::LNet | LayerKind::CNet)
}
