//! Limits of the addresses and counters in the Verilog.

use crate::map::{MOST_BYTES, regions};
use crate::plain::BLOCK_WORDS;
use crate::sizes::Sizes;
use lcsim_spec::AcceleratorConfig;
use thiserror::Error;

/// A parameter that is too large for the Verilog.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{parameter}: expected at most {limit}, where {what} of the Verilog ends, found {found}")]
pub struct Limit {
    /// The key of the parameter.
    pub parameter: &'static str,
    /// The part of the Verilog that is too narrow.
    pub what: &'static str,
    /// The largest possible value, in the unit of the parameter.
    pub limit: usize,
    /// The value of the configuration.
    pub found: usize,
}

/// All parameters that are too large.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", joined(_0))]
pub struct Limits(pub Vec<Limit>);

/// Joins the parts of a message.
pub(crate) fn joined<T: ToString>(parts: &[T]) -> String {
    parts.iter().map(T::to_string).collect::<Vec<_>>().join("; ")
}

/// The largest number of words of a bank. Positions in a map have 16 bits and a sign.
const BANK: usize = 1 << 16;
/// The largest number of PEs. While the text is made, each PE is an instance that takes some
/// microseconds and kilobytes.
const PES: usize = 64 * 64;

/// The largest number of blocks of a memory. The files of their content have names of two digits.
const BLOCKS: usize = 100;

/// Checks that the Verilog can have the accelerator `config`.
///
/// # Errors
/// Lists all parameters that are too large.
pub fn check(config: &AcceleratorConfig) -> Result<(), Limits> {
    let s = Sizes::new(config);
    let banks = "the address of a bank";
    let sizes = [
        ("array.rows * array.cols", "the array", PES, s.rows * s.cols),
        ("memory.stream_bytes", banks, BANK * s.banks, s.stream_depth * s.banks),
        ("memory.scratch_bytes", banks, BANK * s.banks, s.scratch_depth * s.banks),
    ];
    let blocks =
        |key, bytes: usize, depth: usize| (key, "a memory in blocks", BLOCKS * BLOCK_WORDS * bytes, depth * bytes);
    let blocks = [
        blocks("memory.weight_bytes", s.cols, s.filter_depth),
        blocks("memory.gate_weight_bytes", s.macs, s.gate_depth),
    ];
    let regions = regions(&s).map(|region| {
        let words = MOST_BYTES / region.stride();
        (region.key, "a region of the host port", words * region.value / region.depth, region.value)
    });
    let over = sizes.into_iter().chain(blocks).chain(regions).filter(|(.., limit, found)| found > limit);
    let over: Vec<_> = over.map(|(parameter, what, limit, found)| Limit { parameter, what, limit, found }).collect();
    if over.is_empty() { Ok(()) } else { Err(Limits(over)) }
}
