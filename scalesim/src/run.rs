//! Runs a layer on an accelerator, and collects everything that SCALE-Sim 3.0.0 reports of it.
//!
//! ```
//! use lcsim_scalesim::memory::{Budget, LIMIT};
//! use lcsim_scalesim::run::run;
//! use lcsim_scalesim::shape::Shape;
//! use lcsim_scalesim::{Dataflow, ScaleConfig};
//!
//! let dataflow = Dataflow::WeightStationary;
//! let config = ScaleConfig { rows: 4, cols: 4, ifmap_words: 1024, filter_words: 1024, ofmap_words: 1024, dataflow };
//! let gemm = Shape { height: 16, width: 8, filter_height: 1, filter_width: 8, channels: 1, filters: 4, stride: 1 };
//! let found = run(&config, &gemm, &Budget::new(LIMIT), |_cycles| ())?;
//! assert_eq!(found.total_cycles, 2 * (2 * 4 + 4 + 16 - 2) - 1);
//! assert_eq!(found.sram[1].count, 8 * 4, "each weight is read once");
//! # Ok::<(), anyhow::Error>(())
//! ```

use super::buffers::{Accesses, ReadBuffer, WriteBuffer};
use super::config::ScaleConfig;
use super::demand::{Addresses, Demand};
use super::mapping::Mapping;
use super::memory::{Budget, PLACE_BYTES};
use super::shape::Shape;
use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;

/// Cycles from a read to its answer in the memories beside the array.
const HIT_LATENCY: i64 = 1;
/// The largest number of elements of an input, and of the weights of a layer. Their addresses are
/// followed one by one.
pub const MAX_ELEMENTS: usize = 1 << 30;
/// After this number of cycles, progress is reported.
const STEP: u64 = 1 << 16;
/// Whole numbers below this one are exact as floating-point numbers, with which SCALE-Sim divides.
const EXACT: u64 = 1 << 53;

/// What SCALE-Sim reports of a layer. Cycles count from the first cycle of the layer. A word is a
/// byte.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LayerReport {
    /// From the first word that is fetched to the last word that is drained.
    pub overall_cycles: i64,
    /// The number of the array's last cycle, counted from 0. It is one less than the cycles that
    /// the array takes.
    pub total_cycles: u64,
    /// Percent of the PE cycles that compute a product.
    pub overall_util: f64,
    /// Percent of the PEs that have work, as a mean over the folds.
    pub mapping_efficiency: f64,
    /// Percent of the PE cycles that compute a product, as a mean over the folds.
    pub compute_util: f64,
    /// Transfers of inputs, weights and outputs between array and memories.
    pub sram: [Accesses; 3],
    /// Transfers of inputs, weights and outputs between memories and DRAM.
    pub dram: [Accesses; 3],
}

/// The first and the last cycle that were recorded.
#[derive(Debug, Default)]
struct Span(Option<(i64, i64)>);

impl Span {
    fn note(&mut self, cycle: i64) {
        self.0 = Some((self.0.map_or(cycle, |(first, _)| first), cycle));
    }

    fn accesses(&self, count: u64) -> Accesses {
        let (start, stop) = self.0.unwrap_or_default();
        Accesses { start, stop, count }
    }
}

/// Checks quickly that a layer can run. Returns a hundred times its multiplications.
///
/// # Errors
/// Fails if the layer has more cycles or products than can be counted exactly, or ends in its first
/// cycle; SCALE-Sim 3.0.0 has no result in these cases either. Fails also if its tables are larger
/// than the budget.
pub fn check(config: &ScaleConfig, shape: &Shape, budget: &Budget) -> Result<u64> {
    let mapping = Mapping::new(config, shape);
    let pes = (config.rows * config.cols) as u64;
    let small = |n: Option<u64>, factor: u64| n.and_then(|n| n.checked_mul(factor)).filter(|n| *n < EXACT);
    let (Some(_), Some(percent)) = (small(mapping.cycles(), pes), small(mapping.macs(), 100)) else {
        bail!("too large: expected less than 2^53 PE cycles and hundredths of MACs");
    };
    ensure!(mapping.cycles() != Some(1), "is over in its first cycle, where SCALE-Sim 3.0.0 divides by zero");
    budget.check(tables(shape))?;
    Ok(percent)
}

/// Bytes of the tables of a layer.
fn tables(shape: &Shape) -> u64 {
    let (addresses, places) = (shape.inputs() + shape.weights(), shape.pixels() + shape.window());
    addresses as u64 * ReadBuffer::ADDRESS_BYTES + places as u64 * PLACE_BYTES
}

/// Runs a layer. The memory of its tables comes from `budget`. `progress` is called with the number
/// of further cycles that are done.
///
/// # Errors
/// The errors of [`check`]. Also fails if a read memory is too small for the array, where SCALE-Sim
/// 3.0.0 has no result, and if the system does not give the memory for the tables.
pub fn run(config: &ScaleConfig, shape: &Shape, budget: &Budget, progress: impl Fn(u64)) -> Result<LayerReport> {
    let percent = check(config, shape, budget)?;
    let _share = budget.take(tables(shape))?;
    let mapping = Mapping::new(config, shape);
    let pes = (config.rows * config.cols) as u64;
    let addresses = Addresses::new(shape)?;
    let mut ifmap = ReadBuffer::new(config.ifmap_words, shape.inputs())?;
    let mut filter = ReadBuffer::new(config.filter_words, shape.weights())?;
    let mut ofmap = WriteBuffer::new(config.ofmap_words, config.cols);
    let [mut reads_ifmap, mut reads_filter, mut writes] = [const { Span(None) }; 3];
    let (mut cycle, mut told) = (0, 0);
    for fold in mapping.folds() {
        let demand = Demand::new(&mapping, &fold);
        for in_fold in 0..mapping.fold_cycles() as usize {
            for address in demand.ifmap.elements(in_fold).filter_map(|e| addresses.input(e)) {
                ifmap.read(cycle, address).context("IfmapSramSzkB")?;
                reads_ifmap.note(cycle + HIT_LATENCY);
            }
            for element in demand.filter.elements(in_fold) {
                filter.read(cycle, addresses.weight(element)).context("FilterSramSzkB")?;
                reads_filter.note(cycle + HIT_LATENCY);
            }
            let words = demand.ofmap.lanes(in_fold).len();
            ofmap.write(cycle, words);
            if words > 0 {
                writes.note(cycle);
            }
            cycle += 1;
        }
        if cycle as u64 - told >= STEP {
            progress(cycle as u64 - told);
            told = cycle as u64;
        }
    }
    progress(cycle as u64 - told);
    let last = cycle - 1;
    let sram = mapping.sram();
    let dram =
        [ifmap.finish().context("IfmapSramSzkB")?, filter.finish().context("FilterSramSzkB")?, ofmap.finish(last)];
    let (mapped, computing) = mapping.utilization();
    Ok(LayerReport {
        overall_cycles: dram[2].stop - dram[0].start.min(dram[1].start),
        total_cycles: last as u64,
        overall_util: percent as f64 / (last as u64 * pes) as f64,
        mapping_efficiency: 100.0 * mapped,
        compute_util: 100.0 * computing,
        sram: [reads_ifmap.accesses(sram.ifmap), reads_filter.accesses(sram.filter), writes.accesses(sram.ofmap)],
        dram,
    })
}
