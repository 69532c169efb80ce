//! Applies a table to an accelerator, and turns activities and cycles into energy.

use super::table::{EnergyTable, PerByte};
use crate::Error;
use crate::counters::Activity;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::report::{Energy, LayerKind};
use lcsim_spec::timing::PE_STAGES;

/// Bits of a PE's registers: the operand, three weight registers, a swap flag, the products and the
/// partial sum.
const PE_REGISTER_BITS: usize = 4 * 8 + 1 + 16 * (PE_STAGES - 1) + 32;

/// Bytes of a parameter: 32 bits for the bias, 15 for the multiplier, 5 for the shift.
const PARAMETER_BYTES: usize = 7;

/// Bytes of a pool sum, of a live list's entry and of a logit.
const WORD_BYTES: usize = 4;

/// A table applied to the memories, PEs and clock of an accelerator.
pub(crate) struct EnergyModel<'a> {
    table: &'a EnergyTable,
    stream: PerByte,
    scratch: PerByte,
    accumulator: PerByte,
    filter: PerByte,
    gate_weight: PerByte,
    pool: PerByte,
    list: PerByte,
    /// In picojoules. A microwatt is a picojoule per microsecond.
    leakage_pj_per_cycle: f64,
    clock_pj_per_cycle: f64,
}

impl<'a> EnergyModel<'a> {
    pub fn new(table: &'a EnergyTable, config: &AcceleratorConfig) -> Self {
        let (array, memory, channels) = (&config.array, &config.memory, config.gate.channels);
        let accumulator = WORD_BYTES * array.accumulator_depth;
        let (pool, list) = (3 * WORD_BYTES * channels, WORD_BYTES * channels);
        let memories = [
            (config.banks(), config.stream_depth()),
            (config.banks(), config.scratch_depth()),
            (array.cols, accumulator),
            (1, memory.weight_bytes),
            (1, memory.gate_weight_bytes),
            (1, memory.image_bytes),
            (1, PARAMETER_BYTES * memory.parameters),
            (1, PARAMETER_BYTES * memory.gate_parameters),
            (1, pool),
            (2, list),
            (1, WORD_BYTES * channels), // logits
        ];
        let pes = (array.rows * array.cols) as f64;
        let sram_uw: f64 = memories.iter().map(|(count, bytes)| *count as f64 * table.leakage_uw(*bytes)).sum();
        let pes_uw = table.leakage_pe.as_ref().map_or(0.0, |power| pes * power.uw);
        let bit = table.clock_bit.as_ref().map_or(0.0, |figure| figure.pj);
        Self {
            table,
            stream: table.per_byte(config.stream_depth()),
            scratch: table.per_byte(config.scratch_depth()),
            accumulator: table.per_byte(accumulator),
            filter: table.per_byte(memory.weight_bytes),
            gate_weight: table.per_byte(memory.gate_weight_bytes),
            pool: table.per_byte(pool),
            list: table.per_byte(list),
            leakage_pj_per_cycle: (sram_uw + pes_uw) / config.clock_mhz,
            clock_pj_per_cycle: pes * PE_REGISTER_BITS as f64 * bit,
        }
    }

    /// The energy of a layer of `kind` with the activities `a` in `cycles` cycles.
    ///
    /// # Errors
    /// [`Error::EnergyTable`] if the layer transferred bytes from DRAM and the table has no figures
    /// for DRAM, or if the figures are so large that their sum is not a finite number.
    pub fn energy(&self, kind: LayerKind, a: &Activity, cycles: u64) -> Result<Energy, Error> {
        let bad = |message: &str| Error::EnergyTable { path: self.table.describe().name, message: message.into() };
        let t = self.table;
        let times = |n: u64, pj: f64| n as f64 * pj;
        // Weights from DRAM are first written to the memory that they are later read from. Rows of
        // maps are counted where they are written.
        let on_gate_unit = matches!(kind, LayerKind::LNet | LayerKind::CNet | LayerKind::Classifier);
        let [gate_weights, filters] = if on_gate_unit { [a.dram_read, 0] } else { [0, a.dram_read - a.dram_map_read] };
        let gate_unit = times(a.gate_macs, t.multiply_8x16.pj + t.add_int32.pj)
            + times(a.scores, t.multiply_16x16.pj + 2.0 * t.add_int32.pj)
            + times(a.gate_weight_read, self.gate_weight.read)
            + times(gate_weights, self.gate_weight.write)
            + times(a.pool_read, self.pool.read);
        let gate = times(a.pool_adds, t.add_int32.pj)
            + times(a.pool_write, self.pool.write)
            + times(a.list_read, self.list.read)
            + times(a.list_write, self.list.write);
        // The classifier runs on the gate unit, but its work belongs to the network.
        let (own, gate) = if kind == LayerKind::Classifier { (gate_unit, gate) } else { (0.0, gate + gate_unit) };
        let mac = own
            + times(a.macs, t.mac_int8.pj)
            + times(a.accumulations, t.add_int32.pj)
            // The bias, two roundings and the residual are four additions.
            + times(a.requantized, t.multiply_16x16.pj + 4.0 * t.add_int32.pj);
        let register = times(a.register_bytes, t.register_byte.pj);
        let sram_read = times(a.stream_read, self.stream.read)
            + times(a.scratch_read, self.scratch.read)
            + times(a.accumulator_read, self.accumulator.read)
            + times(a.filter_read + a.param_read, self.filter.read);
        let sram_write = times(a.stream_write, self.stream.write)
            + times(a.scratch_write, self.scratch.write)
            + times(a.accumulator_write, self.accumulator.write)
            + times(filters, self.filter.write);
        let dram = match &t.dram {
            Some(dram) => times(8 * (a.dram_read + a.dram_write), dram.pj_per_bit),
            None if a.dram_read + a.dram_write == 0 => 0.0,
            None => return Err(bad("dram: expected its energy per bit, which this run needs, found none")),
        };
        let leakage = times(cycles, self.leakage_pj_per_cycle);
        let clock = times(cycles, self.clock_pj_per_cycle);
        let energy = Energy { total: 0.0, mac, register, sram_read, sram_write, gate, dram, leakage, clock }.summed();
        if !energy.total.is_finite() {
            return Err(bad("expected figures that add up to a number, found too large ones"));
        }
        Ok(energy)
    }
}
