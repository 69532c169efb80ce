//! A network on an accelerator, with its gates and without.

use crate::accelerator::Accelerator;
use crate::options::Options;
use anyhow::{Context, Result};
use lcsim_sim::{Costs, Outcome, Simulator, report};
use lcsim_spec::report::Report;
use lcsim_spec::{QuantNetwork, Score};

/// The programs that a report compares.
pub(crate) struct Pair {
    pub(crate) gated: Simulator,
    pub(crate) ungated: Simulator,
}

/// The costs of images, and what a report says about them.
pub(crate) struct Ran {
    /// Name of the network.
    pub(crate) model: String,
    pub(crate) threshold: Score,
    /// Name of the data.
    pub(crate) data: String,
    /// Of all images.
    pub(crate) gated: Costs,
    /// Any image with all gates forced open: it costs what every image does.
    pub(crate) forced_open: Outcome,
    /// Any image without gates.
    pub(crate) without: Outcome,
    /// Images whose class is their label, if there are labels.
    pub(crate) correct: Option<u64>,
}

impl Pair {
    /// Lays both programs out; messages call the network `shown`.
    pub(crate) fn new(net: &QuantNetwork, shown: &str, accelerator: &Accelerator, options: &Options) -> Result<Self> {
        let simulator = |net: &QuantNetwork| -> Result<Simulator> {
            let simulator = Simulator::new(net, accelerator.config());
            let simulator = simulator.with_context(|| format!("{shown} on {}", accelerator.shown()))?;
            Ok(simulator.with_engine(options.engine))
        };
        Ok(Self { gated: simulator(net)?, ungated: simulator(&net.ungated())? })
    }

    pub(crate) fn report(&self, ran: Ran, options: &Options) -> Result<Report> {
        let images = ran.gated.image_cycles.len();
        let Self { gated, ungated } = self;
        let run = report::Run {
            version: env!("CARGO_PKG_VERSION").into(),
            model: ran.model,
            threshold: ran.threshold,
            data: ran.data,
            gated: ran.gated,
            forced_open: Costs::equal(gated, &ran.forced_open, images),
            ungated: Costs::equal(ungated, &ran.without, images),
            correct: ran.correct,
        };
        Ok(report::assemble(gated, ungated, options.table()?.as_ref(), run)?)
    }
}
