//! What the Verilog cannot address.

use crate::regions::{OFFSET, regions};
use crate::sizes::Sizes;
use lcsim_spec::AcceleratorConfig;
use lcsim_spec::schedule::Program;
use thiserror::Error;

/// A parameter that the Verilog cannot honour.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("accelerator `{accelerator}`: {parameter}: {what} of the Verilog ends at {limit}, found {found}")]
pub struct Limit {
    /// The configuration's name.
    pub accelerator: String,
    /// Its key.
    pub parameter: &'static str,
    /// What is too narrow.
    pub what: &'static str,
    /// The largest value, in the parameter's unit.
    pub limit: usize,
    /// The value.
    pub found: usize,
}

/// A program needs a unit that only the simulator has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the Verilog core has no {unit}, which {item} needs; `lcsim run` simulates it")]
pub struct Absent {
    /// The unit.
    pub unit: &'static str,
    /// What needs it.
    pub item: String,
}

/// Checks that the core can run `program`.
///
/// # Errors
/// It has max pooling, a depthwise convolution, or weights that do not stand on chip.
pub fn check_program(program: &Program) -> Result<(), Absent> {
    if let Some(job) = program.max_pools.first() {
        return Err(Absent { unit: "unit for max pooling", item: format!("layer `{}`", job.windows.name) });
    }
    if let Some(job) = program.convs.iter().find(|c| c.depthwise) {
        let item = format!("layer `{}`", program.layers[job.layer].name);
        return Err(Absent { unit: "loader for depthwise convolutions", item });
    }
    if !(program.filters_on_chip && program.gate_weights_on_chip && program.off_chip.is_empty()) {
        return Err(Absent { unit: "port to a DRAM", item: "a network that does not fit on chip".into() });
    }
    Ok(())
}

/// Words of a bank: positions in a map have 16 bits and a sign.
const BANK: usize = 1 << 16;
/// PEs: each is an instance of its own while the text is made, at a few microseconds and kilobytes.
const PES: usize = 64 * 64;

/// Checks that `config` can be emitted.
///
/// # Errors
/// The first parameter that is too large.
pub fn check(config: &AcceleratorConfig) -> Result<(), Limit> {
    let s = Sizes::new(config);
    let over = |parameter, what, limit, found| {
        let accelerator = config.name.clone();
        if found > limit { Err(Limit { accelerator, parameter, what, limit, found }) } else { Ok(()) }
    };
    over("array.rows * array.cols", "the array", PES, s.rows * s.cols)?;
    let banks = "the address of a bank";
    over("memory.stream_bytes", banks, BANK * s.banks, s.stream_depth * s.banks)?;
    over("memory.scratch_bytes", banks, BANK * s.banks, s.scratch_depth * s.banks)?;
    for region in regions(&s) {
        let words = 1 << (OFFSET - region.beat_bits());
        let most = words * region.value / region.depth;
        over(region.key, "a region of the host port", most, region.value)?;
    }
    Ok(())
}
