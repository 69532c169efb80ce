//! A network on an accelerator, and the engine that runs its images.

use crate::engine::{self, Cycle};
use crate::outcome::{Image, Mode, Outcome, Probe};
use crate::{Error, fast};
use lcsim_spec::{AcceleratorConfig, GateDecision, QuantNetwork, Score};
use std::sync::{Arc, OnceLock};

/// How an image is simulated. Both engines give the same values, cycles and counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Engine {
    /// Layer by layer: values by matrix products, cycles by the recurrences of
    /// docs/microarchitecture.md.
    #[default]
    Fast,
    /// Every register in every cycle. This engine defines the cycles.
    Stepped,
}

/// A network laid out on an accelerator, ready for images.
#[derive(Debug, Clone)]
pub struct Simulator {
    program: lcsim_spec::schedule::Program,
    net: Arc<QuantNetwork>,
    /// The network with prepared filters. It is made when the `fast` engine first computes values.
    network: Arc<OnceLock<fast::Network>>,
    engine: Engine,
}

impl Simulator {
    /// Lays `net` out on the accelerator `config`.
    ///
    /// # Errors
    /// [`Error::Schedule`] if the network contradicts itself or does not fit; [`Error::Memory`] if
    /// the system cannot give the memory for the program.
    pub fn new(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<Self, Error> {
        // The network and the program hold each weight once. While the program's vector grows, it
        // holds them twice.
        let weights: usize = net.convs().map(|c| c.weights.len()).sum();
        lcsim_spec::work::expect_memory(format!("{} on {}", net.name, config.name), 4 * weights as u64)?;
        let program = lcsim_spec::schedule::Program::new(net, config)?;
        Ok(Self { program, net: Arc::new(net.clone()), network: Arc::default(), engine: Engine::default() })
    }

    /// Like [`Simulator::new`], with the `stepped` engine.
    ///
    /// # Errors
    /// As [`Simulator::new`].
    pub fn stepped(net: &QuantNetwork, config: &AcceleratorConfig) -> Result<Self, Error> {
        Ok(Self::new(net, config)?.with_engine(Engine::Stepped))
    }

    /// Chooses the engine.
    #[must_use]
    pub fn with_engine(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// Checks that the system has the memory to simulate `images` images at the same time.
    /// Simulating them later assumes so.
    ///
    /// # Errors
    /// [`Error::Memory`] if it does not.
    pub fn expect_memory(&self, images: usize) -> Result<(), Error> {
        let map = self.net.convs().map(|c| c.input.len().max(c.output.len())).max().unwrap_or(0);
        let config = &self.program.config;
        let machine = match self.engine {
            // Three maps of bytes, and the 32-bit sums of one map.
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

    /// The program that the accelerator runs.
    pub fn program(&self) -> &lcsim_spec::schedule::Program {
        &self.program
    }

    /// Runs one image (`[channel][row][column]`, quantised). The trace has decisions and logits,
    /// but no maps.
    ///
    /// # Panics
    /// If the length of `image` is not that of the network's input shape.
    pub fn run(&self, image: &[i8], mode: Mode) -> Outcome {
        self.run_given(image.into(), mode)
    }

    /// Like [`Simulator::run`], for a network with gates whose scores come with each image.
    ///
    /// # Panics
    /// If the length of the image is not that of the network's input shape, or if a gate has no
    /// scores.
    pub fn run_given(&self, image: Image, mode: Mode) -> Outcome {
        self.simulate(image, mode, false)
    }

    /// Like [`Simulator::run`], with every map in the trace.
    ///
    /// # Panics
    /// If the length of `image` is not that of the network's input shape.
    pub fn trace(&self, image: &[i8], mode: Mode) -> Outcome {
        self.trace_given(image.into(), mode)
    }

    /// Like [`Simulator::trace`], for a network with gates whose scores come with each image.
    ///
    /// # Panics
    /// As [`Simulator::run_given`].
    pub fn trace_given(&self, image: Image, mode: Mode) -> Outcome {
        self.simulate(image, mode, true)
    }

    fn simulate(&self, image: Image, mode: Mode, keep_maps: bool) -> Outcome {
        match self.engine {
            Engine::Fast => {
                self.check(image);
                let network = self.network.get_or_init(|| fast::Network::new(&self.net));
                fast::run(network, &self.program, image, mode, keep_maps)
            }
            Engine::Stepped if keep_maps => self.machine(image, mode).keep_maps().run(),
            Engine::Stepped => self.machine(image, mode).run(),
        }
    }

    /// Computes the cost of an image whose gates make these decisions. The outcome is that of
    /// [`Simulator::run`] without values.
    ///
    /// Decisions do not depend on the accelerator, so the decisions of one run can be used on all
    /// accelerators. `decisions` has the gates that are evaluated, in order. The gates of a skipped
    /// branch are not evaluated.
    pub fn replay(&self, decisions: &[GateDecision], mode: Mode) -> Outcome {
        fast::replay(&self.program, decisions, mode)
    }

    /// Computes the cost of an image with the simulator's engine. `fast` uses the decisions, like
    /// [`Simulator::replay`]. `stepped` runs the image, and makes its own decisions, except those
    /// that come with each image.
    ///
    /// # Panics
    /// If the length of `image` is not that of the network's input shape.
    pub fn cost(&self, image: &[i8], decisions: &[GateDecision], mode: Mode) -> Outcome {
        match self.engine {
            Engine::Fast => self.replay(decisions, mode),
            Engine::Stepped => self.run_given(Image { pixels: image, given: decisions }, mode),
        }
    }

    /// Runs an image with all gates evaluated and nothing skipped. Cycles and activities then do
    /// not depend on values, so every image costs the same, and any image can be given. A network
    /// without gates always costs this.
    ///
    /// # Panics
    /// If the length of `image` is not that of the network's input shape.
    pub fn forced_open(&self, image: &[i8]) -> Outcome {
        self.cost(image, &self.open(), Mode::ForcedOpen)
    }

    /// Makes decisions that skip nothing.
    fn open(&self) -> Vec<GateDecision> {
        let gates = self.program.gates.iter().filter(|job| job.target.decides());
        gates
            .map(|job| GateDecision {
                gate: self.program.layers[job.layer.index()].name.clone(),
                scores: vec![Score::ONE; job.outputs],
            })
            .collect()
    }

    /// Returns the content of the memories after `cycles` clock edges.
    ///
    /// # Panics
    /// If the length of `image` is not that of the network's input shape.
    pub fn probe(&self, image: &[i8], mode: Mode, cycles: u64) -> Probe {
        self.machine(image.into(), mode).probe(cycles)
    }

    /// Runs one image on the `stepped` engine, and calls `see` for each of its cycles.
    ///
    /// # Panics
    /// If the length of `image` is not that of the network's input shape.
    pub fn watch(&self, image: &[i8], mode: Mode, see: impl FnMut(&Cycle)) -> Outcome {
        self.machine(image.into(), mode).watch(see)
    }

    fn check(&self, image: Image) {
        assert_eq!(image.pixels.len(), self.program.image.len(), "image of another size");
    }

    fn machine<'a>(&'a self, image: Image<'a>, mode: Mode) -> engine::Machine<'a> {
        self.check(image);
        engine::Machine::new(&self.program, image, mode)
    }
}
