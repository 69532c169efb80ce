//! Moves of maps from and to DRAM. The core has no port to a DRAM, neither for maps nor for
//! weights.

use super::absent::Absent;
use lcsim_spec::schedule::Program;

pub(super) fn absent() -> Absent {
    Absent { unit: "port to a DRAM".into(), item: "a network that does not fit on chip".into() }
}

/// Whether the program needs a DRAM.
pub(super) fn needed(program: &Program) -> bool {
    !(program.filters_on_chip && program.gate_weights_on_chip && program.off_chip.is_empty())
}
