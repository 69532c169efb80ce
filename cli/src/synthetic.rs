//! Networks with a published shape but without weights. Their gates decide at random with given
//! rates.

use crate::accelerator::Accelerator;
use crate::error::Result;
use crate::options::Options;
use crate::pair::{Pair, Ran};
use anyhow::{Context, ensure};
use lcsim_golden::synthetic::{self, Rates};
use lcsim_input::embedded;
use lcsim_report::parallel;
use lcsim_sim::{Costs, Mode};
use lcsim_spec::report::Report;
use lcsim_spec::{Layer, QuantNetwork};

/// A network without a trained model. It shows what such a network would cost before it is trained.
/// Each block has an L-Net.
///
/// ```
/// use lcsim::{Accelerator, Options, Synthetic, simulate_synthetic};
///
/// let network = Synthetic::new("resnet8")?.block_rates(&[1.0, 0.5, 0.5])?;
/// let network = network.channel_rate(0.7)?.seed(3);
/// let accelerator = Accelerator::named(network.usual_accelerator())?;
/// let report = simulate_synthetic(&network, &accelerator, 10, &Options::default())?;
/// assert!(report.speedup > 1.0 && report.accuracy.is_none());
/// # Ok::<(), lcsim::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Synthetic {
    shape: String,
    net: QuantNetwork,
    block_rates: Vec<f64>,
    channel_rate: Option<f64>,
    seed: u64,
}

impl Synthetic {
    /// The names of the known shapes.
    ///
    /// ```
    /// assert!(lcsim::Synthetic::names().any(|name| name == "resnet50"));
    /// ```
    pub fn names() -> impl Iterator<Item = &'static str> {
        synthetic::NAMES.into_iter()
    }

    /// Makes a network of this shape, whose blocks always run.
    ///
    /// # Errors
    /// Fails if there is no such shape.
    pub fn new(shape: &str) -> Result<Self> {
        let net = network(shape, false)?;
        Ok(Self { shape: shape.into(), net, block_rates: vec![1.0], channel_rate: None, seed: 1 })
    }

    /// Sets the probability with which an L-Net runs its block: one for all blocks, or one for
    /// each.
    ///
    /// # Errors
    /// Fails if the number of rates is wrong, or if one is no probability.
    pub fn block_rates(self, rates: &[f64]) -> Result<Self> {
        let blocks = self.net.layers.iter().filter(|layer| matches!(layer, Layer::Block(_))).count();
        let (given, shape) = (rates.len(), &self.shape);
        let check = || {
            ensure!([1, blocks].contains(&given), "expected 1 rate, or {blocks} for {shape}, found {given}");
            rates.iter().try_for_each(|rate| probability(*rate))
        };
        check()?;
        Ok(Self { block_rates: rates.to_vec(), ..self })
    }

    /// Adds a C-Net to each convolution that can have one. It keeps each channel with this
    /// probability.
    ///
    /// # Errors
    /// Fails if the rate is no probability.
    pub fn channel_rate(self, rate: f64) -> Result<Self> {
        probability(rate)?;
        Ok(Self { net: network(&self.shape, true)?, channel_rate: Some(rate), ..self })
    }

    /// Sets the seed. The same seed gives the same decisions.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// The name of an embedded accelerator that is large enough for such networks.
    pub fn usual_accelerator(&self) -> &'static str {
        if synthetic::is_for_imagenet(&self.shape) { embedded::IMAGENET } else { embedded::DEFAULT }
    }
}

fn network(shape: &str, with_channels: bool) -> anyhow::Result<QuantNetwork> {
    synthetic::network(shape, with_channels)
        .with_context(|| format!("{shape}: expected one of {}", synthetic::NAMES.join(", ")))
}

fn probability(rate: f64) -> anyhow::Result<()> {
    ensure!((0.0..=1.0).contains(&rate), "expected a rate from 0 to 1, found {rate}");
    Ok(())
}

/// Simulates only the timing of `images` images, whose gates decide at random.
///
/// # Errors
/// Fails if the network does not fit the accelerator, or if the progress stops the work.
pub fn simulate_synthetic(
    network: &Synthetic,
    accelerator: &Accelerator,
    images: usize,
    options: &Options,
) -> Result<Report> {
    options.run(|| {
        let Synthetic { shape, net, block_rates, channel_rate, seed } = network;
        ensure!(images > 0, "images: expected 1 at least, found none");
        let rates = Rates { blocks: block_rates.clone(), channels: channel_rate.unwrap_or(1.0), seed: *seed };
        let pair = Pair::new(net, shape, accelerator, options)?;
        let gated = &pair.gated;
        let decisions = |i: usize, skipping| synthetic::decisions(net, &rates, i as u64, skipping);
        let add = |costs: &mut Costs, i| costs.add(gated, &gated.replay(&decisions(i, true), Mode::Gated));
        let costs = parallel::sum(images, options.progress, || Costs::none(gated), add, Costs::append)?;
        let joined = block_rates.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
        let channels = channel_rate.map_or(String::new(), |rate| format!(", channels kept at {rate}"));
        let ran = Ran {
            model: net.name.clone(),
            threshold: net.threshold(),
            data: format!("decisions at random, seed {seed}: blocks run at {joined}{channels}"),
            gated: costs,
            forced_open: gated.replay(&decisions(0, false), Mode::ForcedOpen),
            without: pair.ungated.replay(&[], Mode::Gated),
            correct: None,
            decisions: None,
        };
        pair.report(ran, options)
    })
}
