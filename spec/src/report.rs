//! The report of a run. Every number of every table and plot is a number in it.
//!
//! docs/report.schema.json is its published schema. MACs are multiply-accumulates, not FLOPs.
//! Energies are picojoules. Cycles are cycles of the one clock.
//!
//! ```
//! use lcsim_spec::report::{Energy, LayerKind};
//!
//! let energy = Energy { mac: 2.0, dram: 1.5, ..Energy::default() }.summed();
//! assert_eq!(energy.total, 3.5);
//! assert_eq!(LayerKind::LNet.called(), "L-Net");
//! ```

pub mod check;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the report's layout. It grows when a field is renamed or changes its meaning.
pub const SCHEMA: &str = "lcsim.report/2";

/// One run of a network on an accelerator.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Equals [`SCHEMA`].
    pub schema: String,
    /// The version of lcsim that wrote the report.
    pub version: String,
    /// [`crate::CYCLE_MODEL`] of that version. Versions before 0.2.0 did not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle_model: Option<u32>,
    /// Name of the network.
    pub model: String,
    /// The largest threshold of the gates. Scores below a gate's threshold counted as 0.
    pub threshold: f64,
    /// Name of the data set.
    pub data: String,
    /// The whole configuration.
    pub accelerator: crate::AcceleratorConfig,
    /// The number of images that were simulated.
    pub images: u64,
    /// The share of images whose predicted class is their label. `None` if only the timing was
    /// simulated.
    pub accuracy: Option<f64>,
    /// Cycles of all images, with active gates.
    pub cycles: Cycles,
    /// MACs of all images.
    pub macs: Macs,
    /// Energy of all images.
    pub energy_pj: Energy,
    /// Energy per image, mean power and energy-delay product.
    pub efficiency: Efficiency,
    /// The name of the energy table, and the source of each figure that was used.
    pub energy_table: EnergyTable,
    /// Every gate evaluated and nothing skipped: the same values at full cost.
    pub forced_open: Reference,
    /// The same filters without gates.
    pub ungated: Reference,
    /// `ungated.cycles / cycles.total`.
    pub speedup: f64,
    /// `macs.dense / macs.executed`.
    pub mac_reduction: f64,
    /// `speedup / mac_reduction`: which part of the saving in MACs arrives as saved time.
    pub realized_fraction: f64,
    /// The mean time of an image in microseconds.
    pub time_us: f64,
    /// Images a second.
    pub frames_per_second: f64,
    /// Decisions that came with the images. `None` if the network's gates decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decisions: Option<GivenDecisions>,
    /// The cycles of each image, in the order of the images.
    pub image_cycles: Vec<u64>,
    /// Transfers between accelerator and DRAM. `None` if the accelerator has no DRAM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dram: Option<Dram>,
    /// In the order of execution.
    pub layers: Vec<LayerReport>,
}

impl Report {
    /// Whether the network has gates. For a network without gates, tables leave out what gates
    /// save.
    pub fn has_gates(&self) -> bool {
        self.layers.iter().any(|layer| matches!(layer.kind, LayerKind::LNet | LayerKind::CNet))
    }
}

/// Decisions that came with the images, from a file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GivenDecisions {
    /// The file.
    pub file: String,
    /// The number of blocks on which it decides.
    pub blocks: u64,
    /// The number of convolutions on whose channels it decides.
    pub convolutions: u64,
    /// The number of these blocks and convolutions without a gate in the network: cycles and energy
    /// have nothing for making their decisions.
    pub gates_left_out: u64,
}

/// Transfers between accelerator and DRAM, of all images, with active gates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dram {
    /// Bytes of the network's filters as the filter memory stores them.
    pub filter_bytes: u64,
    /// Whether all filters are in the filter memory.
    pub filters_on_chip: bool,
    /// Bytes of the weights of gates and classifier as their memory stores them.
    pub gate_weight_bytes: u64,
    /// Whether all of these weights are in their memory.
    pub gate_weights_on_chip: bool,
    /// The number of maps of the network, including the image. 0 in reports of versions that did
    /// not count maps.
    #[serde(default)]
    pub maps: u64,
    /// The number of these maps that do not fit on chip.
    #[serde(default)]
    pub maps_off_chip: u64,
    /// Bytes fetched, in whole bursts.
    pub read_bytes: u64,
    /// Bytes of rows of maps that were written, in whole bursts.
    #[serde(default)]
    pub written_bytes: u64,
    /// Bytes that were fetched before a gate's decision and then not needed.
    pub wasted_bytes: u64,
    /// Cycles in which the DRAM transferred bytes.
    pub busy_cycles: u64,
    /// Cycles in which the array waited for filters or for rows of maps from DRAM.
    pub stall_cycles: u64,
}

