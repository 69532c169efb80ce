//! Cycle-accurate simulator of the gated systolic-array accelerator of docs/microarchitecture.md.
//!
//! `schedule -> engine -> counters -> energy -> report`; cycles come from the engine, never from a formula.

mod counters;
mod energy;
mod engine;
mod error;
pub mod report;

pub use counters::{Activity, CycleCounters, LayerCount};
pub use energy::EnergyTable;
pub use engine::{Outcome, Probe};
pub use error::Error;

use lcsim_spec::{AcceleratorConfig, QuantNetwork};

/// What a gate's zero does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It skips.
    Gated,
    /// It multiplies, as published implementations do: same values, full cost.
    ForcedOpen,
}

/// A network laid out on an accelerator, ready for images.
#[derive(Debug, Clone)]
pub struct Simulator {
    program: lcsim_spec::schedule::Program,
}

impl Simulator {
    /// Lays `net` out on the accelerator `config`.
    ///
    /// # Errors
    /// [`Error::Schedule`]: the network contradicts itself, or does not fit on chip.
    pub fn new(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<Self, Error> {
        Ok(Self { program: lcsim_spec::schedule::Program::new(net, config)? })
    }

    /// What it runs.
    pub fn program(&self) -> &lcsim_spec::schedule::Program {
        &self.program
    }

    /// Runs one image (`[channel][row][column]`, quantised). The trace holds decisions and logits, and no maps.
    ///
    /// # Panics
    /// If `image` is not as long as the network's input shape says.
    pub fn run(&self, image: &[i8], mode: Mode) -> Outcome {
        self.machine(image, mode).run()
    }

    /// Like [`Simulator::run`], with every map in the trace.
    ///
    /// # Panics
    /// If `image` is not as long as the network's input shape says.
    pub fn trace(&self, image: &[i8], mode: Mode) -> Outcome {
        self.machine(image, mode).keep_maps().run()
    }

    /// What stands in the memories after `cycles` clock edges.
    ///
    /// # Panics
    /// If `image` is not as long as the network's input shape says.
    pub fn probe(&self, image: &[i8], mode: Mode, cycles: u64) -> Probe {
        self.machine(image, mode).probe(cycles)
    }

    fn machine<'a>(&'a self, image: &'a [i8], mode: Mode) -> engine::Machine<'a> {
        assert_eq!(image.len(), self.program.image.len(), "image of another size");
        engine::Machine::new(&self.program, image, mode)
    }
}
