//! The report of a run: every number of every table and plot is a number in here.
//!
//! docs/report.schema.json is its published schema. MACs are multiply-accumulates, not FLOPs;
//! energies are picojoules; cycles are cycles of the one clock.

pub mod check;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version of the report's layout; grows when a field is renamed or changes its meaning.
pub const SCHEMA: &str = "lcsim.report/2";

/// One run of a network on an accelerator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of lcsim.
    pub version: String,
    /// [`crate::CYCLE_MODEL`] of that version; nothing in reports of versions before 0.2.0, which
    /// did not say it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle_model: Option<u32>,
    /// Name of the network.
    pub model: String,
    /// Gate scores below it counted as 0; the largest of its gates.
    pub threshold: f64,
    /// Name of the data set.
    pub data: String,
    /// The configuration, whole.
    pub accelerator: crate::AcceleratorConfig,
    /// Images simulated.
    pub images: u64,
    /// Share of the images classified as labelled; nothing where only the timing was simulated.
    pub accuracy: Option<f64>,
    /// Cycles of all images, gates active.
    pub cycles: Cycles,
    /// MACs of all images.
    pub macs: Macs,
    /// Energy of all images.
    pub energy_pj: Energy,
    /// Energy per image, mean power and energy-delay product.
    pub efficiency: Efficiency,
    /// The energy table: name, and the source of each figure that was multiplied.
    pub energy_table: EnergyTable,
    /// Every gate evaluated, nothing skipped: same values, full cost.
    pub forced_open: Reference,
    /// The same filters without gates.
    pub ungated: Reference,
    /// `ungated.cycles / cycles.total`.
    pub speedup: f64,
    /// `macs.dense / macs.executed`.
    pub mac_reduction: f64,
    /// `speedup / mac_reduction`: how much of the saving on paper arrives as time.
    pub realized_fraction: f64,
    /// Mean time of an image in microseconds.
    pub time_us: f64,
    /// Images a second.
    pub frames_per_second: f64,
    /// Cycles of each image, in the order of the images.
    pub image_cycles: Vec<u64>,
    /// Traffic with the DRAM; `None` if the accelerator has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dram: Option<Dram>,
    /// In order of execution.
    pub layers: Vec<LayerReport>,
}

impl Report {
    /// Whether the network has gates; what they save is no figure of one without.
    pub fn has_gates(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer.kind, LayerKind::LNet | LayerKind::CNet))
    }
}

/// Traffic of weights from off chip, gates active, of all images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dram {
    /// Bytes of the network's filters as they would stand in the filter memory, and whether all of
    /// them do.
    pub filter_bytes: u64,
    /// See `filter_bytes`.
    pub filters_on_chip: bool,
    /// The same of the weights of gates and classifier.
    pub gate_weight_bytes: u64,
    /// See `gate_weight_bytes`.
    pub gate_weights_on_chip: bool,
    /// Maps of the network, the image among them, and how many of them do not fit on chip. 0 in
    /// reports of versions that refused those.
    #[serde(default)]
    pub maps: u64,
    /// See `maps`.
    #[serde(default)]
    pub maps_off_chip: u64,
    /// Bytes fetched, in whole bursts.
    pub read_bytes: u64,
    /// Bytes written, in whole bursts: rows of maps.
    #[serde(default)]
    pub written_bytes: u64,
    /// Those of them that were fetched ahead of a gate's decision and not needed.
    pub wasted_bytes: u64,
    /// Cycles in which bytes were transferred.
    pub busy_cycles: u64,
    /// Cycles in which the array waited for filters or rows of maps from DRAM.
    pub stall_cycles: u64,
}

/// Where the cycles went. `total = compute + input + classifier + pooling + gate_exposed + stall`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cycles {
    /// All images.
    pub total: u64,
    /// Per image.
    pub mean: f64,
    /// The array was fed a pixel.
    pub compute: u64,
    /// The image was loaded.
    pub input: u64,
    /// The classifier ran.
    pub classifier: u64,
    /// Max pooling ran.
    pub pooling: u64,
    /// The array waited for a gate's decision.
    pub gate_exposed: u64,
    /// The array waited for anything else.
    pub stall: u64,
    /// `stall` by reason: `weights`, `dram`, `drain`, `bank_conflict`, `control`.
    pub stall_by: BTreeMap<String, u64>,
}

/// Multiply-accumulates of all images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Macs {
    /// Convolutions and classifier with everything live.
    pub dense: u64,
    /// Convolutions and classifier as executed.
    pub executed: u64,
    /// The gates' own fully connected layers.
    pub gate: u64,
}