/// The cycles by reason. `total = compute + input + classifier + pooling + gate_exposed + stall`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Cycles {
    /// Cycles of all images.
    pub total: u64,
    /// Mean cycles of an image.
    pub mean: f64,
    /// The array was given a pixel.
    pub compute: u64,
    /// The image port fetched or wrote the image.
    pub input: u64,
    /// The classifier ran.
    pub classifier: u64,
    /// The pooling unit ran.
    pub pooling: u64,
    /// The array waited for a gate's decision.
    pub gate_exposed: u64,
    /// The array waited for something else.
    pub stall: u64,
    /// `stall` by reason: `weights`, `dram`, `drain`, `bank_conflict`, `control`.
    pub stall_by: BTreeMap<String, u64>,
}

/// Multiply-accumulates of all images.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Macs {
    /// Of convolutions and classifier, if everything is live.
    pub dense: u64,
    /// Of convolutions and classifier, as executed.
    pub executed: u64,
    /// Of the gates' own fully connected layers.
    pub gate: u64,
}

/// Energy by component.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Energy {
    /// The sum of the other fields.
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
    /// Leakage of memories and PEs, which grows with the cycles.
    pub leakage: f64,
    /// The clock of the PEs' registers, which grows with the cycles.
    pub clock: f64,
}

impl Energy {
    /// All fields but the total.
    pub fn components(&self) -> [f64; 8] {
        [self.mac, self.register, self.sram_read, self.sram_write, self.gate, self.dram, self.leakage, self.clock]
    }

    /// Sets the total to the sum of the components.
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

/// Energy of an image, and power, if images follow each other at the configured clock.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Efficiency {
    /// Mean energy of an image in pJ.
    pub energy_per_image_pj: f64,
    /// Mean power in mW: that energy times the images per second.
    pub power_mw: f64,
    /// Energy-delay product in J s: that energy times the mean time of an image.
    pub energy_delay_js: f64,
}

/// The name of an energy table, and where its figures come from.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EnergyTable {
    /// Name of the table.
    pub name: String,
    /// The source of each figure, by the figure's name.
    pub sources: BTreeMap<String, String>,
    /// The figures that the table does not have. The energies of the report do not contain them.
    pub absent: Vec<String>,
}

/// The same images on the same accelerator in another mode of operation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// Cycles of all images.
    pub cycles: u64,
    /// Energy of all images.
    pub energy_pj: Energy,
    /// Energy per image, mean power and energy-delay product.
    pub efficiency: Efficiency,
}

/// The table of kinds: the variant, its name for people, and its description.
macro_rules! kinds {
    ($($name:ident $called:literal $what:literal)*) => {
        /// The kind of a line of the layer table.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum LayerKind {
            $(#[doc = $what] $name,)*
        }

        impl LayerKind {
            /// The name for people.
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

/// One layer, with sums over all images.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerReport {
    /// Unique name.
    pub name: String,
    /// Its kind.
    pub kind: LayerKind,
    /// Cycles that were charged to this layer.
    pub cycles: u64,
    /// Those in which the array was given a pixel.
    pub compute_cycles: u64,
    /// Those in which the array waited for a gate.
    pub gate_cycles: u64,
    /// Those in which the array waited for something else.
    pub stall_cycles: u64,
    /// Bytes that were fetched from DRAM for this layer.
    pub dram_bytes: u64,
    /// Those of `dram_bytes` that the layer then did not need.
    pub dram_wasted_bytes: u64,
    /// Bytes that were written to DRAM for this layer.
    #[serde(default)]
    pub dram_written_bytes: u64,
    /// MACs if everything is live. For a gate: those of its fully connected layer.
    pub macs_dense: u64,
    /// MACs that were executed. For a gate: those of its fully connected layer.
    pub macs_executed: u64,
    /// Bytes that were read and written in stream, scratch, filter and accumulator memory. 0 in
    /// reports of versions that did not count them.
    #[serde(default)]
    pub bytes: u64,
    /// Executed MACs divided by the MACs that all PEs could have done in the layer's cycles. 0 for
    /// layers that do not run on the array.
    pub utilization: f64,
    /// Output channels.
    pub channels: u64,
    /// Output channels that were computed, as a mean over the images that executed the layer. For a
    /// gate: scores above 0.
    pub live_channels: f64,
    /// The share of images that skipped the whole layer. For an L-Net: the share of images whose
    /// branch it skipped.
    pub skip_rate: f64,
    /// Energy of all images.
    pub energy_pj: Energy,
}
