//! Parts of the accelerator that a program needs and the Verilog core does not have.

use crate::limits::joined;
use lcsim_spec::naming::Name;
use lcsim_spec::schedule::{LayerId, Program};
use thiserror::Error;

/// A part that a program needs and that only the simulator has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("no {unit}, which {item} needs")]
pub struct Absent {
    /// The unit, or the part of a unit.
    pub unit: String,
    /// The first layer that needs it.
    pub item: String,
}

/// All parts that a program needs and the core does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the Verilog core has {}; `{run}` simulates it", joined(_0), run = Name::Run)]
pub struct AbsentUnits(pub Vec<Absent>);

impl Absent {
    /// A part `unit` that the line `layer` of the report needs.
    pub(super) fn in_layer(unit: &str, program: &Program, layer: LayerId) -> Self {
        Self { unit: unit.into(), item: format!("layer `{}`", program.layer(layer).name) }
    }
}
