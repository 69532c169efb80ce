//! Moves of maps from and to DRAM: the core has no port for them, nor for weights that come from
//! there.

use super::absent::Absent;
use lcsim_spec::schedule::Program;

pub(super) fn absent() -> Absent {
    Absent { unit: "port to a DRAM".into(), item: "a network that does not fit on chip".into() }
}

/// Whether anything of the program stands in DRAM.
pub(super) fn needed(program: &Program) -> bool {
    !(program.filters_on_chip && program.gate_weights_on_chip && program.off_chip.is_empty())
}
