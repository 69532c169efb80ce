//! A network on an accelerator: which engine runs its images, and what they are asked.

use crate::engine::{self, Cycle};
use crate::outcome::{Mode, Outcome, Probe};
use crate::{Error, fast};
use lcsim_spec::schedule::Target;
use lcsim_spec::{AcceleratorConfig, GateDecision, QuantNetwork, Score};
use std::sync::{Arc, OnceLock};

/// How an image is simulated. Both give the same values, cycles and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// Layer by layer: values by matrix products, cycles by the recurrences of the contract page.
    #[default]
    Fast,
    /// Every register, every cycle: the definition.
    Stepped,
}

/// A network laid out on an accelerator, ready for images.
#[derive(Debug, Clone)]
pub struct Simulator {
    program: lcsim_spec::schedule::Program,
    net: Arc<QuantNetwork>,
    /// Its filters, made ready when values are first computed by the `fast` engine.
    network: Arc<OnceLock<fast::Network>>,
    engine: Engine,
}

impl Simulator {
    /// Lays `net` out on the accelerator `config`.
    ///
    /// # Errors
    /// [`Error::Schedule`]: the network contradicts itself, or does not fit on chip;
    /// [`Error::Memory`].
    pub fn new(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<Self, Error> {
        // Network and program hold each weight, the program's while it still grows.
        let weights: usize = net.convs().map(|c| c.weights.len()).sum();
        lcsim_spec::work::expect_memory(format!("{} on {}", net.name, config.name), 4 * weights as u64)?;
        let program = lcsim_spec::schedule::Program::new(net, config)?;
        Ok(Self { program, net: Arc::new(net.clone()), network: Arc::default(), engine: Engine::default() })
    }

    /// The same with the `stepped` engine, whatever the default.
    ///
    /// # Errors
    /// As [`Simulator::new`].
    pub fn stepped(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<Self, Error> {
        Ok(Self::new(net, config)?.with_engine(Engine::Stepped))
    }

    /// The same, simulated by `engine`.
    #[must_use]
    pub fn with_engine(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// Asks the system for the memory of so many images at a time, which simulating them takes for
    /// granted.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn expect_memory(&self, images: usize) -> Result<(), Error> {
        let map = self.net.convs().map(|c| c.input.len().max(c.output.len())).max().unwrap_or(0);
        let config = &self.program.config;
        let machine = match self.engine {
            // Three maps of a byte, and the sums of one.
            Engine::Fast => 7 * map,
            Engine::Stepped => {
                let off_chip: usize = self.program.off_chip.iter().map(|map| map.shape.len()).sum();
                let accumulators = 4 * config.array.cols * config.array.accumulator_depth;
                config.memory.stream_bytes + config.memory.scratch_bytes + accumulators + off_chip
            }
        };
        let what = format!("{images} images at a time through {} on {}", self.net.name, config.name);
        Ok(lcsim_spec::work::expect_memory(what, images as u64 * machine as u64)?)
    }

    /// What it runs.
    pub fn program(&self) -> &lcsim_spec::schedule::Program {
        &self.program
    }

    /// Runs one image (`[channel][row][column]`, quantised). The trace holds decisions and logits,
    /// and no maps.
    ///
    /// # Panics
    /// If `image` is not as long as the network's input shape says.
    pub fn run(&self, image: &[i8], mode: Mode) -> Outcome {
        self.simulate(image, mode, false)
    }

    /// Like [`Simulator::run`], with every map in the trace.
    ///
    /// # Panics
    /// If `image` is not as long as the network's input shape says.
    pub fn trace(&self, image: &[i8], mode: Mode) -> Outcome {
        self.simulate(image, mode, true)
    }

    fn simulate(&self, image: &[i8], mode: Mode, keep_maps: bool) -> Outcome {
        self.check(image);
        match self.engine {
            Engine::Fast => {
                let network = self.network.get_or_init(|| fast::Network::new(&self.net));
                fast::run(network, &self.program, image, mode, keep_maps)
            }
            Engine::Stepped if keep_maps => self.machine(image, mode).keep_maps().run(),
            Engine::Stepped => self.machine(image, mode).run(),
        }
    }

    /// What an image costs whose gates decide so: the outcome of [`Simulator::run`] but for the
    /// values, of which there are none.
    ///
    /// Decisions do not depend on the accelerator, so those of one run serve on all. `decisions`
    /// are those of the gates that are evaluated, in order; the gates of a branch that is skipped
    /// are not.
    pub fn replay(&self, decisions: &[GateDecision], mode: Mode) -> Outcome {
        fast::replay(&self.program, decisions, mode)
    }

    /// What an image costs whose gates decide so, by the simulator's engine: like
    /// [`Simulator::replay`] with `fast`; `stepped` takes the image, and its own decisions.
    ///
    /// # Panics
    /// If `image` is not as long as the network's input shape says.
    pub fn cost(&self, image: &[i8], decisions: &[GateDecision], mode: Mode) -> Outcome {
        match self.engine {
            Engine::Fast => self.replay(decisions, mode),
            Engine::Stepped => self.run(image, mode),
        }
    }

    /// What every image costs if all gates are evaluated and skip nothing: cycles and activities do
    /// not depend on values then. A network without gates always costs that. `image` is any image.
    ///
    /// # Panics
    /// If `image` is not as long as the network's input shape says.
    pub fn forced_open(&self, image: &[i8]) -> Outcome {
        self.cost(image, &self.open(), Mode::ForcedOpen)
    }

    /// Decisions that leave everything open.
    fn open(&self) -> Vec<GateDecision> {
        let gates = self.program.gates.iter().filter(|job| job.target != Target::Classes);
        gates
            .map(|job| GateDecision {
                gate: self.program.layers[job.layer.index()].name.clone(),
                scores: vec![Score::ONE; job.outputs()],
            })
            .collect()
    }

    /// What stands in the memories after `cycles` clock edges.
    ///
    /// # Panics
    /// If `image` is not as long as the network's input shape says.
    pub fn probe(&self, image: &[i8], mode: Mode, cycles: u64) -> Probe {
        self.check(image);
        self.machine(image, mode).probe(cycles)
    }

    /// Runs one image on the `stepped` engine, and shows each of its cycles to `see`.
    ///
    /// # Panics
    /// If `image` is not as long as the network's input shape says.
    pub fn watch(&self, image: &[i8], mode: Mode, see: impl FnMut(&Cycle)) -> Outcome {
        self.check(image);
        self.machine(image, mode).watch(see)
    }

    fn check(&self, image: &[i8]) {
        assert_eq!(image.len(), self.program.image.len(), "image of another size");
    }

    fn machine<'a>(&'a self, image: &'a [i8], mode: Mode) -> engine::Machine<'a> {
        engine::Machine::new(&self.program, image, mode)
    }
}
