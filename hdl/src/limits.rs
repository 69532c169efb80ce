//! Limits of the Verilog's addresses and counters.

use crate::regions::{OFFSET, regions};
use crate::sizes::Sizes;
use lcsim_spec::AcceleratorConfig;
use thiserror::Error;

/// A parameter that the Verilog cannot honour.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{parameter}: {what} of the Verilog ends at {limit}, found {found}")]
pub struct Limit {
    /// Its key.
    pub parameter: &'static str,
    /// The part that is too narrow.
    pub what: &'static str,
    /// The largest value, in the parameter's unit.
    pub limit: usize,
    /// The value.
    pub found: usize,
}

/// All parameters that are too large.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", joined(_0))]
pub struct Limits(pub Vec<Limit>);

/// Parts of a message that tells all at once.
pub(crate) fn joined<T: ToString>(parts: &[T]) -> String {
    parts.iter().map(T::to_string).collect::<Vec<_>>().join("; ")
}

/// Words of a bank: positions in a map have 16 bits and a sign.
const BANK: usize = 1 << 16;
/// PEs: each is an instance of its own while the text is made, at a few microseconds and kilobytes.
const PES: usize = 64 * 64;

/// Checks that `config` can be emitted.
///
/// # Errors
/// All parameters that are too large.
pub fn check(config: &AcceleratorConfig) -> Result<(), Limits> {
    let s = Sizes::new(config);
    let banks = "the address of a bank";
    let sizes = [
        ("array.rows * array.cols", "the array", PES, s.rows * s.cols),
        ("memory.stream_bytes", banks, BANK * s.banks, s.stream_depth * s.banks),
        ("memory.scratch_bytes", banks, BANK * s.banks, s.scratch_depth * s.banks),
    ];
    let regions = regions(&s).map(|region| {
        let words = 1 << (OFFSET - region.beat_bits());
        (region.key, "a region of the host port", words * region.value / region.depth, region.value)
    });
    let over = sizes.into_iter().chain(regions).filter(|(.., limit, found)| found > limit);
    let over: Vec<_> = over.map(|(parameter, what, limit, found)| Limit { parameter, what, limit, found }).collect();
    if over.is_empty() { Ok(()) } else { Err(Limits(over)) }
}
