//! A layer on an accelerator: everything that SCALE-Sim 3.0.0 reports of it.

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
/// Elements that an input or the filters of a layer may have: their addresses are followed one by
/// one.
pub const MAX_ELEMENTS: usize = 1 << 30;
/// Cycles after which progress is told.
const STEP: u64 = 1 << 16;
/// Whole numbers below this are exact as floating-point numbers, in which SCALE-Sim divides.
const EXACT: u64 = 1 << 53;

/// What SCALE-Sim reports of a layer. Cycles count from the first cycle of the layer; words are
/// bytes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LayerReport {
    /// From the first word fetched to the last word drained.
    pub overall_cycles: i64,
    /// The last cycle of the array, counted from 0: one less than the cycles that it takes.
    pub total_cycles: u64,
    /// Percent of the PE cycles that are a product.
    pub overall_util: f64,
    /// Percent of the PEs that have work, a mean over the folds.
    pub mapping_efficiency: f64,
    /// Percent of the PE cycles that are a product, a mean over the folds.
    pub compute_util: f64,
    /// Inputs, weights and outputs between array and memories.
    pub sram: [Accesses; 3],
    /// Inputs, weights and outputs between memories and DRAM.
    pub dram: [Accesses; 3],
}

/// First and last cycle that was noted.
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

/// Checks that a layer can run, which takes no time; gives hundred times its products.
///
/// # Errors
/// It has more cycles or products than can be counted exactly, or it is over in its first cycle:
/// SCALE-Sim 3.0.0 has no result either. Or its tables are larger than the budget.
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

/// Runs a layer, whose tables come from `budget`; tells `progress` how many cycles more are done.
///
/// # Errors
/// Those of [`check`], and a read memory that is too small for the array, where SCALE-Sim 3.0.0 has
/// no result. Or the machine has no memory for the tables.
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
