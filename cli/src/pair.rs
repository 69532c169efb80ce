//! A network on an accelerator, with and without its gates.

use crate::accelerator::Accelerator;
use crate::options::Options;
use anyhow::{Context, Result};
use lcsim_sim::{Costs, Outcome, Simulator, report};
use lcsim_spec::report::Report;
use lcsim_spec::{QuantNetwork, Score};

/// The two programs that a report compares.
pub(crate) struct Pair {
    pub(crate) gated: Simulator,
    pub(crate) ungated: Simulator,
}

/// The costs of the images, and the names for their report.
pub(crate) struct Ran {
    /// The name of the network.
    pub(crate) model: String,
    pub(crate) threshold: Score,
    /// The name of the data.
    pub(crate) data: String,
    /// The costs of all images, with active gates.
    pub(crate) gated: Costs,
    /// One image with all gates forced open. Every image costs the same.
    pub(crate) forced_open: Outcome,
    /// One image without gates. Every image costs the same.
    pub(crate) without: Outcome,
    /// The number of images whose predicted class is their label, if there are labels.
    pub(crate) correct: Option<u64>,
    /// The file whose decisions the gates took.
    pub(crate) decisions: Option<String>,
}

impl Pair {
    /// Lays out both programs. Messages call the network `shown`.
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
            decisions: ran.decisions,
        };
        Ok(report::assemble(gated, ungated, options.table()?.as_ref(), run)?)
    }
}