/// Energy by component.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// Sum of the others.
    pub total: f64,
    /// MACs of the array and the classifier, and the requantise stage.
    pub mac: f64,
    /// Registers of the array: operands, partial sums, weights.
    pub register: f64,
    /// Reads of stream, scratch, filter and accumulator memory.
    pub sram_read: f64,
    /// Writes of the same memories.
    pub sram_write: f64,
    /// Pool sums, gate MACs and weights, scores, lists.
    pub gate: f64,
    /// Bytes read from and written to DRAM.
    pub dram: f64,
    /// Leakage of memories and PEs; by cycles.
    pub leakage: f64,
    /// Clock of the PEs' registers; by cycles.
    pub clock: f64,
}

impl Energy {
    /// All but the total.
    pub fn components(&self) -> [f64; 8] {
        [self.mac, self.register, self.sram_read, self.sram_write, self.gate, self.dram, self.leakage, self.clock]
    }

    /// The same, with the sum of its components as total.
    #[must_use]
    pub fn summed(self) -> Self {
        Self { total: self.components().iter().sum(), ..self }
    }
}

impl std::ops::AddAssign for Energy {
    fn add_assign(&mut self, other: Self) {
        self.mac += other.mac;
        self.register += other.register;
        self.sram_read += other.sram_read;
        self.sram_write += other.sram_write;
        self.gate += other.gate;
        self.dram += other.dram;
        self.leakage += other.leakage;
        self.clock += other.clock;
        *self = std::mem::take(self).summed();
    }
}

/// Energy per image and over time, while images follow each other at the configured clock.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Efficiency {
    /// Mean energy of an image, pJ.
    pub energy_per_image_pj: f64,
    /// That energy times the images a second: mean power, mW.
    pub power_mw: f64,
    /// That energy times the mean time of an image: energy-delay product, J s.
    pub energy_delay_js: f64,
}

/// Name and sources of the energy figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EnergyTable {
    /// Name of the table.
    pub name: String,
    /// Figure -> where it comes from.
    pub sources: BTreeMap<String, String>,
    /// Figures that the table does not have; what they would give is not in the energies.
    pub absent: Vec<String>,
}

/// The same images on the same accelerator, run another way.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// All images.
    pub cycles: u64,
    /// All images.
    pub energy_pj: Energy,
    /// Energy per image, mean power and energy-delay product.
    pub efficiency: Efficiency,
}

/// One line a kind: its name, as people call it, what its lines are about.
macro_rules! kinds {
    ($($name:ident $called:literal $what:literal)*) => {
        /// The kind of a line of the layer table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum LayerKind {
            $(#[doc = $what] $name,)*
        }

        impl LayerKind {
            /// As people call it.
            pub fn called(self) -> &'static str {
                match self {
                    $(Self::$name => $called,)*
                }
            }
        }
    };
}

kinds! {
    Input "input" "Loading the image."
    Conv "conv" "A convolution on the array."
    Shortcut "shortcut" "A projection shortcut on the array."
    LNet "L-Net" "An L-Net on the gate unit."
    CNet "C-Net" "A C-Net on the gate unit."
    Classifier "classifier" "The classifier on the gate unit."
    MaxPool "max pool" "Max pooling of the residual stream."
    AveragePool "avg pool" "Average pooling of the residual stream."
}

/// One layer, summed over all images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerReport {
    /// Unique name.
    pub name: String,
    /// Its kind.
    pub kind: LayerKind,
    /// Cycles that passed while the accelerator was at this layer.
    pub cycles: u64,
    /// Those in which the array was fed a pixel.
    pub compute_cycles: u64,
    /// Those in which the array waited for a gate.
    pub gate_cycles: u64,
    /// Those in which the array waited for anything else.
    pub stall_cycles: u64,
    /// Bytes fetched from DRAM for it, and those of them that it turned out not to need.
    pub dram_bytes: u64,
    /// See `dram_bytes`.
    pub dram_wasted_bytes: u64,
    /// Bytes written to DRAM for it.
    #[serde(default)]
    pub dram_written_bytes: u64,
    /// MACs with everything live (gates: of their own FC).
    pub macs_dense: u64,
    /// MACs executed (gates: of their own FC).
    pub macs_executed: u64,
    /// Bytes read and written in stream, scratch, filter and accumulator memory. 0 in reports of
    /// versions that did not count them.
    #[serde(default)]
    pub bytes: u64,
    /// Executed MACs over what all PEs could have done in this layer's cycles; 0 for layers that
    /// are not on the array.
    pub utilization: f64,
    /// Output channels.
    pub channels: u64,
    /// Output channels computed (of a gate: scores above 0), mean over the images that executed the
    /// layer.
    pub live_channels: f64,
    /// Share of the images that skipped the layer altogether; for an L-Net, the share it skipped
    /// its branch on.
    pub skip_rate: f64,
    /// Energy.
    pub energy_pj: Energy,
}
